import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandFile, draemc, temporaryDirectory } from '../support/draemc.js'
import { describeNative } from '../support/native.js'
import { goOn, randomNumbers, report, timeLimit } from './budget.js'
import { makeTinyProject } from './tiny-project.js'
import { expectSameRun } from './whole-run.js'

/** A file system of a given size, in a mount namespace of one's own: needs no right where the system allows user namespaces. */
const canMount =
  spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0

/** Runs into a disk of `$1` KiB; then the disk is larger, and the run goes on, or starts where it had not begun. */
const script = `
mount -t tmpfs -o size=$1k tmpfs disk || exit 99
node=$2; command=$3; pipeline=$4
$node $command run $pipeline --out disk/run --plain >first.log 2>&1
echo "first $?" >codes
mount -o remount,size=64m disk || exit 99
if [ -e disk/run/plan.json ]; then set -- --resume disk/run; else set -- $pipeline --out disk/run; fi
$node $command run "$@" --plain >second.log 2>&1
echo "second $?" >>codes
cp -a disk/run after
cat codes
`

if (!canMount) report('no user namespaces here: no disk is filled')
const whereMounts = canMount ? describeNative : describe.skip

whereMounts('a full disk', () => {
  it('of any size ends a run by its name; freed, the run goes on and nothing is lost', { timeout: timeLimit }, () => {
    const random = randomNumbers('disks')
    const { directory, pipeline } = makeTinyProject(temporaryDirectory())
    const whole = join(directory, 'whole')
    expect(draemc(['run', pipeline, '--out', whole], { cwd: directory }).status).toBe(0)
    const kib = Math.ceil(Number(spawnSync('du', ['-sk', whole], { encoding: 'utf8' }).stdout.split('\t')[0]))
    const ends: Record<string, number> = {}
    let sizes = 0
    for (const since = performance.now(); goOn(sizes, 2, 0.25, since); sizes++) {
      const size = 4 * Math.ceil((random() * kib) / 4)
      mkdirSync(join(directory, 'disk'), { recursive: true })
      const args = ['--user', '--map-root-user', '--mount', 'sh', '-c', script, 'sh', `${size}`]
      const { stdout, stderr } = spawnSync('unshare', [...args, process.execPath, commandFile, pipeline], {
        cwd: directory,
        encoding: 'utf8',
      })
      const read = (file: string): string => readFileSync(join(directory, file), 'utf8')
      const what = `${size} KiB:\n${stdout}${stderr}${read('first.log')}${read('second.log')}`
      const first = /^first (\d+)$/m.exec(stdout)?.[1] ?? ''
      expect(['0', '1', '2'], what).toContain(first)
      if (first !== '0') expect(read('first.log'), what).toMatch(/the disk is full \(ENOSPC\)/)
      expect(what).not.toContain('bug of draemc')
      expect(stdout, what).toContain('second 0')
      expectSameRun(join(directory, 'after'), whole, what)
      ends[first] = (ends[first] ?? 0) + 1
      rmSync(join(directory, 'after'), { recursive: true })
    }
    const counts = Object.entries(ends).map(([code, count]) => `${count} ended with ${code}`)
    report(
      `full disk: ${sizes} sizes up to ${kib} KiB (${counts.join(', ')}), freed and gone on: nothing lost in ${sizes} of ${sizes}`,
    )
  })
})

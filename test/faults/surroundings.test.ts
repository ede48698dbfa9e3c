import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandFile, draemc, temporaryDirectory } from '../support/draemc.js'
import { describeNative } from '../support/native.js'
import { eventsOf, smallProject } from './small-run.js'

/** `draemc` in the script is the command; nothing takes longer than ten seconds. */
function shell(script: string, cwd: string, env: NodeJS.ProcessEnv = {}) {
  const draemc = `draemc() { timeout 10 '${process.execPath}' '${commandFile}' "$@"; }`
  const options = { cwd, env: { ...process.env, ...env }, encoding: 'utf8' } as const
  const { status, stdout, stderr } = spawnSync('bash', ['-c', `${draemc}\n${script}`], options)
  return { status, stdout, stderr }
}

describe('special files in the place of regular ones', () => {
  it('are named and never waited for, wherever data is read', () => {
    const cwd = smallProject()
    const table = join(cwd, 'data', 'domain_A', 'test', 'severity.csv')
    const image = join(cwd, 'data', 'domain_A', 'train', 'good', '0000.tiff')
    for (const [file, said] of [
      [table, 'cannot be read whole'],
      [image, 'cannot be read whole'],
    ] as const) {
      const content = readFileSync(file)
      for (const make of [() => shell(`mkfifo '${file}'`, cwd), () => symlinkSync('/dev/zero', file)]) {
        rmSync(file)
        make()
        const { status, stderr } = shell('draemc check small.draem', cwd)
        expect(stderr).toContain(said)
        expect(status).toBe(4)
      }
      rmSync(file)
      writeFileSync(file, content)
    }
  })

  it('are passed over in the cache, and where example data was', () => {
    const cwd = temporaryDirectory()
    const engine = join(cwd, 'engines', 'tensorflow-2.21.0-cpu-linux-x64')
    const binding = join(engine, 'node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8')
    mkdirSync(binding, { recursive: true })
    writeFileSync(join(binding, 'tfjs_binding.node'), '')
    const list = shell(`mkfifo '${engine}/engine.json'; draemc engine list`, cwd, { DRAEMC_CACHE: cwd })
    expect(list.stderr).toContain('no native engine is installed')
    expect(list.status).toBe(0)
    const data = shell('mkdir d; mkfifo d/example.json; draemc data hdmap-example d --size 0.01 --if-missing', cwd)
    expect(data.status).toBe(0)
  })
})

describe('surroundings that are not what they should be', () => {
  it.each([
    ['a working directory that was removed', 'mkdir x; cd x; rmdir ../x; draemc check a.draem', 1],
    ['a cache that is a file', 'touch x; DRAEMC_CACHE=x draemc engine install', 2],
    ['a cache that cannot be made', 'DRAEMC_CACHE=/proc/x draemc engine install', 2],
  ])('%s is named', (_, script, code) => {
    const { status, stderr } = shell(script, temporaryDirectory())
    expect(stderr).toMatch(/^error: (cannot write to .*|the working directory is not there any more: .*)\n$/)
    expect(status).toBe(code)
  })

  it('few open files and senseless numbers are named before anything is done', () => {
    const cwd = smallProject()
    const few = shell('ulimit -n 30; draemc run small.draem', cwd, {
      DRAEMC_WORKERS: '1000',
      TF_NUM_INTRAOP_THREADS: '-1',
    })
    expect(few.stderr.replace(/files here.*/, 'files here')).toBe(
      [
        'error: the environment variable DRAEMC_WORKERS is a whole number from 0 to 64, not "1000"',
        'error: the environment variable TF_NUM_INTRAOP_THREADS is a whole number from 1 to 512, not "-1"',
        'error: a process may open 30 files here\n',
      ].join('\n'),
    )
    expect(few.status).toBe(2)
    expect(existsSync(join(cwd, 'runs'))).toBe(false)
  })
})

describeNative('a clock that is set back', () => {
  it('changes no duration and no order of events', () => {
    const cwd = smallProject()
    // Every process of the run loses 120 days while it runs.
    const shift = 'const { now } = Date; setTimeout(() => { Date.now = () => now() - 120 * 86400000 }, 300)'
    writeFileSync(join(cwd, 'shift.cjs'), shift)
    const { status, stderr } = draemc(['run', 'small.draem', '--plain', '--out', 'out', '--set', 'train.epochs=20'], {
      cwd,
      env: { NODE_OPTIONS: `--require ${join(cwd, 'shift.cjs')}` },
    })
    expect(status).toBe(0)
    expect(stderr).not.toMatch(/ -\d|\d h \d/)
    const lines = readFileSync(join(cwd, 'out', 'events.jsonl'), 'utf8')
      .trim()
      .split('\n')
    const times = lines.map((line) => Number(JSON.parse(line).time))
    expect(times.length).toBeGreaterThan(50)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(eventsOf(join(cwd, 'out')).at(-1)?.seconds).toBeGreaterThan(0)
  })
})

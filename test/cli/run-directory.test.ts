import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { eventsOf, start, until } from '../faults/small-run.js'
import { makeTinyProject } from '../faults/tiny-project.js'
import { draemc, temporaryDirectory } from '../support/draemc.js'
import { describeNative } from '../support/native.js'

/** Longer than the test. */
const long = ['--set', 'train.epochs=100000', '--set', 'train.early_stop.patience=90000']

describeNative('the directory of a run', () => {
  it('is one command’s, is taken over where nothing whole is in it, and what is in it otherwise stays', async () => {
    const { directory, pipeline } = makeTinyProject(temporaryDirectory())
    const out = join(directory, 'run')
    const run = (...args: readonly string[]) => draemc(['run', ...args], { cwd: directory })

    const first = start(['run', pipeline, ...long, '--out', out, '--plain'], { cwd: directory })
    await until(() => eventsOf(out).some(({ type }) => type === 'epoch_started'), 60_000)
    for (const args of [
      [pipeline, '--out', out],
      ['--resume', out],
    ]) {
      const second = run(...args)
      expect(second.status).toBe(2)
      expect(second.stderr).toMatch(
        args.length === 2 && args[0] === '--resume' ? /is in use by process \d+, \d+ on / : /holds a run/,
      )
    }
    // At once: what is removed file by file may fail by any of them.
    renameSync(out, `${out}.removed`)
    expect(await first.ended).toBe(1)
    expect(first.stderr()).toContain(`${out} was removed, or its disk was unmounted,`)
    expect(first.stderr()).not.toContain('bug')

    // As a kill before the plan leaves it: the lock of a process that is gone, and a part of the record.
    const lock = { host: hostname(), boot: 'before', since: '', processes: [] }
    mkdirSync(join(out, 'source'), { recursive: true })
    for (const name of ['resolved.txt', '.ir.txt.12.ab.tmp', 'source/what.draem']) writeFileSync(join(out, name), '')
    expect(run(pipeline, '--out', out).stderr).toContain(`${out} is not empty; a run never writes over another`)
    writeFileSync(join(out, 'lock.1'), JSON.stringify(lock))
    writeFileSync(join(out, 'notes.txt'), 'mine')
    const kept = readdirSync(out)
    expect(run(pipeline, '--out', out).stderr).toContain(`${out} is not empty; a run never writes over another`)
    expect(readdirSync(out).filter((name) => !name.startsWith('lock'))).toEqual(
      kept.filter((name) => name !== 'lock.1'),
    )
    rmSync(join(out, 'notes.txt'))
    writeFileSync(join(out, 'lock.1'), JSON.stringify(lock))
    expect(
      run(pipeline, '--out', out, '--set', 'train.epochs=1', '--set', 'train.early_stop.patience=1').stderr,
    ).toContain('completed')
    expect(readdirSync(out).filter((name) => /lock|\.tmp$/.test(name))).toEqual([])
    expect(readdirSync(join(out, 'source'))).not.toContain('what.draem')

    const image = join(directory, 'data/domain_A/train/good')
    const [name = '', other = ''] = readdirSync(image)
    const uncached = start(
      ['run', pipeline, '--out', join(directory, 'changed'), ...long, '--set', 'data.cache=0', '--plain'],
      {
        cwd: directory,
      },
    )
    await until(() => eventsOf(join(directory, 'changed')).some(({ type }) => type === 'epoch_started'), 60_000)
    cpSync(join(image, other), join(image, name))
    expect(await uncached.ended).toBe(4)
    expect(uncached.stderr()).toContain(`${name}: is not what it was when the data was read`)
    expect(readFileSync(join(directory, 'changed/data.sha256'), 'utf8')).toContain(name)
  })
})

import { appendFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { StampedEvent } from '../../src/events/events.js'
import { makeTinyProject } from '../faults/tiny-project.js'
import { draemc, temporaryDirectory } from '../support/draemc.js'
import { interrupted } from '../support/interrupted.js'
import { describeNative } from '../support/native.js'

const bytesOf = (directory: string, file: string) => readFileSync(join(directory, file))

describeNative('draemc run --resume', () => {
  it('goes on to the bits of the run that was never stopped, and refuses what is not the same', async () => {
    const { directory, pipeline } = makeTinyProject(temporaryDirectory())
    const [whole, run] = [join(directory, 'whole'), join(directory, 'a run')]
    expect(draemc(['run', pipeline, '--out', whole], { cwd: directory }).status).toBe(0)
    const first = await interrupted(
      directory,
      ['run', pipeline, '--out', run],
      (event) => event.type === 'validation' && event.epoch === 3,
    )
    expect(first.status).toBe(130)
    expect(first.stderr).toMatch(/^to go on: draemc run --resume 'a run'$/m)

    const refuse = (args: readonly string[]) => draemc(['run', '--resume', 'a run', ...args], { cwd: directory })
    const other = refuse([pipeline, '--set', 'train.optimizer.lr=0.5', '--set', 'seed=3'])
    expect(other.status).toBe(2)
    expect(other.stderr).toContain(
      `${pipeline} is not the pipeline of ${run}: seed is 3, and was 1; train.optimizer.lr is 0.5, and was 0.001`,
    )
    expect(refuse(['--set', 'seed=3']).stderr).toContain('--resume goes on with the settings of the run')
    expect(refuse(['--out', 'elsewhere']).status).toBe(2)

    const image = join(directory, 'data/domain_B/test/good')
    const [name = ''] = readdirSync(image)
    const before = readFileSync(join(image, name))
    cpSync(join(image, readdirSync(image)[1] ?? ''), join(image, name))
    const changed = refuse([])
    expect(changed.status).toBe(4)
    expect(changed.stderr).toContain(
      `the data is not what the run began with: 1 changed (domain_B/test/good/${name}) [data-changed]`,
    )
    writeFileSync(join(image, name), before)

    // With the same file, and other threads in the environment: those of the run are pinned.
    const second = draemc(['run', pipeline, '--resume', 'a run'], {
      cwd: directory,
      env: { TF_NUM_INTRAOP_THREADS: '1' },
    })
    expect(second.stderr).toContain('completed after')
    expect(second.status).toBe(0)
    const best: string = JSON.parse(readFileSync(join(whole, 'checkpoints/best.json'), 'utf8')).file
    for (const file of ['checkpoints/last.safetensors', 'predictions.csv', 'results.json', best])
      expect(bytesOf(run, file).equals(bytesOf(whole, file)), file).toBe(true)
    const list = (root: string) =>
      readdirSync(root, { recursive: true }).filter((file) => !/tfevents/.test(String(file)))
    expect(list(run)).toEqual(list(whole))
    const steps = eventsOf(run).flatMap(({ event }) => (event.type === 'step' ? [event.step] : []))
    expect(steps).toEqual([...new Set(steps)].sort((left, right) => left - right))
    const validations = (root: string) => eventsOf(root).filter(({ event }) => event.type === 'validation')
    expect(validations(run).map(({ event }) => event)).toEqual(validations(whole).map(({ event }) => event))

    // As a kill behind the last event leaves it.
    writeFileSync(join(run, 'lock.1'), JSON.stringify({ host: hostname(), boot: 'before', since: '', processes: [] }))
    const third = draemc(['run', '--resume', run], { cwd: directory })
    expect([third.status, third.stderr]).toEqual([0, `${run} is completed: there is nothing left to do\n`])
    expect(list(run)).toEqual(list(whole))

    const [results, written] = [join(run, 'results.json'), bytesOf(run, 'results.json')]
    writeFileSync(results, written.toString('utf8').replace('"steps": ', '"steps": 1'))
    expect(draemc(['run', '--resume', run], { cwd: directory }).stderr).toContain('completed after')
    expect(bytesOf(run, 'results.json').equals(written), 'results that were changed are written again').toBe(true)

    rmSync(join(run, 'results.json'))
    const record = join(run, 'record.sha256')
    const [line = '', ...lines] = readFileSync(record, 'utf8').split('\n')
    writeFileSync(record, [line, line, ...lines].join('\n'))
    const twice = draemc(['run', '--resume', run], { cwd: directory })
    expect([twice.status, twice.stderr]).toEqual([2, expect.stringContaining('it is not whole itself')])
    writeFileSync(record, [line, ...lines].join('\n'))

    const manifest = join(run, 'manifest.json')
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"seed": 1', '"seed": 2'))
    appendFileSync(join(run, 'ir.txt'), 'x')
    const damaged = draemc(['run', '--resume', run], { cwd: directory })
    expect(damaged.status).toBe(2)
    expect(damaged.stderr).toContain(
      `the files of ${run} are not those that record.sha256 lists: 2 changed (ir.txt, manifest.json)`,
    )
  })
})

function eventsOf(directory: string): readonly StampedEvent[] {
  return readFileSync(join(directory, 'events.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

describe('draemc run --resume without an engine', () => {
  it('says what it takes', () => {
    const directory = temporaryDirectory()
    const none = draemc(['run', '--resume', 'nowhere'], { cwd: directory })
    expect([none.status, none.stderr]).toEqual([
      2,
      `error: there is no directory ${join(directory, 'nowhere')}\n  help: name a directory that \`draemc run\` made\n`,
    ])
    const other = draemc(['run', '--resume', '.'], { cwd: directory })
    expect(other.status).toBe(2)
    expect(other.stderr).toContain(`${directory} holds no whole run: it has no record.sha256`)
    expect(draemc(['run'], { cwd: directory }).stderr).toContain('`run` takes a file, or --resume with a run directory')
  })
})

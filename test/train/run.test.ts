import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { schedules } from '../../src/components/training.js'
import type { RunEvent } from '../../src/events/events.js'
import type { RunPlan } from '../../src/plan/run-plan.js'
import { readCheckpoint } from '../../src/train/checkpoint/file.js'
import { EventSink } from '../../src/train/event-sink.js'
import { RunFailure } from '../../src/train/failure.js'
import { initialise } from '../../src/train/initialise.js'
import { findResumePoint } from '../../src/train/resume.js'
import { runTraining } from '../../src/train/run.js'
import { StopControl } from '../../src/train/stop.js'
import { earlyStop, keepBest, metric, monitor, sgd, withDefaults } from '../support/components.js'
import { generatedData } from './support/generated-data.js'
import { LinearProgram, linearPlan } from './support/linear-program.js'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'draemc-run-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

interface Options {
  readonly plan?: RunPlan
  readonly into?: string
  readonly resume?: true
  readonly poisonStep?: number
  /** Asks the run to stop at an event. */
  readonly stopAt?: (event: RunEvent) => boolean
  /** The same as a signal does it: heard when the loop lets events be served. */
  readonly stopSoonAfter?: (event: RunEvent) => boolean
}

async function runOnce({ plan = linearPlan(), into = 'run', resume, poisonStep, stopAt, stopSoonAfter }: Options = {}) {
  const events: RunEvent[] = []
  const stop = new StopControl()
  const runner = new LinearProgram(plan)
  mkdirSync(join(directory, into), { recursive: true })
  const resumed = resume && findResumePoint(join(directory, into), plan)
  const sink = new EventSink(join(directory, into), () => undefined)
  const data = generatedData(poisonStep === undefined ? {} : { poisonStep })
  const target = join(directory, into)
  const emit = (event: RunEvent) => {
    events.push(event)
    sink.emit(event)
    if (stopAt?.(event)) stop.request()
    if (stopSoonAfter?.(event)) setImmediate(() => stop.request())
  }
  const context = {
    plan,
    directory: target,
    runner,
    device: 'arithmetic',
    threads: 1,
    data,
    stop,
    emit,
    clock: Date.now,
  }
  const end = await runTraining(context, await initialise(context, resumed), resumed).finally(() => sink.close())
  return { events, runner, end, data, target }
}

const of = <Type extends RunEvent['type']>(events: readonly RunEvent[], type: Type) =>
  events.filter((event): event is Extract<RunEvent, { type: Type }> => event.type === type)

const readJson = (...path: string[]) => JSON.parse(readFileSync(join(directory, ...path), 'utf8'))

describe('a whole run', () => {
  test('trains every step, learns, validates each epoch and evaluates each domain', async () => {
    const { events, end, runner } = await runOnce()
    expect(end).toEqual({ outcome: 'completed', steps: 24 })
    expect(runner.steps).toBe(24)
    const losses = of(events, 'step').map(({ losses }) => losses.total as number)
    expect(losses.at(-1)).toBeLessThan(losses[0] as number)
    expect(of(events, 'validation').map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 6],
      [2, 12],
      [3, 18],
      [4, 24],
    ])
    expect(of(events, 'step').filter(({ stepInEpoch }) => stepInEpoch === 6)).toHaveLength(4)
    expect(of(events, 'evaluation').map(({ domain, role, images }) => [domain, role, images])).toEqual([
      ['domain_A', 'source', 13],
      ['domain_B', 'target', 10],
      ['domain_C', 'target', 7],
    ])
    expect(of(events, 'evaluation')[0]?.metrics['auroc(score)']).toBeGreaterThan(0.95)
  })

  test('reports undefined metrics as null, with the reason', async () => {
    const { events } = await runOnce()
    const [all, noMasks, noFaults] = of(events, 'evaluation').map(({ metrics }) => metrics)
    expect(Object.keys(all ?? {})).toEqual([
      'auroc(score)',
      'auroc(anomaly_map)',
      'pro(anomaly_map)',
      'within(score, 0.5)',
    ])
    expect(Object.values(all ?? {}).every((value) => typeof value === 'number')).toBe(true)
    expect(noMasks).toMatchObject({ 'auroc(anomaly_map)': null, 'pro(anomaly_map)': null, 'within(score, 0.5)': null })
    expect(noMasks?.['auroc(score)']).toBeGreaterThan(0.9)
    expect(noFaults).toMatchObject({ 'auroc(score)': null, 'auroc(anomaly_map)': null, 'within(score, 0.5)': null })
    expect(of(events, 'note').map(({ message }) => message)).toEqual([
      'domain_B has no masks: pixel metrics are undefined',
      'domain_B has no severities: severity metrics are undefined',
      'domain_C has no faulty image: image metrics are undefined',
      'domain_C has no faulty image: pixel metrics are undefined',
      'domain_C has no faulty image: severity metrics are undefined',
    ])
  })

  test('leaves checkpoints, predictions and results, and no temporary file', async () => {
    const { data } = await runOnce()
    expect(data.open).toBe(0)
    const checkpoints = readdirSync(join(directory, 'run', 'checkpoints')).sort()
    const pointer = readJson('run', 'checkpoints', 'best.json')
    expect(checkpoints.filter((name) => name.startsWith('best-'))).toHaveLength(2)
    expect(checkpoints).toContain(pointer.file.replace('checkpoints/', ''))
    expect(checkpoints).toContain('last.safetensors')
    expect(checkpoints.filter((name) => name.startsWith('.'))).toEqual([])

    const results = readJson('run', 'results.json')
    expect(results).toMatchObject({ outcome: 'completed', steps: 24, epochs: 4, stoppedEarly: false })
    expect(results.best.value).toBe(pointer.value)
    expect(results.source['auroc(score)']).toBe(results.domains[0].metrics['auroc(score)'])
    // domain_C has one class only: the mean over targets is domain_B's.
    expect(results.targets['auroc(score)']).toBe(results.domains[1].metrics['auroc(score)'])

    const rows = readFileSync(join(directory, 'run', 'predictions.csv'), 'utf8')
      .trimEnd()
      .split('\n')
    expect(rows).toHaveLength(1 + 13 + 10 + 7)
    expect(rows[0]).toBe('domain,role,file,label,class,severity_label,score')
    expect(rows[1]).toMatch(/^domain_A,source,"domain_A\/good\/0, ""a"".png",0,,0,0\.\d+$/)
    const score = Number(rows[2]?.split(',').at(-1))
    expect(Number(Math.fround(score).toPrecision(9))).toBe(score)
  })

  test('evaluates the best checkpoint, not the last', async () => {
    // The first epochs learn; then a rate that is far too high spoils the weights without making the loss infinite.
    const plan = linearPlan({
      optimizer: sgd({ lr: 0.5 }),
      learning_rate: withDefaults(schedules, 'steps', { at: [{ epoch: 2 }], factor: -3 }),
      epochs: 4,
    })
    const { events, runner } = await runOnce({ plan })
    const values = of(events, 'validation').map(({ metrics }) => metrics['auroc(score)'] as number)
    expect(values.at(-1)).toBeLessThan(0.5)
    expect(of(events, 'evaluation')[0]?.metrics['auroc(score)']).toBeGreaterThan(0.95)
    const best = readCheckpoint(join(directory, 'run', readJson('run', 'checkpoints', 'best.json').file), plan.state)
    expect([...runner.state()][0]?.values).toEqual([...best.tensors()][0]?.values)
  })
})

test('a monitor is the metric with its own parameters', async () => {
  const plan = linearPlan(
    { epochs: 2, checkpoint: keepBest({ split: 'val', ...metric('within', 'score', { tolerance: 10 }) }, 1) },
    { values: [metric('within', 'score', { tolerance: 1e-9 }), metric('within', 'score', { tolerance: 10 })] },
  )
  const { events } = await runOnce({ plan })
  for (const { metrics, monitored, bestValue } of of(events, 'validation')) {
    expect(metrics).toMatchObject({ 'within(score, 1e-9)': 0, 'within(score, 10)': 1 })
    expect({ monitored, bestValue }).toEqual({ monitored: 'within(score, 10)', bestValue: 1 })
  }
  expect(readJson('run', 'checkpoints', 'best.json').monitor.parameters.tolerance).toBe(10)
})

describe('ends before the end', () => {
  test('early stopping counts epochs without improvement', async () => {
    const plan = linearPlan({
      epochs: 50,
      early_stop: earlyStop(monitor('auroc', 'score'), 3),
    })
    const { events, end } = await runOnce({ plan })
    const validations = of(events, 'validation')
    const best = Math.max(...validations.map(({ metrics }) => metrics['auroc(score)'] as number))
    const bestEpoch = validations.find(({ metrics }) => metrics['auroc(score)'] === best)?.epoch as number
    expect(of(events, 'early_stop')).toEqual([
      { type: 'early_stop', epoch: bestEpoch + 3, reason: 'val.auroc(score) has not improved for 3 epochs' },
    ])
    expect(end.steps).toBe(6 * (bestEpoch + 3))
    expect(readJson('run', 'results.json').stoppedEarly).toBe(true)
  })

  test('a loss that is not finite names its term and leaves the last good checkpoint', async () => {
    const failure = await runOnce({ poisonStep: 15 }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(RunFailure)
    expect(failure).toMatchObject({ code: 'non-finite-loss', exitCode: 1 })
    expect(String(failure)).toContain('loss.classification is NaN at step 15 (epoch 3)')
    const last = readCheckpoint(join(directory, 'run/checkpoints/last.safetensors'), linearPlan().state)
    expect(last.metadata.step).toBe(12)
    for (const { values } of last.tensors()) expect(values.every(Number.isFinite)).toBe(true)
  })

  test('steps up to the one that failed are reported, however fast they were', async () => {
    const steps: number[] = []
    const listen = (event: RunEvent) => {
      if (event.type === 'step') steps.push(event.step)
      return false
    }
    await expect(runOnce({ poisonStep: 4, stopAt: listen })).rejects.toBeInstanceOf(RunFailure)
    expect(steps).toEqual([1, 3])
  })

  test('a stop that waits to be heard when training begins leaves no time for a step', async () => {
    const { end, runner } = await runOnce({
      stopSoonAfter: (event) => event.type === 'phase' && event.phase === 'train',
    })
    expect(end).toEqual({ outcome: 'interrupted', steps: 0 })
    expect(runner.steps).toBe(0)
  })

  test('a stop ends at a step with a checkpoint of that step and the results so far', async () => {
    const { events, end } = await runOnce({ stopAt: (event) => event.type === 'epoch_started' && event.epoch === 3 })
    expect(end).toEqual({ outcome: 'interrupted', steps: 13 })
    expect(of(events, 'interrupting')).toEqual([{ type: 'interrupting', step: 13 }])
    expect(of(events, 'evaluation')).toEqual([])
    const last = readCheckpoint(join(directory, 'run/checkpoints/last.safetensors'), linearPlan().state)
    expect(last.metadata).toMatchObject({ step: 13, epoch: 3, isValidationPending: false })
    expect(readJson('run', 'results.json')).toMatchObject({ outcome: 'interrupted', steps: 13, domains: [] })
    expect(readJson('run', 'results.json').validation).toHaveLength(2)
    expect(existsSync(join(directory, 'run', 'predictions.csv'))).toBe(false)
  })

  test('a stop while testing keeps the domains that are done', async () => {
    const { end } = await runOnce({ stopAt: (event) => event.type === 'evaluation' })
    expect(end.outcome).toBe('interrupted')
    expect(readJson('run', 'results.json').domains.map(({ domain }: { domain: string }) => domain)).toEqual([
      'domain_A',
    ])
  })
})

describe('going on', () => {
  const stops: readonly [string, (event: RunEvent) => boolean][] = [
    ['in the middle of an epoch', (event) => event.type === 'epoch_started' && event.epoch === 2],
    ['while validating', (event) => event.type === 'phase' && event.phase === 'validate'],
    ['at the last step of an epoch', (event) => event.type === 'step' && event.step === 12],
  ]
  test.each(stops)('a run that was stopped %s ends with the bits of the uninterrupted one', async (_, stopAt) => {
    const whole = await runOnce({ into: 'whole' })
    const first = await runOnce({ stopAt })
    expect(first.end.outcome).toBe('interrupted')
    expect(first.end.steps).toBeLessThan(24)
    const second = await runOnce({ resume: true })
    expect(second.end).toEqual(whole.end)
    const bytes = (run: string, file: string) => readFileSync(join(directory, run, file))
    const best = readJson('whole', 'checkpoints', 'best.json').file
    for (const file of [
      'predictions.csv',
      'results.json',
      'checkpoints/last.safetensors',
      'checkpoints/best.json',
      best,
    ]) {
      expect(bytes('run', file).equals(bytes('whole', file)), file).toBe(true)
    }
    expect(of(second.events, 'evaluation')).toEqual(of(whole.events, 'evaluation'))
  })

  test('a run that was stopped by its patience stays stopped', async () => {
    const plan = linearPlan({ epochs: 50, early_stop: earlyStop(monitor('auroc', 'score'), 3) })
    const whole = await runOnce({ plan, into: 'whole' })
    // Its last words are lost, as by a kill while testing.
    await runOnce({ plan, stopAt: (event) => event.type === 'early_stop' })
    const second = await runOnce({ plan, resume: true })
    expect(second.end).toEqual(whole.end)
    expect(of(second.events, 'step')).toEqual([])
    expect(of(second.events, 'early_stop')).toEqual(of(whole.events, 'early_stop'))
    for (const file of ['results.json', 'predictions.csv'])
      expect(readFileSync(join(directory, 'run', file), 'utf8')).toBe(
        readFileSync(join(directory, 'whole', file), 'utf8'),
      )
  })

  test('the files of the best follow the last checkpoint, whatever a kill left', async () => {
    await runOnce({ into: 'whole' })
    await runOnce({ stopAt: (event) => event.type === 'validation' && event.epoch === 3 })
    const folder = join(directory, 'run', 'checkpoints')
    const last = readCheckpoint(join(folder, 'last.safetensors'), linearPlan().state).metadata
    for (const { file, step } of last.tracking.best) if (step === last.step) rmSync(join(directory, 'run', file))
    for (const name of ['best-epoch004.safetensors', '.last.safetensors.1.abc.tmp'])
      writeFileSync(join(folder, name), '')
    rmSync(join(folder, 'best.json'))
    await runOnce({ resume: true })
    expect(readdirSync(folder)).toEqual(readdirSync(join(directory, 'whole', 'checkpoints')))
    for (const name of readdirSync(folder))
      expect(readFileSync(join(folder, name)).equals(readFileSync(join(directory, 'whole', 'checkpoints', name)))).toBe(
        true,
      )
  })

  test('a damaged best checkpoint is found at the start', async () => {
    await runOnce({ stopAt: (event) => event.type === 'epoch_started' && event.epoch === 3 })
    const { file } = readJson('run', 'checkpoints', 'best.json')
    const bytes = readFileSync(join(directory, 'run', file))
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1
    writeFileSync(join(directory, 'run', file), bytes)
    await expect(runOnce({ resume: true })).rejects.toThrow(`${file} has changed since it was written`)
  })

  test('another pipeline is refused', async () => {
    await runOnce()
    const plan = { ...linearPlan(), hash: 'def456' }
    await expect(runOnce({ plan, resume: true })).rejects.toMatchObject({
      code: 'bad-checkpoint',
    })
  })
})

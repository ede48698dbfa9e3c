import { describe, expect, test } from 'vitest'
import type { RunEvent } from '../../src/events/events.js'
import { formatCount, formatDuration, formatLoss } from '../../src/report/format.js'
import { createJsonView } from '../../src/report/json.js'
import { createPlainView } from '../../src/report/plain.js'
import { resultsTable } from '../../src/report/results-table.js'
import {
  currentPhase,
  initialState,
  reduce,
  remainingMilliseconds,
  stepsOfEpoch,
  totalEpochs,
  totalSteps,
} from '../../src/report/state.js'
import { createRunStore } from '../../src/report/store.js'
import { runStarted, stamped, wholeRun } from './events.js'

const reduceAll = (events: readonly RunEvent[], gap?: number) => stamped(events, gap).reduce(reduce, initialState)

const stepEvent = (step: number, loss: number, imagesPerSecond = 10): RunEvent => ({
  type: 'step',
  epoch: Math.ceil(step / 20),
  step,
  stepInEpoch: ((step - 1) % 20) + 1,
  losses: { total: loss },
  imagesPerSecond,
  waitShare: 0,
})

describe('the state of a run', () => {
  test('is a function of its events: live and read back from the file are the same', () => {
    const store = createRunStore()
    const events = wholeRun()
    for (const event of events) store.dispatch(event)
    const lines = events.map((event) => JSON.stringify(event))
    const readBack = lines.map((line) => JSON.parse(line)).reduce(reduce, initialState)
    expect(store.state).toEqual(readBack)
    expect(store.state.best).toEqual({ epoch: 2, value: 0.94 })
    expect(store.state.finished?.outcome).toBe('completed')
  })

  test('validation is a phase within training, and training goes on after it', () => {
    const phases: RunEvent[] = [
      { type: 'phase', phase: 'train' },
      { type: 'phase', phase: 'validate' },
    ]
    expect(currentPhase(reduceAll(phases))?.phase).toBe('validate')
    const after = reduceAll([...phases, { type: 'phase', phase: 'validate', milliseconds: 5 }])
    expect(currentPhase(after)?.phase).toBe('train')
  })

  test('the mean of an epoch weighs reports by their steps', () => {
    const state = reduceAll([stepEvent(1, 4), stepEvent(4, 2), stepEvent(10, 1)])
    expect(state.epochMeans.losses.get('total')).toBeCloseTo((4 + 3 * 2 + 6 * 1) / 10, 12)
    const nextEpoch = reduceAll([stepEvent(20, 4), stepEvent(21, 2)])
    expect(nextEpoch.epochMeans).toMatchObject({ epoch: 2, steps: 1, losses: new Map([['total', 2]]) })
  })

  test('a loss may have any name', () => {
    const losses = JSON.parse('{ "constructor": 2, "__proto__": 3 }')
    const step = { type: 'step', epoch: 1, imagesPerSecond: 10, waitShare: 0, losses } as const
    const state = reduceAll([
      { ...step, step: 1, stepInEpoch: 1 },
      { ...step, step: 2, stepInEpoch: 2 },
    ])
    expect([...state.recentLosses]).toEqual([
      ['constructor', [2, 2]],
      ['__proto__', [3, 3]],
    ])
    expect([...state.epochMeans.losses.values()]).toEqual([2, 3])
  })

  test('mean throughput is images over time, not a mean of rates', () => {
    const state = reduceAll([stepEvent(5, 1, 10), stepEvent(10, 1, 40)])
    expect(state.epochMeans.imagesPerSecond).toBeCloseTo(10 / (5 / 10 + 5 / 40), 9)
  })

  test('what remains is reckoned from the mean pace', () => {
    const events: RunEvent[] = [{ type: 'phase', phase: 'train' }, runStarted, stepEvent(1, 1), stepEvent(11, 1)]
    // 10 steps took 1000 ms; 49 of 60 remain.
    expect(remainingMilliseconds(reduceAll(events, 1000))).toBeCloseTo(4900, 6)
  })

  test('max_steps ends the run sooner: fewer epochs, a short last one, less time', () => {
    const run = { ...runStarted, maxSteps: 25 }
    expect([totalSteps(run), totalEpochs(run), stepsOfEpoch(run, 1), stepsOfEpoch(run, 2)]).toEqual([25, 2, 20, 5])
    const events: RunEvent[] = [{ type: 'phase', phase: 'train' }, run, stepEvent(1, 1), stepEvent(11, 1)]
    expect(remainingMilliseconds(reduceAll(events, 1000))).toBeCloseTo(1400, 6)
  })
})

describe('plain lines', () => {
  test('are calm: one a phase, one an epoch, the results', () => {
    let text = ''
    const view = createPlainView((chunk) => {
      text += chunk
    })
    for (const event of wholeRun()) view.event(event)
    expect(text.split('\n')).toEqual([
      'compiling: 412 ms',
      'reading the data: 350 ms',
      'loading the engine: 1.2 s',
      'quickstart: 6,108,437 parameters, seed 42, float32, TensorFlow 2.21.0, CPU, 2 threads',
      '3 epochs of 20 steps, 8 images a step; written to runs/quickstart/20261123-201501-4f2a91',
      'initialising: 90 ms',
      expect.stringMatching(
        /^epoch 1\/3 {2}reconstruction 0\.\d{4} {2}segmentation 0\.\d{4} {2}regression 0\.\d+ {2}total 0\.\d{4} {2}4\d\.\d img\/s {2}waiting 2 % {2}\d\.\d s left$/,
      ),
      '  validation: auroc(score) 0.7100  f1_max(score) 0.6600  mae(severity) –  (best)',
      expect.stringMatching(/^epoch 2\/3 /),
      '  validation: auroc(score) 0.9400  f1_max(score) 0.8900  mae(severity) –  (best)',
      expect.stringMatching(/^epoch 3\/3 .* waiting 2 %$/),
      '  validation: auroc(score) 0.9300  f1_max(score) 0.8800  mae(severity) –',
      'training: 9.0 s',
      'note: domain_C has no severities: severity metrics are undefined',
      'testing: 800 ms',
      'writing results: 12 ms',
      '',
      'domain    role    images  auroc(score)  f1_max(score)  mae(severity)',
      '────────────────────────────────────────────────────────────────────',
      'domain_A  source      40        0.9800         0.9500         0.2100',
      'domain_B  target      40        0.9400         0.9000         0.2100',
      'domain_C  target      40        0.9000         0.8500              –',
      '────────────────────────────────────────────────────────────────────',
      'mean      target      80        0.9200         0.8750         0.2100',
      '',
      'completed after 60 steps in 12.4 s: runs/quickstart/20261123-201501-4f2a91',
      '',
    ])
  })

  test('a long epoch speaks every half minute', () => {
    let lines = 0
    const view = createPlainView(() => {
      lines++
    })
    for (const event of stamped(
      Array.from({ length: 19 }, (_, i) => stepEvent(i + 1, 1)),
      10_000,
    ))
      view.event(event)
    expect(lines).toBe(7)
  })

  test('a run with max_steps says so and ends its last epoch', () => {
    let text = ''
    const view = createPlainView((chunk) => {
      text += chunk
    })
    for (const event of stamped([{ ...runStarted, maxSteps: 25 }, stepEvent(20, 1), stepEvent(25, 1)]))
      view.event(event)
    const lines = text.split('\n')
    expect(lines[1]).toContain('25 steps (max_steps), 20 an epoch, 8 images a step')
    expect(lines[2]).toMatch(/^epoch 1\/2 {2}total/)
    expect(lines[3]).toMatch(/^epoch 2\/2 {2}total/)
  })

  test('a failure comes with its help', () => {
    let text = ''
    const view = createPlainView((chunk) => {
      text += chunk
    })
    const failed: RunEvent = {
      type: 'failed',
      exitCode: 1,
      code: 'non-finite-loss',
      message: 'loss.ssim is NaN',
      help: 'Fix it.',
    }
    for (const event of stamped([failed])) view.event(event)
    expect(text).toBe('failed: loss.ssim is NaN [non-finite-loss]\n  help: Fix it.\n')
  })
})

describe('the results table', () => {
  const wide = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [`average_precision(${name})`, 0.5]))
  const domain = (name: string, role: 'source' | 'target') => ({ domain: name, role, images: 120, metrics: wide })
  const four = [domain('domain_A', 'source'), ...['B', 'C', 'D'].map((name) => domain(`domain_${name}`, 'target'))]

  test('has a row a metric where the domains do not fit as rows', () => {
    expect(resultsTable(four, 80)).toEqual([
      'domain                domain_A  domain_B  domain_C  domain_D    mean',
      'role                    source    target    target    target  target',
      'images                     120       120       120       120     360',
      '────────────────────────────────────────────────────────────────────',
      'average_precision(a)    0.5000    0.5000    0.5000    0.5000  0.5000',
      'average_precision(b)    0.5000    0.5000    0.5000    0.5000  0.5000',
      'average_precision(c)    0.5000    0.5000    0.5000    0.5000  0.5000',
      'average_precision(d)    0.5000    0.5000    0.5000    0.5000  0.5000',
    ])
  })

  test('goes on below where neither fits, within the width', () => {
    const lines = resultsTable(four, 64)
    expect(lines.every((line) => line.length <= 64)).toBe(true)
    expect(lines.filter((line) => line.startsWith('domain_A'))).toHaveLength(4)
    for (const name of Object.keys(wide)) expect(lines.join('\n')).toContain(name)
  })

  test('of nothing is nothing', () => expect(resultsTable([])).toEqual([]))
})

test('JSON is one event a line', () => {
  let text = ''
  const view = createJsonView((chunk) => {
    text += chunk
  })
  for (const event of wholeRun()) view.event(event)
  expect(
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual(wholeRun())
})

describe('numbers for people', () => {
  test.each([
    [0.4, '0 ms'],
    [950, '950 ms'],
    [12_340, '12.3 s'],
    [59_960, '1 min 00 s'],
    [245_000, '4 min 05 s'],
    [7_620_000, '2 h 07 min'],
  ])('%d ms is %s', (milliseconds, text) => expect(formatDuration(milliseconds)).toBe(text))

  test('losses keep four digits', () => {
    expect([0, 0.12345, 12.3456, 123456, 0.00001].map(formatLoss)).toEqual([
      '0',
      '0.1235',
      '12.35',
      '1.23e+5',
      '1.00e-5',
    ])
    expect(formatCount(97_496_710)).toBe('97,496,710')
    expect(formatCount(999)).toBe('999')
  })
})

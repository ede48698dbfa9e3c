import { stripVTControlCharacters } from 'node:util'
import { renderToString } from 'ink'
import { describe, expect, test } from 'vitest'
import type { RunEvent } from '../../src/events/events.js'
import { initialState, type RunState, reduce } from '../../src/report/state.js'
import { bar, sparkline } from '../../src/ui/bar.js'
import { Screen } from '../../src/ui/screen.js'
import { stamped, wholeRun } from '../report/events.js'
import { goldenText } from '../support/golden.js'

const draw = (state: RunState, columns = 80, rows = 24) =>
  stripVTControlCharacters(renderToString(<Screen state={state} columns={columns} rows={rows} />, { columns }))

/** The run as it was when an event of this kind came for the n-th time. */
function stateAt(isIt: (event: RunEvent) => boolean): RunState {
  const events = wholeRun()
  const index = events.findIndex(({ event }) => isIt(event))
  return events.slice(0, index + 1).reduce(reduce, initialState)
}

const training = stateAt((event) => event.type === 'step' && event.step === 52)
const finished = wholeRun().reduce(reduce, initialState)

describe('frames', () => {
  test.each([
    ['training', training, 80, 30],
    ['testing', stateAt((event) => event.type === 'evaluation' && event.domain === 'domain_B'), 80, 30],
    [
      'ending',
      stateAt((event) => event.type === 'phase' && event.phase === 'write' && event.milliseconds !== undefined),
      80,
      30,
    ],
    ['finished', finished, 80, 30],
    ['narrow', training, 48, 30],
  ] as const)('%s', (name, state, columns, rows) => {
    goldenText(`ui/${name}.txt`, draw(state, columns, rows))
  })

  test('show what one looks for', () => {
    const frame = draw(training, 80, 30)
    for (const part of [
      'training',
      '3/3',
      '12/20',
      'waiting for data 2 %',
      'img/s',
      'left',
      'total',
      'Ctrl-C',
      'written to',
    ]) {
      expect(frame).toContain(part)
    }
    expect(frame).toMatch(/auroc\(score\) +0\.9400 +★ best so far/)
  })
})

test('max_steps bounds the epochs and the steps of the last one', () => {
  const state = training.run ? { ...training, run: { ...training.run, maxSteps: 54 } } : training
  const frame = draw(state, 80, 30)
  expect(frame).toContain(' 3/3 ')
  expect(frame).toContain(' 12/14 ')
})

describe('any size', () => {
  const states = wholeRun().map((_, i, all) => all.slice(0, i + 1).reduce(reduce, initialState))
  test.each([
    [80, 24],
    [80, 10],
    [40, 5],
    [20, 3],
    [200, 60],
  ])('%d x %d: no frame is as tall as the terminal or wider', (columns, rows) => {
    for (const state of states) {
      const lines = draw(state, columns, rows).split('\n')
      expect(lines.length).toBeLessThan(rows)
      for (const line of lines) expect([...line].length).toBeLessThanOrEqual(columns)
    }
  })

  test('a short terminal keeps what matters', () => {
    const lines = draw(training, 80, 6).split('\n')
    expect(lines[0]).toContain('training')
    expect(lines.join('\n')).toContain('epoch')
    expect(lines.join('\n')).toContain('step')
    expect(lines.join('\n')).toContain('total')
    expect(lines.join('\n')).toContain('auroc(score)')
  })
})

test('the metric that the best checkpoint is chosen by is marked, whatever values others have', () => {
  const event: RunEvent = {
    type: 'validation',
    epoch: 1,
    step: 20,
    metrics: { 'within(severity, 0.1)': 0.5, 'within(severity, 0.25)': 0.5 },
    monitored: 'within(severity, 0.25)',
    best: true,
    bestEpoch: 1,
    bestValue: 0.5,
  }
  const lines = draw(stamped([event]).reduce(reduce, initialState)).split('\n')
  expect(lines.filter((line) => line.includes('★'))).toEqual([expect.stringContaining('within(severity, 0.25)')])
})

test('a failure is shown in full, however long', () => {
  const message = `first ${'word '.repeat(40)}\nsecond line`
  const failed: RunEvent = { type: 'failed', exitCode: 4, code: 'broken-data', message, help: 'Fix the files.' }
  const frame = draw(stamped([failed]).reduce(reduce, initialState), 60, 24)
  expect(frame.match(/word/g)).toHaveLength(40)
  for (const part of ['failed [broken-data] first', 'second line', 'help Fix the files.']) expect(frame).toContain(part)
})

describe('bars', () => {
  test('are as wide as asked, full only at the end', () => {
    for (let i = 0; i <= 80; i++) {
      const { filled, empty } = bar(i / 80, 10)
      expect([...filled].length + empty.length).toBe(10)
    }
    expect(bar(1, 4)).toEqual({ filled: '████', empty: '' })
    expect(bar(0.5625, 2)).toEqual({ filled: '█▏', empty: '' })
  })

  test('the course of a loss spans its own range', () => {
    expect(sparkline([9, 0, 1, 2, 3], 4)).toBe('▁▃▆█')
    expect(sparkline([2, 2], 8)).toBe('▁▁')
    expect(sparkline([1, 2], 0)).toBe('')
  })
})

import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { RunEvent } from '../../src/events/events.js'
import { recordData } from '../../src/train/data-record.js'
import { EventSink } from '../../src/train/event-sink.js'
import { cutEvents, recordedEvents } from '../../src/train/recorded-events.js'
import { temporaryDirectory } from '../support/draemc.js'

const prepared: readonly RunEvent[] = [
  { type: 'phase', phase: 'compile', milliseconds: 3 },
  { type: 'note', level: 'warning', message: 'bf16 is slow' },
]
const step = (number: number): RunEvent => ({
  type: 'step',
  epoch: 1,
  step: number,
  stepInEpoch: number,
  losses: { total: 1 / number },
  imagesPerSecond: 10,
  waitShare: 0,
})
const validation = (number: number): RunEvent => ({
  type: 'validation',
  epoch: number,
  step: number,
  metrics: { 'auroc(score)': 0.1 + 0.2, 'auroc(severity)': null },
  best: true,
})
const trained: readonly RunEvent[] = [
  { type: 'phase', phase: 'scan_data' },
  { type: 'phase', phase: 'train' },
  step(1),
  validation(1),
  { type: 'checkpoint', epoch: 1, step: 1, file: 'last', kind: 'last' },
  { type: 'epoch_started', epoch: 2, learningRate: 0.1 },
  step(2),
  validation(2),
  { type: 'run_finished', outcome: 'interrupted', steps: 2, seconds: 1, directory: 'run' },
]

function recorded(events: readonly RunEvent[]): string {
  const directory = temporaryDirectory()
  writeFileSync(
    join(directory, 'events.jsonl'),
    events.map((event) => `${JSON.stringify({ time: 1e12, event })}\n`).join(''),
  )
  return directory
}
const eventsOf = (directory: string) => [...recordedEvents(directory)].map(({ event }) => event)

describe('the events of a run that goes on', () => {
  test.each([
    [0, 2],
    [1, 7],
    [2, 10],
  ])('end at the last of step %i', (at, count) => {
    const directory = recorded([...prepared, ...trained])
    const validations = cutEvents(directory, at)
    expect(eventsOf(directory)).toEqual([...prepared, ...trained].slice(0, count))
    expect(validations).toEqual(
      [1, 2].slice(0, at).map((n) => ({
        epoch: n,
        step: n,
        metrics: { 'auroc(score)': 0.1 + 0.2, 'auroc(severity)': null },
      })),
    )
    // Again, as after a kill.
    expect(cutEvents(directory, at)).toEqual(validations)
  })

  test('keep where it went on before', () => {
    const before: readonly RunEvent[] = [...prepared, { type: 'resumed', epoch: 0, step: 0 }]
    const directory = recorded([...before, ...trained])
    cutEvents(directory, 0)
    expect(eventsOf(directory)).toEqual(before)
  })

  test('a line that was not written to its end is no event; in the middle it is named', () => {
    const directory = recorded([...prepared, ...trained.slice(0, 4)])
    appendFileSync(join(directory, 'events.jsonl'), '{"time":1,"event":{"type":"st')
    cutEvents(directory, 1)
    expect(eventsOf(directory)).toHaveLength(6)
    appendFileSync(join(directory, 'events.jsonl'), `{"time":1,"eve${JSON.stringify({ time: 1, event: step(2) })}\n`)
    cutEvents(directory, 1)
    expect(eventsOf(directory)).toHaveLength(6)
    appendFileSync(join(directory, 'events.jsonl'), `no event\n${JSON.stringify({ time: 1, event: step(2) })}\n`)
    expect(() => cutEvents(directory, 2)).toThrow('events.jsonl line 7 is not an event')
  })

  test('are the scalars of TensorBoard, written again', () => {
    const directory = recorded([])
    const sink = new EventSink(
      directory,
      () => undefined,
      () => 1e12,
    )
    for (const event of trained) sink.emit(event)
    sink.close()
    const [name = ''] = readdirSync(join(directory, 'tensorboard'))
    const whole = readFileSync(join(directory, 'tensorboard', name))
    cutEvents(directory, 1)
    const again = new EventSink(
      directory,
      () => undefined,
      () => 1e12,
    )
    again.restoreScalars()
    expect(readFileSync(join(directory, 'tensorboard', name)).length).toBeLessThan(whole.length)
    for (const event of trained.slice(5)) again.emit(event)
    again.close()
    expect(readFileSync(join(directory, 'tensorboard', name)).equals(whole)).toBe(true)
  })
})

describe('the data of a run that goes on', () => {
  const data = (...files: readonly (readonly [string, string])[]) => ({
    contentHash: JSON.stringify(files),
    files: files.map(([file, digit]) => ({ file, sha256: digit.repeat(64) })),
    trainImages: 1,
    record: { warnings: [], depths: [], tests: [] },
  })
  const before = data(['a.png', '1'], ['b\nb.png', '2'], ['c.png', '3'])

  test('is what it was', () => {
    const directory = temporaryDirectory()
    recordData(directory, before, false)
    recordData(directory, before, true)
    expect(readFileSync(join(directory, 'data.sha256'), 'utf8').split('\n')).toEqual([
      `${'1'.repeat(64)}  a.png`,
      `\\${'2'.repeat(64)}  b\\nb.png`,
      `${'3'.repeat(64)}  c.png`,
      '',
    ])
  })

  test('is refused by the names of the files that differ', () => {
    const directory = temporaryDirectory()
    recordData(directory, before, false)
    expect(() => recordData(directory, data(['a.png', '1'], ['b\nb.png', '4'], ['d.png', '3']), true)).toThrow(
      'the data is not what the run began with: 1 changed (b\\nb.png); 1 missing (c.png); 1 new (d.png)',
    )
    expect(() => recordData(directory, { ...before, contentHash: 'other labels' }, true)).toThrow(
      'the labels or the severities of the images differ',
    )
    writeFileSync(join(directory, 'data.json'), '{"format":1')
    expect(() => recordData(directory, before, true)).toThrow(`${join(directory, 'data.json')} is damaged`)
  })

  test('is recorded where the run ended before it was', () => {
    const directory = temporaryDirectory()
    mkdirSync(directory, { recursive: true })
    recordData(directory, before, true)
    expect(existsSync(join(directory, 'data.json'))).toBe(true)
  })
})

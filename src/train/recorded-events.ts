import { existsSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import type { RunEvent, StampedEvent } from '../events/events.js'
import { isRecord } from '../files/json.js'
import { readLines } from '../files/lines.js'
import { withOpenFile } from '../files/random-access.js'
import { CannotRead } from '../files/reading.js'
import { RunFailure } from './failure.js'
import type { ValidationRecord } from './tracking.js'

export const eventsName = 'events.jsonl'

/** @throws RunFailure where it is no file of lines. A line that is no event comes as undefined. */
function* recordedLines(path: string) {
  try {
    for (const { text, number, end } of readLines(path)) yield { stamped: parseEvent(text), number, end }
  } catch (error) {
    throw error instanceof CannotRead ? badEvents(path, `cannot be read: ${error.message}`) : error
  }
}

/** The events of a run directory, in order. @throws RunFailure where a line is none. */
export function* recordedEvents(directory: string): Generator<StampedEvent> {
  const path = join(directory, eventsName)
  for (const { stamped, number } of recordedLines(path)) {
    if (stamped === undefined) throw badEvents(path, `line ${number} is not an event`)
    yield stamped
  }
}

/**
 * Cuts off what was recorded after a step, 0 for what the command wrote before the engine process began. Returns the
 * validations that are left.
 *
 * @throws RunFailure where a line before that is no event.
 */
export function cutEvents(directory: string, step: number): readonly ValidationRecord[] {
  const path = join(directory, eventsName)
  const validations: ValidationRecord[] = []
  let cut = 0
  let isPreparing = true
  let bad: number | undefined
  for (const { stamped, number, end } of recordedLines(path)) {
    const event = stamped?.event
    isPreparing &&= event?.type === 'note' || (event?.type === 'phase' && event.phase === 'compile')
    const isOfStep = event !== undefined && 'step' in event
    if (isOfStep && event.step > step) break
    if (!isOfStep && !isPreparing) {
      // Whether it counts depends on what follows.
      if (event === undefined) bad ??= number
      continue
    }
    if (bad !== undefined) throw badEvents(path, `line ${bad} is not an event`)
    cut = end
    if (event?.type === 'validation') validations.push({ epoch: event.epoch, step: event.step, metrics: event.metrics })
  }
  if (existsSync(path)) truncateSync(path, cut)
  return validations
}

/** How a run failed, which its last events say; undefined where it did not, or goes on. */
export function recordedFailure(directory: string): Extract<RunEvent, { type: 'failed' }> | undefined {
  const tail = withOpenFile(join(directory, eventsName), ({ size, read }) => {
    const length = Math.min(size, tailBytes)
    return read(size - length, length).toString('utf8')
  })
  if (tail.kind !== 'opened') return undefined
  const last = tail.result.trimEnd().split('\n').slice(-2)
  const [failed, finished] = last.map((line) => parseEvent(line)?.event)
  return failed?.type === 'failed' && finished?.type === 'run_finished' ? failed : undefined
}

/** The last two lines have fewer. */
const tailBytes = 2 ** 16

function parseEvent(line: string): StampedEvent | undefined {
  try {
    const parsed: unknown = JSON.parse(line)
    return isStampedEvent(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

/** As far as it is relied upon here. */
function isStampedEvent(value: unknown): value is StampedEvent {
  if (!isRecord(value) || typeof value.time !== 'number' || !isRecord(value.event)) return false
  const { type, step, epoch, metrics, losses } = value.event
  if (typeof type !== 'string' || (step !== undefined && !Number.isSafeInteger(step))) return false
  if (type === 'validation') return Number.isSafeInteger(epoch) && isRecord(metrics)
  return type !== 'step' || isRecord(losses)
}

export function badEvents(path: string, what: string): RunFailure {
  return new RunFailure(
    1,
    'bad-events',
    `${path} ${what}`,
    'The validations so far are read from it, so the run cannot go on exactly without it: bring the file back from a copy.',
  )
}

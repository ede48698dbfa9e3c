import { closeSync, fsyncSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import * as clock from '../events/clock.js'
import type { RunEvent, StampedEvent } from '../events/events.js'
import { openToAppend } from '../files/append.js'
import { jsonLine } from '../source/visible.js'
import { eventsName, recordedEvents } from './recorded-events.js'
import { EventFile } from './tensorboard/event-file.js'
import { scalarsOf } from './tensorboard/scalars.js'

const tensorboardName = 'tensorboard'

/**
 * Where events go: whoever watches, `events.jsonl`, TensorBoard's files. A line is written whole, so readers may follow the
 * file. When nothing can be written any more (a full disk) the first event throws; those after it, which tell of that, are
 * only watched.
 */
export class EventSink {
  readonly #lines: number
  #tensorboard: EventFile | undefined
  #step = 0
  #canWrite = true
  #isClosed = false

  constructor(
    private readonly directory: string,
    private readonly watch: (event: StampedEvent) => void,
    private readonly now: () => number = clock.now,
  ) {
    this.#lines = openToAppend(join(directory, eventsName))
  }

  readonly emit = (event: RunEvent): void => {
    // The last word is said: what was still under way (a scan that is stopped) has nothing to add.
    if (this.#isClosed) return
    const stamped: StampedEvent = { time: this.now(), event }
    this.watch(stamped)
    if (!this.#canWrite) return
    try {
      this.#write(stamped)
    } catch (error) {
      this.#canWrite = false
      // An end is an end: what it says goes to whoever watches.
      if (event.type !== 'failed' && event.type !== 'run_finished') throw error
    }
  }

  /** TensorBoard's files of a run that goes on are written again from the events that are left: they may hold more. */
  restoreScalars(): void {
    rmSync(join(this.directory, tensorboardName), { recursive: true, force: true })
    for (const stamped of recordedEvents(this.directory)) this.#writeScalars(stamped)
  }

  #write(stamped: StampedEvent): void {
    writeSync(this.#lines, `${jsonLine(stamped)}\n`)
    // The checkpoint that follows counts on it.
    if (stamped.event.type === 'validation') fsyncSync(this.#lines)
    this.#writeScalars(stamped)
  }

  #writeScalars(stamped: StampedEvent): void {
    const { event } = stamped
    if ('step' in event) this.#step = event.step
    const scalars = scalarsOf(event)
    if (scalars.length === 0) return
    this.#tensorboard ??= new EventFile(join(this.directory, tensorboardName), stamped.time)
    this.#tensorboard.write(stamped.time, this.#step, scalars)
  }

  close(): void {
    this.#isClosed = true
    closeSync(this.#lines)
    this.#tensorboard?.close()
  }
}

import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import * as clock from '../events/clock.js'
import type { RunEvent, StampedEvent } from '../events/events.js'
import { jsonLine } from '../source/visible.js'
import { EventFile } from './tensorboard/event-file.js'
import { scalarsOf } from './tensorboard/scalars.js'

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
    this.#lines = openSync(join(directory, 'events.jsonl'), 'a')
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
      throw error
    }
  }

  #write(stamped: StampedEvent): void {
    const { event } = stamped
    writeSync(this.#lines, `${jsonLine(stamped)}\n`)
    if ('step' in event) this.#step = event.step
    const scalars = scalarsOf(event)
    if (scalars.length === 0) return
    this.#tensorboard ??= new EventFile(join(this.directory, 'tensorboard'), stamped.time)
    this.#tensorboard.write(stamped.time, this.#step, scalars)
  }

  close(): void {
    this.#isClosed = true
    closeSync(this.#lines)
    this.#tensorboard?.close()
  }
}

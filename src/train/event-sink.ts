import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { RunEvent, StampedEvent } from '../events/events.js'
import { EventFile } from './tensorboard/event-file.js'
import { scalarsOf } from './tensorboard/scalars.js'

/** Where events go: `events.jsonl`, TensorBoard's files, and whoever watches. A line is written whole, so readers may follow the file. */
export class EventSink {
  readonly #lines: number
  #tensorboard: EventFile | undefined
  #step = 0

  constructor(
    private readonly directory: string,
    private readonly watch: (event: StampedEvent) => void,
    private readonly now: () => number = Date.now,
  ) {
    this.#lines = openSync(join(directory, 'events.jsonl'), 'a')
  }

  readonly emit = (event: RunEvent): void => {
    const stamped: StampedEvent = { time: this.now(), event }
    writeSync(this.#lines, `${JSON.stringify(stamped)}\n`)
    this.watch(stamped)
    if ('step' in event) this.#step = event.step
    const scalars = scalarsOf(event)
    if (scalars.length === 0) return
    this.#tensorboard ??= new EventFile(join(this.directory, 'tensorboard'), stamped.time)
    this.#tensorboard.write(stamped.time, this.#step, scalars)
  }

  close(): void {
    closeSync(this.#lines)
    this.#tensorboard?.close()
  }
}

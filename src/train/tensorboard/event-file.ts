import { closeSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import protobuf from 'protobufjs/light.js'
import { openToAppend } from '../../files/append.js'
import { makeDirectory } from '../../files/writing.js'
import { encodeRecord } from './records.js'

/** The part of TensorFlow's `Event` and `Summary` messages that scalars need (tensorflow/core/util/event.proto, framework/summary.proto). */
export const eventMessage = protobuf.Root.fromJSON({
  nested: {
    Value: { fields: { tag: { type: 'string', id: 1 }, simpleValue: { type: 'float', id: 2 } } },
    Summary: { fields: { value: { rule: 'repeated', type: 'Value', id: 1 } } },
    Event: {
      fields: {
        wallTime: { type: 'double', id: 1 },
        step: { type: 'int64', id: 2 },
        fileVersion: { type: 'string', id: 3 },
        summary: { type: 'Summary', id: 5 },
      },
    },
  },
}).lookupType('Event')

export interface Scalar {
  readonly tag: string
  readonly value: number
}

/** A file that TensorBoard reads while it grows. `time` in milliseconds since the Unix epoch. */
export class EventFile {
  readonly #descriptor: number

  constructor(directory: string, time: number) {
    makeDirectory(directory)
    // TensorBoard takes any name with `tfevents`, and orders files of one folder by name.
    const name = `events.out.tfevents.${String(Math.floor(time / 1000)).padStart(10, '0')}.draemc`
    this.#descriptor = openToAppend(join(directory, name))
    this.#append({ wallTime: time / 1000, fileVersion: 'brain.Event:2' })
  }

  write(time: number, step: number, scalars: readonly Scalar[]): void {
    if (scalars.length === 0) return
    const value = scalars.map(({ tag, value }) => ({ tag, simpleValue: value }))
    this.#append({ wallTime: time / 1000, step, summary: { value } })
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  #append(event: Readonly<Record<string, unknown>>): void {
    writeSync(this.#descriptor, encodeRecord(eventMessage.encode(eventMessage.create(event)).finish()))
  }
}

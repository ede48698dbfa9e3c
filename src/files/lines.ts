import { closeSync, constants, existsSync, fstatSync, openSync, readSync } from 'node:fs'
import { CannotRead } from './reading.js'

export interface Line {
  readonly text: string
  /** From 1. */
  readonly number: number
  /** Bytes of the file up to the end of the line. */
  readonly end: number
}

const newline = 0x0a
/** A file that has no lines is not read into memory. */
const longestLine = 16 * 2 ** 20

/**
 * The lines of a file that is written line by line, none where there is no file. What stands behind the last newline was not
 * written to its end: it is left out.
 *
 * @throws CannotRead for what is no regular file, or has a line of more than 16 MiB
 */
export function* readLines(path: string): Generator<Line> {
  if (!existsSync(path)) return
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  try {
    if (!fstatSync(descriptor).isFile()) throw new CannotRead(`cannot read ${path}: it is no regular file`)
    const chunk = Buffer.alloc(2 ** 20)
    let rest: Buffer = Buffer.alloc(0)
    let [end, number] = [0, 0]
    for (let count = readSync(descriptor, chunk); count > 0; count = readSync(descriptor, chunk)) {
      const bytes = Buffer.concat([rest, chunk.subarray(0, count)])
      let from = 0
      for (let to = bytes.indexOf(newline); to >= 0; to = bytes.indexOf(newline, from)) {
        end += to + 1 - from
        number++
        yield { text: bytes.toString('utf8', from, to), number, end }
        from = to + 1
      }
      rest = bytes.subarray(from)
      if (rest.length > longestLine)
        throw new CannotRead(`cannot read ${path}: line ${number + 1} is longer than 16 MiB`)
    }
  } finally {
    closeSync(descriptor)
  }
}

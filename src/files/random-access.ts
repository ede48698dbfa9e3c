import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { type FileContent, failure, flags, special } from './read-regular.js'

/** An open regular file, of which parts are read. */
export interface OpenFile {
  /** When it was opened. */
  readonly size: number
  /** Fewer bytes than asked for where the file has become shorter. */
  read(from: number, length: number): Buffer
}

export type Opened<Result> =
  | { readonly kind: 'opened'; readonly result: Result }
  | Exclude<FileContent, { kind: 'read' | 'too_large' }>

/** Calls `use` with a regular file, and closes it behind. Nothing else is opened: no named pipe, device or directory. */
export function withOpenFile<Result>(path: string, use: (file: OpenFile) => Result): Opened<Result> {
  let descriptor: number
  try {
    descriptor = openSync(path, flags)
  } catch (error) {
    return failure(error)
  }
  try {
    const status = fstatSync(descriptor)
    const what = special(status)
    if (what !== undefined) return { kind: 'not_regular', what }
    return {
      kind: 'opened',
      result: use({ size: status.size, read: (from, length) => readPart(descriptor, from, length) }),
    }
  } finally {
    closeSync(descriptor)
  }
}

function readPart(descriptor: number, from: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  let done = 0
  while (done < length) {
    const count = readSync(descriptor, bytes, done, length - done, from + done)
    if (count === 0) break
    done += count
  }
  return bytes.subarray(0, done)
}

import { withOpenFile } from '../files/random-access.js'
import { refuse } from './error.js'

/** A file of which parts are read: a checkpoint may be larger than what is asked of it. */
export interface ByteSource {
  readonly size: number
  /** @throws WeightsError where the file ends before. */
  read(from: number, length: number): Buffer
}

/** Calls `use` with a regular file. @throws WeightsError for anything that cannot be read. */
export function withFile<Result>(path: string, use: (source: ByteSource) => Result): Result {
  const opened = withOpenFile(path, ({ size, read }) =>
    use({
      size,
      read: (from, length) => {
        requireWithin(from, length, size)
        const bytes = read(from, length)
        return bytes.length === length ? bytes : refuse('it became shorter while it was read')
      },
    }),
  )
  switch (opened.kind) {
    case 'opened':
      return opened.result
    case 'missing':
      return refuse('there is no such file')
    case 'not_regular':
      return refuse(`it is ${opened.what}`)
    case 'unreadable':
      return refuse(opened.reason)
  }
}

export function memorySource(bytes: Uint8Array): ByteSource {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return {
    size: buffer.length,
    read: (from, length) => {
      requireWithin(from, length, buffer.length)
      return buffer.subarray(from, from + length)
    },
  }
}

function requireWithin(from: number, length: number, size: number): void {
  const isWhole = Number.isSafeInteger(from) && Number.isSafeInteger(length)
  if (!isWhole || from < 0 || length < 0 || from + length > size) refuse('it ends before what it says it holds')
}

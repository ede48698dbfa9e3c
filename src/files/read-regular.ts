import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { open } from 'node:fs/promises'
import { describeSystemError } from './system-error.js'

/** What reading a file came to. Only `read` has content; a caller words the rest for its own users. */
export type FileContent =
  | { readonly kind: 'read'; readonly bytes: Buffer }
  | { readonly kind: 'missing' }
  | { readonly kind: 'not_regular'; readonly what: SpecialFile }
  /** `size` in bytes as far as it is known: more than `maxBytes`. */
  | { readonly kind: 'too_large'; readonly size: number; readonly maxBytes: number }
  /** `reason` in words: `no permission (EACCES)`. */
  | { readonly kind: 'unreadable'; readonly reason: string; readonly code: string }

export type SpecialFile = 'a directory' | 'a named pipe' | 'a device' | 'a socket'

// Without O_NONBLOCK, opening a named pipe waits for a writer; without O_NOCTTY, opening a terminal may take it over.
export const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY

/**
 * Reads a whole regular file of at most `maxBytes` bytes. Returns at once, and without reading, for anything else:
 * named pipes, devices, directories.
 */
export async function readRegularFile(path: string, maxBytes: number): Promise<FileContent> {
  try {
    const file = await open(path, flags)
    try {
      const status = await file.stat()
      const refused = refuse(status, maxBytes)
      if (refused) return refused
      const reading = new Reading(status.size, maxBytes)
      while (reading.wantsMore) {
        const { bytesRead } = await file.read(reading.free)
        reading.advance(bytesRead)
      }
      return reading.result
    } finally {
      await file.close()
    }
  } catch (error) {
    return failure(error)
  }
}

/** As `readRegularFile`. For small files the way through libuv's threads costs ten times the reading. */
export function readRegularFileSync(path: string, maxBytes: number): FileContent {
  try {
    const file = openSync(path, flags)
    try {
      const status = fstatSync(file)
      const refused = refuse(status, maxBytes)
      if (refused) return refused
      const reading = new Reading(status.size, maxBytes)
      while (reading.wantsMore) reading.advance(readSync(file, reading.free))
      return reading.result
    } finally {
      closeSync(file)
    }
  } catch (error) {
    return failure(error)
  }
}

/**
 * Reads a descriptor that this process was started with (standard input, `<(command)`) to its end: what is piped in was
 * meant to be read, so this waits for it, up to `maxBytes` bytes.
 */
export function readInheritedSync(descriptor: number, maxBytes: number): FileContent {
  try {
    const reading = new Reading(0, maxBytes)
    while (reading.wantsMore) {
      const count = readOrWait(descriptor, reading.free)
      if (count !== undefined) reading.advance(count)
    }
    return reading.result
  } catch (error) {
    return failure(error)
  }
}

/** Undefined where a descriptor that is set to non-blocking has nothing yet. */
function readOrWait(descriptor: number, buffer: Uint8Array): number | undefined {
  try {
    return readSync(descriptor, buffer)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
    return undefined
  }
}

/** A buffer that is filled to the end of a file. The size that a file states is a guess: it may grow, and those of /proc say 0. */
class Reading {
  #buffer: Buffer
  #length = 0
  #isAtEnd = false

  constructor(
    statedSize: number,
    private readonly maxBytes: number,
  ) {
    this.#buffer = Buffer.allocUnsafe(Math.min(Math.max(statedSize, 4095), maxBytes) + 1)
  }

  get wantsMore(): boolean {
    return !this.#isAtEnd && this.#length <= this.maxBytes
  }

  get free(): Uint8Array {
    if (this.#length === this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.min(2 * this.#length, this.maxBytes + 1))
      this.#buffer.copy(larger)
      this.#buffer = larger
    }
    return this.#buffer.subarray(this.#length)
  }

  advance(count: number): void {
    this.#isAtEnd = count === 0
    this.#length += count
  }

  get result(): FileContent {
    if (this.#length > this.maxBytes) return { kind: 'too_large', size: this.#length, maxBytes: this.maxBytes }
    return { kind: 'read', bytes: this.#buffer.subarray(0, this.#length) }
  }
}

function refuse(status: Stats, maxBytes: number): FileContent | undefined {
  const what = special(status)
  if (what !== undefined) return { kind: 'not_regular', what }
  return status.size > maxBytes ? { kind: 'too_large', size: status.size, maxBytes } : undefined
}

export function special(status: Stats): SpecialFile | undefined {
  if (status.isFile()) return undefined
  if (status.isDirectory()) return 'a directory'
  if (status.isFIFO()) return 'a named pipe'
  return status.isSocket() ? 'a socket' : 'a device'
}

export function failure(error: unknown): Exclude<FileContent, { kind: 'read' | 'too_large' }> {
  if (!(error instanceof Error && 'code' in error)) throw error
  const code = String(error.code)
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
    // A path that no file can have: too long, or with a null character.
    case 'ENAMETOOLONG':
    case 'ERR_INVALID_ARG_VALUE':
      return { kind: 'missing' }
    case 'EISDIR':
      return { kind: 'not_regular', what: 'a directory' }
    // Opening a socket.
    case 'ENXIO':
      return { kind: 'not_regular', what: 'a socket' }
    default:
      return { kind: 'unreadable', reason: describeSystemError(code, error.message), code }
  }
}

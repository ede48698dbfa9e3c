import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'

const suffix = '.tmp'
/** Whether a process that was killed may have left it: `.results.json.PID.RANDOM.tmp`. */
export function isLeftover(name: string): boolean {
  return /^\..+\.\d+\.[0-9a-f]+\.tmp$/.test(name)
}

/**
 * Replaces what a file holds: readers see the old content or the new, never a part. Links stay links: what they lead to is
 * replaced. A file keeps its permissions.
 */
export function replaceContent(path: string, content: string | Uint8Array): void {
  const bytes = Buffer.from(content)
  replaceStream(path, ({ append }) => append(bytes))
}

export function replaceJson(path: string, value: unknown): void {
  replaceContent(path, `${JSON.stringify(value, null, 2)}\n`)
}

/** What writes a file piece by piece. */
export interface StreamWriter {
  /** What it is given is written in full when it returns. */
  readonly append: (bytes: Uint8Array) => void
  /** Writes over what was appended before. */
  readonly overwrite: (bytes: Uint8Array, position: number) => void
}

/**
 * As `replaceContent`, for a file that is written piece by piece because it is never whole in memory, or is larger than the
 * 2 GiB that one call of the system writes. The file takes its place after `write` has returned; what it throws leaves the old one.
 */
export function replaceStream(named: string, write: (writer: StreamWriter) => void): void {
  const isThere = existsSync(named)
  const path = isThere ? realpathSync(named) : named
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${randomBytes(6).toString('hex')}${suffix}`)
  try {
    const descriptor = openSync(temporary, 'wx')
    try {
      if (isThere) fchmodSync(descriptor, statSync(path).mode & 0o7777)
      write({
        append: (bytes) => writeAll(descriptor, bytes),
        overwrite: (bytes, position) => writeAll(descriptor, bytes, position),
      })
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(temporary, path)
  } finally {
    rmSync(temporary, { force: true })
  }
}

/** One call writes at most 2 GiB, and may write less than asked. */
function writeAll(descriptor: number, bytes: Uint8Array, position?: number): void {
  for (let offset = 0; offset < bytes.length; ) {
    const at = position === undefined ? null : position + offset
    offset += writeSync(descriptor, bytes, offset, Math.min(bytes.length - offset, 2 ** 30), at)
  }
}

/** Removes what a killed process may have left in a folder of its own. */
export function removeLeftovers(directory: string): void {
  if (!existsSync(directory)) return
  for (const name of readdirSync(directory)) {
    if (isLeftover(name)) rmSync(join(directory, name), { force: true })
  }
}

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

/**
 * Writes a file beside its place, flushes it to the disk and renames it: readers see the old file or the new one, never a part.
 * Links stay links: what they lead to is replaced. A file keeps its permissions. `write` gets an open descriptor.
 */
export function replaceFile(named: string, write: (descriptor: number) => void): void {
  const isThere = existsSync(named)
  const path = isThere ? realpathSync(named) : named
  const temporary = join(dirname(path), `.${basename(path)}${suffix}`)
  try {
    const descriptor = openSync(temporary, 'w')
    try {
      if (isThere) fchmodSync(descriptor, statSync(path).mode & 0o7777)
      write(descriptor)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(temporary, path)
    flushDirectory(dirname(path))
  } finally {
    rmSync(temporary, { force: true })
  }
}

export function replaceContent(path: string, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  replaceFile(path, (descriptor) => {
    for (let offset = 0; offset < bytes.length; ) offset += writeSync(descriptor, bytes, offset)
  })
}

export function replaceJson(path: string, value: unknown): void {
  replaceContent(path, `${JSON.stringify(value, null, 2)}\n`)
}

/** Removes what a killed process may have left in a folder. */
export function removeLeftovers(directory: string): void {
  if (!existsSync(directory)) return
  for (const name of readdirSync(directory)) {
    if (name.startsWith('.') && name.endsWith(suffix)) rmSync(join(directory, name), { force: true })
  }
}

/** The rename itself is on the disk only when its folder is. Not every file system can flush a folder: then the rename still holds. */
function flushDirectory(directory: string): void {
  try {
    const descriptor = openSync(directory, 'r')
    try {
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    if (
      !(
        error instanceof Error &&
        'code' in error &&
        (error.code === 'EINVAL' || error.code === 'EPERM' || error.code === 'EISDIR')
      )
    )
      throw error
  }
}

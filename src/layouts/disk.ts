import { accessSync, constants, type Dirent, readdirSync, type Stats, statSync } from 'node:fs'
import { join } from 'node:path'
import { readRegularFileSync } from '../files/read-regular.js'
import { isIgnored } from './names.js'
import { byCodeUnits, type Directory, type Entry, type FileView } from './view.js'

/** The disk. Each directory is read once: a later question gets what was there at the first. */
export function openDisk(): FileView {
  const known = new Map<string, Directory>()
  return {
    directory: (path) => {
      const found = known.get(path) ?? readDirectory(path)
      known.set(path, found)
      return found
    },
    read: readRegularFileSync,
  }
}

function readDirectory(path: string): Directory {
  try {
    const found = readdirSync(path, { withFileTypes: true })
    // Without this right no name in it can be followed.
    accessSync(path, constants.X_OK)
    const entries = found.filter(({ name }) => !isIgnored(name)).map((entry) => entryOf(path, entry))
    return { kind: 'directory', entries: entries.sort((left, right) => byCodeUnits(left.name, right.name)) }
  } catch (error) {
    const code = codeOf(error)
    // A path that no file can have (a null character, too long) is one that is not there.
    if (['ENOENT', 'ERR_INVALID_ARG_VALUE', 'ENAMETOOLONG'].includes(code)) return { kind: 'absent' }
    return code === 'ENOTDIR' ? { kind: isThere(path) ? 'file' : 'absent' } : { kind: 'unreadable', code }
  }
}

function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    // Below a file.
    return false
  }
}

function entryOf(directory: string, entry: Dirent): Entry {
  const { name } = entry
  if (entry.isFile()) return { name, kind: 'file' }
  if (entry.isDirectory()) return { name, kind: 'directory' }
  try {
    // Links, and what the file system gives no type of.
    const status = statSync(join(directory, name))
    if (status.isFile() || status.isDirectory()) return { name, kind: status.isFile() ? 'file' : 'directory' }
    return { name, kind: 'special', what: special(status) }
  } catch (error) {
    return { name, kind: 'unreadable', code: codeOf(error) }
  }
}

function special(status: Stats): string {
  if (status.isFIFO()) return 'a named pipe'
  return status.isSocket() ? 'a socket' : 'a device'
}

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code)
  throw error
}

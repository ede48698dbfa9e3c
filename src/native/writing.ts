import { existsSync, mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** A place that was asked for takes no files: who named it can mend it. */
export class CannotWrite extends Error {
  override readonly name = 'CannotWrite'
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  ENOTDIR: 'it, or a directory that it lies in, is a file',
  EISDIR: 'it is a directory',
  ENOENT: 'no directory can be made there',
  EEXIST: 'something else is there',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links go round in a circle',
}

/** What the file system answered, in words; anything that is no answer of it is given back as it is. */
export function cannotWrite(path: string, error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error && 'syscall' in error)) return error
  const code = String(error.code)
  return new CannotWrite(`cannot write to ${path}: ${reasons[code] ?? error.message} (${code})`, { cause: error })
}

/** Does what writes at `path`. @throws CannotWrite */
export function writingTo<Result>(path: string, write: () => Result): Result {
  try {
    return write()
  } catch (error) {
    throw cannotWrite(path, error)
  }
}

/** A directory with those that it lies in. Node's own way tries for ever where none can be made (`/proc/x`). */
export function makeDirectory(path: string): void {
  const missing: string[] = []
  for (let at = resolve(path); !existsSync(at) && dirname(at) !== at; at = dirname(at)) missing.unshift(at)
  for (const directory of missing) {
    try {
      mkdirSync(directory)
    } catch (error) {
      // Somebody else was faster.
      if (!existsSync(directory)) throw error
    }
  }
}

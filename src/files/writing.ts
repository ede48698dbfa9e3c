import { existsSync, mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { describeSystemError, systemErrorCode } from './system-error.js'

/** A place that was asked for takes no files: a mistake of whoever named it. */
export class CannotWrite extends Error {
  override readonly name = 'CannotWrite'
}

/** `CannotWrite` for an error of the operating system; every other error is returned as it is. */
export function cannotWrite(path: string, error: unknown): unknown {
  const code = systemErrorCode(error)
  if (code === undefined || !(error instanceof Error)) return error
  return new CannotWrite(`cannot write to ${path}: ${describeSystemError(code, error.message)}`, { cause: error })
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

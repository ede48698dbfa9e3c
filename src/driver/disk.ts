import { readdirSync, type Stats, statSync } from 'node:fs'
import type { DiskView } from '../check/settings/context.js'
import { isOfData } from '../data/sources/hdmap.js'

/** Something of the data is there, but may not be looked at: what lies in it is not missing, it is unknown. */
export class UnreadableData extends Error {
  override readonly name = 'UnreadableData'

  constructor(path: string, code: string) {
    super(`${path} cannot be read (${code})`)
  }
}

/** The disk as the checks see it. Throws `UnreadableData`. */
export const realDisk: DiskView = {
  isDirectory: (path) => status(path)?.isDirectory() ?? false,
  isFile: (path) => status(path)?.isFile() ?? false,
  list: (path) => orAbsent(path, () => readdirSync(path).filter(isOfData).sort()) ?? [],
}

function status(path: string): Stats | undefined {
  return orAbsent(path, () => statSync(path, { throwIfNoEntry: false }))
}

/** Undefined for what is not there, or would lie below a file. */
function orAbsent<Result>(path: string, look: () => Result): Result | undefined {
  try {
    return look()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    const code = String(error.code)
    // A path that no file can have (a null character, too long) is one that is not there.
    if (['ENOENT', 'ENOTDIR', 'ERR_INVALID_ARG_VALUE', 'ENAMETOOLONG'].includes(code)) return undefined
    throw new UnreadableData(path, code)
  }
}

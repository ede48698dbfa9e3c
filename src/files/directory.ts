import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemErrorCode } from './system-error.js'
import { makeDirectory } from './writing.js'

/** Names in a directory; none where there is none. */
export async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return []
    throw error
  }
}

/**
 * Writes a directory beside its place and renames it, so that what is interrupted leaves nothing half. What was there is removed: whether
 * it may be is for the caller to ask first.
 *
 * @param write is given the directory to write to.
 */
export async function replaceDirectory(directory: string, write: (beside: string) => Promise<void>): Promise<void> {
  const [beside, old] = [`${directory}.writing-${process.pid}`, `${directory}.old-${process.pid}`]
  await rm(beside, { recursive: true, force: true })
  try {
    makeDirectory(beside)
    await write(beside)
    await mkdir(dirname(directory), { recursive: true })
    try {
      await rename(directory, old)
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw error
    }
    await rename(beside, directory)
    await rm(old, { recursive: true, force: true })
  } finally {
    await rm(beside, { recursive: true, force: true })
  }
}

import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeDirectory } from '../../files/writing.js'
import { writeMaps } from './hdmap/write.js'
import { describeExample, type ExampleOptions, type ExampleSet, marker } from './sets.js'
import { writeSurfaces } from './surfaces/write.js'

const writers: Readonly<Record<ExampleSet, (root: string, options: ExampleOptions) => Promise<void>>> = {
  'hdmap-example': writeMaps,
  'surfaces-example': writeSurfaces,
}

/**
 * Writes a generated set. The same options give the same bytes on any machine. Everything is written beside the
 * directory and renamed, so that an interrupted run leaves nothing half; a directory that holds anything but example
 * data is refused.
 */
export async function writeExampleData(set: ExampleSet, directory: string, options: ExampleOptions): Promise<void> {
  if (!(await isFree(directory))) {
    throw new ExampleDirectoryError(`${directory} is not empty and holds no example data: name another directory`)
  }
  const beside = `${directory}.writing-${process.pid}`
  await rm(beside, { recursive: true, force: true })
  try {
    makeDirectory(beside)
    await writers[set](beside, options)
    await writeFile(join(beside, marker), describeExample(set, options))
    await replaceDirectory(beside, directory)
  } finally {
    await rm(beside, { recursive: true, force: true })
  }
}

async function replaceDirectory(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  const old = `${to}.old-${process.pid}`
  try {
    await rename(to, old)
  } catch (error) {
    if (!isMissing(error)) throw error
  }
  await rename(from, to)
  await rm(old, { recursive: true, force: true })
}

/** Not there, empty, or example data that may be made again. */
async function isFree(directory: string): Promise<boolean> {
  try {
    const names = await readdir(directory)
    return names.length === 0 || names.includes(marker)
  } catch (error) {
    if (isMissing(error)) return true
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

/** The directory belongs to somebody else. */
export class ExampleDirectoryError extends Error {
  override readonly name = 'ExampleDirectoryError'
}

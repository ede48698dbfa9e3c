import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { namesIn, replaceDirectory } from '../../files/directory.js'
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
  const names = await namesIn(directory)
  if (names.length > 0 && !names.includes(marker)) {
    throw new ExampleDirectoryError(`${directory} is not empty and holds no example data: name another directory`)
  }
  await replaceDirectory(directory, async (beside) => {
    await writers[set](beside, options)
    await writeFile(join(beside, marker), describeExample(set, options))
  })
}

/** The directory belongs to somebody else. */
export class ExampleDirectoryError extends Error {
  override readonly name = 'ExampleDirectoryError'
}

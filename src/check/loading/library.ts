import type { FileId } from '../../source/span.js'
import { type ParsedFile, parse } from '../../syntax/parse.js'

/** The file of the library that pipelines are written with. */
export const libraryImport = 'std/draem'

/** The file with the syntheses of faults, which settings see without importing it. */
export const presetsImport = 'std/synthesis'

/**
 * Reads a file of the library. The bundle of the command line has another module in the place of this one, with the trees
 * of the files as they were when it was built (`scripts/build.mjs`).
 */
export function parseLibrary(text: string, file: FileId): ParsedFile {
  return parse(text, file)
}

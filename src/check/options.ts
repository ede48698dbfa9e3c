import type { FileView } from '../layouts/view.js'
import type { ParsedFile } from '../syntax/parse.js'
import type { WeightTable } from '../weights/file.js'
import type { LoadOptions } from './loading/load.js'
import type { Override } from './loading/overrides.js'

export interface CheckOptions {
  /** Absolute path of the file. */
  readonly entry: string
  /** Which pipeline of the file; the last one when it is left out: a file goes from the general to the special. */
  readonly pipeline?: string
  /** A cell of a study of the file, which was found sound, from 1: its pipeline alone is checked, with `overrides` too. */
  readonly cell?: { readonly study: string; readonly number: number }
  readonly loadFile: LoadOptions['loadFile']
  /** The entry's tree, where it was made before. */
  readonly parsedEntry?: ParsedFile
  /** Absolute: where the files of `std/` are. */
  readonly libraryDirectory: string
  /** `--set path=value`. */
  readonly overrides: readonly Override[]
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Relative paths of `--set` start here. */
  readonly workingDirectory: string
  /** A file of blocks, types or studies alone is whole: nothing of it is to be run. */
  readonly mayLackPipeline?: boolean
  /** Left out: paths are not looked at. */
  readonly disk?: FileView
  /** What is in a file of weights, by its absolute path; left out: such files are not looked at. */
  readonly readWeights?: (path: string) => WeightTable
  /** How a file's absolute path is shown; as it is when left out. */
  readonly showPath?: (path: string) => string
}

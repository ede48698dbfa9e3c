import { type Problem, rowOf } from '../layouts/problem.js'
import { visible } from '../source/visible.js'

/** What can be wrong with a single file. Each has a paragraph in `docs/guide/data.md`. */
export type DataErrorCode =
  | 'missing-file'
  | 'unreadable-file'
  | 'empty-file'
  | 'not-an-image'
  | 'broken-image'
  | 'unsupported-image'
  | 'too-large'
  | 'not-finite'
  | 'missing-values'
  | 'outside-range'
  | 'mask-size'
  | 'bad-mask'
  | 'changed-file'
  | 'worker-failed'

/** One thing that is wrong with one file (or directory). */
export interface DataError {
  /** Of a problem of the listing it is the name of its diagnostic: `domain-missing`. */
  readonly code: string
  /** Relative to the data's root, with `/`; the root itself is `.`. */
  readonly file: string
  readonly message: string
  readonly help: string
}

/** What whoever uses the results should know of the files, though each of them can be read. Paragraphs as of the errors. */
export type DataNoteCode =
  | 'lossy-images'
  | 'misnamed-images'
  | 'turned-images'
  | 'oversized-images'
  | 'mixed-types'
  | 'narrow-values'
  | 'mask-levels'
  | 'full-masks'
  | 'blank-masks'
  | 'lost-masks'
  | 'leaked-images'
  | 'contradicting-labels'

export interface DataNote {
  readonly code: DataNoteCode
  /** The first of the files that it is about; `.` where it is about all images. */
  readonly file: string
  readonly message: string
  readonly help: string
}

/** One line. */
export function describeNote({ code, file, message, help }: DataNote): string {
  return visible(`${file === '.' ? '' : `${file}: `}${message} [${code}]; ${help}`)
}

/** A problem of the listing, in the words of the checker's diagnostic. */
export function listingError(problem: Problem): DataError {
  const { name, message, help } = rowOf(problem)
  return { code: name, file: problem.file, message: message(problem.facts), help: help?.(problem.facts) ?? '' }
}

/** Messages that are shown of one code, and files that are named of those like them. */
const shown = 3

/** Everything that is wrong with the data, found before training. The command ends with exit code 4. */
export class DataErrors extends Error {
  override readonly name = 'DataErrors'
  readonly exitCode = 4

  /** @param root Absolute directory that the files are relative to. */
  constructor(
    readonly root: string,
    readonly errors: readonly DataError[],
  ) {
    super(describe(root, errors))
  }
}

function describe(root: string, errors: readonly DataError[]): string {
  const codes = new Set(errors.map(({ code }) => code))
  const groups = [...codes].map((code) => group(errors.filter((error) => error.code === code)))
  const helps = new Set(groups.flatMap(({ first }) => first.map(({ help }) => `  help: ${help}`)))
  const count = errors.length === 1 ? 'One file or directory' : `${errors.length} files or directories`
  const lines = [`${count} under ${root} cannot be used:`, ...groups.flatMap(({ lines }) => lines), ...helps]
  return lines.map(visible).join('\n')
}

/** Errors of one code: the first of each message, and how many more there are. */
function group(errors: readonly DataError[]): {
  readonly first: readonly DataError[]
  readonly lines: readonly string[]
} {
  const byMessage = new Map<string, DataError>()
  for (const error of errors) if (!byMessage.has(error.message)) byMessage.set(error.message, error)
  const first = [...byMessage.values()].slice(0, shown)
  const others = errors.filter((error) => !first.includes(error)).map(({ file }) => file)
  const named = others.slice(0, shown).join(', ') + (others.length > shown ? ', ...' : '')
  return {
    first,
    lines: [
      ...first.map(({ file, message, code }) => `  ${file}: ${message} [${code}]`),
      ...(others.length === 0 ? [] : [`    and ${others.length} more like it: ${named}`]),
    ],
  }
}

/** A problem of the file that is being read; whoever knows the file's name makes a `DataError` of it. */
export class FileProblem extends Error {
  override readonly name = 'FileProblem'

  constructor(
    readonly code: DataErrorCode,
    message: string,
    readonly help: string,
  ) {
    super(message)
  }
}

/** The error of a file: a `FileProblem` as it is, anything else as an unreadable file. */
export function fileError(file: string, problem: unknown): DataError {
  if (problem instanceof FileProblem) {
    return { code: problem.code, file, message: problem.message, help: problem.help }
  }
  const message = problem instanceof Error ? problem.message : String(problem)
  return { code: 'unreadable-file', file, message, help: 'check that the file can be read' }
}

import { resolve } from 'node:path'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { SourceMap } from '../source/source-file.js'
import type { Artefacts, Made, Phase, PhaseName, PhaseOptions, Source } from './phase.js'
import { readEntry } from './source-text.js'

export interface CompileRequest extends PhaseOptions {
  /** The pipeline file, relative to the working directory or absolute. */
  readonly file: string
  /** The last phase that is wanted. */
  readonly until: PhaseName
}

/** How long a phase took, or a pass within one. */
export interface PhaseTime {
  readonly phase: string
  readonly milliseconds: number
  /** Of a pass: the phase whose time holds it. */
  readonly within?: PhaseName
}

export interface Compilation {
  readonly diagnostics: readonly Diagnostic[]
  readonly sources: SourceMap
  /** Those of the phases that ran; with errors in the file, none after `checked`. */
  readonly artefacts: Readonly<Partial<Artefacts>>
  readonly times: readonly PhaseTime[]
}

/** The file cannot be read: a mistake of whoever named it. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile'
}

/**
 * Reads a file and runs the phases of a table on it, as far as one is asked for and those before it allow.
 *
 * @throws UnreadableFile, and what the phases do
 */
export function compileWith(table: readonly Phase[], request: CompileRequest): Compilation {
  const path = resolve(request.workingDirectory, request.file)
  const text = request.texts?.get(path) ?? readEntry(path)
  if (text === undefined) throw new UnreadableFile(`cannot read ${request.file}: there is no such file`)
  if (typeof text !== 'string') throw new UnreadableFile(`cannot read ${request.file}: ${text.reason}`)
  return runPhases(table, { path, text }, request)
}

/** As `compileWith`, on a text that was made rather than read. */
export function runPhases(
  table: readonly Phase[],
  source: Source,
  request: PhaseOptions & Pick<CompileRequest, 'until'>,
): Compilation {
  const made: Made = {}
  const context = { ...request, source }
  const times: PhaseTime[] = []
  for (const row of table.slice(0, table.findIndex(({ name }) => name === request.until) + 1)) {
    const start = performance.now()
    if (!row.run(made, context)) break
    times.push({ phase: row.name, milliseconds: performance.now() - start })
    for (const { name, milliseconds } of row.parts(made)) times.push({ phase: name, milliseconds, within: row.name })
  }
  const { ast, checked } = made
  return {
    diagnostics: checked?.diagnostics ?? ast?.diagnostics ?? [],
    sources: checked?.sources ?? onlySource(source),
    artefacts: made,
    times,
  }
}

/** Of all phases together. */
export function totalMilliseconds(times: readonly PhaseTime[]): number {
  return times.reduce((sum, { milliseconds, within }) => (within === undefined ? sum + milliseconds : sum), 0)
}

function onlySource({ path, text }: Source): SourceMap {
  const sources = new SourceMap()
  sources.add(path, text)
  return sources
}

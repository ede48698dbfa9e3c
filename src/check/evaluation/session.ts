import { DiagnosticCollector } from '../../diagnostics/collector.js'
import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import type { FileView } from '../../layouts/view.js'
import type { SourceMap } from '../../source/source-file.js'
import type { FileId, Span } from '../../source/span.js'
import type { Argument, Expression, TypeDeclaration } from '../../syntax/ast.js'
import { inOneLine } from '../../syntax/text.js'
import type { WeightTable } from '../../weights/file.js'
import type { Module } from '../loading/module.js'
import type { Type } from '../values/type.js'
import type { BlockEntity, BlockValue, ComponentValue, Value } from '../values/value.js'
import type { Env } from './env.js'

export interface BlockFacts {
  /** A mistake of its own: calls of the block are not looked into. */
  readonly broken: Diagnostic | undefined
  /** Its result, of which no more is known than what kind it is. */
  readonly result: Value
}

/** What all checks of one file share: nothing of it changes once the files are read. */
export interface Program {
  /** Value of an expression (`evaluate/expression.ts`), here so that the rules of single forms need not import the whole. */
  readonly evaluate: (expression: Expression, env: Env, expected?: Type) => Value
  /** Body of a block with all parameters bound (`blocks.ts`). */
  readonly instantiate: (block: BlockValue, span: Span, env: Env) => Value
  readonly sources: SourceMap
  readonly environment: Readonly<Record<string, string | undefined>>
  /** A synthesis that a param or a parameter holds, called like a block (`syntheses.ts`). */
  readonly callPixelBlock: (
    value: ComponentValue,
    args: readonly Argument[],
    piped: Value | undefined,
    span: Span,
    env: Env,
  ) => Value
  /** `std/synthesis`, read when the first synthesis is looked up. */
  readonly presets: () => Module | undefined
  /** Every file that is read, by its name in spans. */
  readonly modules: Map<FileId, Module>
  /** What the library declares, read when the first name is unknown. */
  readonly libraryNames: () => ReadonlySet<string>
  /** What the check of a block on its own finds (`blocks.ts`), and what it found. */
  readonly blockFacts: (block: BlockEntity, session: Session) => BlockFacts
  readonly checkedBlocks: Map<BlockEntity['declaration'], BlockFacts>
  /** Types that are declared and resolved. */
  readonly types: Map<TypeDeclaration, Type>
  /** Relative paths of `--set` start here. */
  readonly workingDirectory: string
  /** Left out: paths are not looked at. */
  readonly disk?: FileView
  /** Left out: files of weights are not looked at. */
  readonly readWeights?: (path: string) => WeightTable
}

/** One check: what it reports and notes down. */
export interface Session extends Program {
  readonly sink: DiagnosticCollector
  /** Names of environment variables by the place (`spanKey`) of the `env(...)` that read them. */
  readonly environmentReads: Map<string, string>
  /** Mistakes that are met in several places and reported at the first: circles, forgotten imports. */
  readonly once: Map<string, Diagnostic>
  /** Names that are being evaluated, for circles. */
  readonly running: string[]
  /** Whether a pooling that does not divide floors (D051 is allowed) or leaves the size unknown. */
  readonly floorPoolings: boolean
}

/** `known`: what the checks before it reported once. */
export function openSession(program: Program, known: ReadonlyMap<string, Diagnostic> = new Map()): Session {
  const own = { sink: new DiagnosticCollector(), environmentReads: new Map(), once: new Map(known), running: [] }
  return { ...program, ...own, floorPoolings: false }
}

export function textOf(session: Session, span: Span): string {
  const text = session.sources.get(span.file)?.text ?? ''
  return inOneLine(text.slice(span.start, span.end))
}

/** The mistake that goes by `key`, reported where it is met first. */
export function reportOnce(session: Session, key: string, report: () => Diagnostic): Diagnostic {
  const known = session.once.get(key)
  if (known !== undefined) return known
  const reported = report()
  session.once.set(key, reported)
  return reported
}

/** A circle is the same from whichever of its members it is met. */
export function circleKey(chain: readonly string[]): string {
  return `circle ${[...new Set(chain)].sort().join(' ')}`
}

export function spanKey(span: Span): string {
  return `${span.file}:${span.start}:${span.end}`
}

import type { DiagnosticCollector } from '../../diagnostics/collector.js'
import type { SourceMap } from '../../source/source-file.js'
import type { FileId, Span } from '../../source/span.js'
import type { Expression } from '../../syntax/ast.js'
import type { Module } from '../loading/module.js'
import type { Type } from '../values/type.js'
import type { BlockEntity, BlockValue, Value } from '../values/value.js'
import type { Env } from './env.js'

/** What one compilation shares. */
export interface Session {
  /** Value of an expression (`evaluate/expression.ts`), here so that the rules of single forms need not import the whole. */
  readonly evaluate: (expression: Expression, env: Env, expected?: Type) => Value
  /** Body of a block with all parameters bound (`blocks.ts`). */
  readonly instantiate: (block: BlockValue, span: Span, env: Env) => Value
  readonly sink: DiagnosticCollector
  readonly sources: SourceMap
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Names of environment variables by the place (`spanKey`) of the `env(...)` that read them. */
  readonly environmentReads: Map<string, string>
  /** Every file that is read, by its name in spans. */
  readonly modules: Map<FileId, Module>
  /** What the library declares, read when the first name is unknown. */
  readonly libraryNames: () => ReadonlySet<string>
  /** Blocks whose own mistakes are reported: calls of them are not looked into. */
  readonly broken: Set<BlockEntity['declaration']>
  /** Circles of types and blocks that are reported, by their names in order: each is told once, not from every member. */
  readonly circles: Set<string>
  /** Names that are being evaluated, for circles. */
  readonly running: string[]
  /** Whether a pooling that does not divide floors (D051 is allowed) or leaves the size unknown. */
  floorPoolings: boolean
}

export function textOf(session: Session, span: Span): string {
  const text = session.sources.get(span.file)?.text ?? ''
  return text.slice(span.start, span.end).replace(/\s+/g, ' ').trim()
}

/** Whether the circle is new. `chain` begins and ends with the same name. */
export function isNewCircle(session: Session, chain: readonly string[]): boolean {
  const key = [...new Set(chain)].sort().join(' ')
  if (session.circles.has(key)) return false
  session.circles.add(key)
  return true
}

export function spanKey(span: Span): string {
  return `${span.file}:${span.start}:${span.end}`
}

import type { DiagnosticDefinition } from '../../diagnostics/define.js'
import { diagnose } from '../../diagnostics/define.js'
import type { Diagnostic, RelatedSpan } from '../../diagnostics/diagnostic.js'
import { type Span, within } from '../../source/span.js'
import type { Expression } from '../../syntax/ast.js'
import type { Module } from '../loading/module.js'
import type { BlockEntity, Dim, PoisonedValue, Value, WordValue } from '../values/value.js'
import { changesOf, placeOfUse, poison } from '../values/value.js'
import type { GraphBuilder } from './graph.js'
import type { Scope } from './scope.js'
import type { Session } from './session.js'

/** One call on the way from the pipeline to the code at hand. */
export interface CallFrame {
  readonly block: BlockEntity
  readonly callSpan: Span
  readonly caller: Module
}

/** A call that makes weights, and which nodes it made. */
export interface NamedCall {
  readonly name: string
  readonly span: Span
  readonly from: number
  readonly to: number
}

/** Calls of one statement that make weights, in the order of evaluation. */
interface Statement {
  readonly layers: NamedCall[]
}

/** Where an expression is evaluated. */
export interface Env {
  readonly session: Session
  readonly module: Module
  readonly scope: Scope
  readonly graph: GraphBuilder
  /** Binding path of the statement at hand: what it makes is named by it. */
  readonly path: string
  /** Outermost call first. */
  readonly frames: readonly CallFrame[]
  /** What names weights beside the statement's binding. */
  readonly statement: Statement
  /** True while a block is checked on its own, or an arm that is not taken: sizes and static values may be unknown. */
  readonly abstract: boolean
  /** What is made is not trained, and is computed while training as in evaluation. */
  readonly frozen?: true
  /** Weights of which the code says no more begin as normal numbers of this deviation. */
  readonly deviation?: Dim
  /** In the condition of an `expect`: the number of weights of a part of the model, or the mistake in its name. */
  readonly countParameters?: (part: WordValue, span: Span) => Value
}

/** With the names of the file that the expression stands in: what a pipeline inherits is read where it was written. */
export function whereWritten(env: Env, { span }: Expression): Env {
  const module = env.session.modules.get(span.file)
  return module === undefined ? env : { ...env, module }
}

export function pathBelow(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

export function inStatement(env: Env, name: string): Env {
  return { ...env, path: pathBelow(env.path, name), statement: { layers: [] } }
}

/**
 * Reports a mistake with the calls that led to it. In the library's code the mistake is its caller's: the report goes to the
 * innermost call outside the library, and the place in the library is shown beside it.
 */
export function report<Facts>(
  env: Env,
  definition: DiagnosticDefinition<Facts>,
  span: Span,
  facts: Facts,
  related: readonly RelatedSpan[] = [],
  causes: readonly Diagnostic[] = [],
): Diagnostic {
  const calls = [...env.frames].reverse()
  const outside = env.module.library ? calls.findIndex((frame) => !frame.caller.library) : -1
  const call = calls[outside]
  if (call === undefined) {
    return env.session.sink.report(diagnose(definition, span, facts, [...related, ...chainOf(calls)], causes))
  }
  const chain = chainOf(calls.filter((frame) => frame !== call))
  const inner = insideLibrary(span, calls)
  return env.session.sink.report(diagnose(definition, call.callSpan, facts, [...related, ...inner, ...chain], causes))
}

/** Reports a mistake; the value that it leaves. */
export function fail<Facts>(...[env, definition, span, ...rest]: Parameters<typeof report<Facts>>): PoisonedValue {
  return poison(span, report(env, definition, span, ...rest))
}

/** Reports an argument of the library's caller that its code cannot use: where the argument was written. */
export function reportGiven<Facts>(
  env: Env,
  definition: DiagnosticDefinition<Facts>,
  given: Span,
  span: Span,
  facts: Facts,
): Diagnostic {
  const calls = [...env.frames].reverse()
  return env.session.sink.report(diagnose(definition, given, facts, [...insideLibrary(span, calls), ...chainOf(calls)]))
}

function insideLibrary(span: Span, calls: readonly CallFrame[]): readonly RelatedSpan[] {
  const [innermost] = calls
  return innermost === undefined ? [] : [{ span, label: `here, in \`${innermost.block.name}\`` }]
}

/** Reports what is wrong with the use of a value: where it is used, and beside it where it was written. */
export function reportUse<Facts>(
  env: Env,
  definition: DiagnosticDefinition<Facts>,
  value: Value,
  facts: Facts,
  related: readonly RelatedSpan[] = [],
): Diagnostic {
  const use = placeOfUse(value)
  const isElsewhere = use !== value.span && !isOfLibrary(value.span)
  const written = isElsewhere ? [...related, { span: value.span, label: 'written here' }] : related
  return report(env, definition, use, facts, withChanges(use, written, [value]))
}

/** Reports what is wrong with the use of a value; the value that it leaves. */
export function failUse<Facts>(
  ...[env, definition, value, ...rest]: Parameters<typeof reportUse<Facts>>
): PoisonedValue {
  return poison(value.span, reportUse(env, definition, value, ...rest))
}

/** With the options and derived settings that the values come from, where none of the places stands in them. */
export function withChanges(
  span: Span,
  related: readonly RelatedSpan[],
  values: Iterable<Value>,
): readonly RelatedSpan[] {
  const places = [span, ...related.map((each) => each.span)]
  const changes = changesOf(values).filter((change) => !places.some((place) => within(place, change)))
  return [...related, ...changes.map((change) => ({ span: change, label: 'set here' }))]
}

export function isOfLibrary({ file }: Span): boolean {
  return file.startsWith('std/')
}

/** The calls that led here, innermost first; of a long chain its two ends. */
function chainOf(calls: readonly CallFrame[]): readonly RelatedSpan[] {
  const shown = calls.length <= 6 ? calls : [...calls.slice(0, 4), ...calls.slice(-2)]
  return shown.map((frame) => ({ span: frame.callSpan, label: `in \`${frame.block.name}\`, called here` }))
}

import { diagnosticRow } from '../../diagnostics/codes/index.js'
import { studiesDiagnostics } from '../../diagnostics/codes/studies.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import { sortDiagnostics } from '../../diagnostics/collector.js'
import { diagnose } from '../../diagnostics/define.js'
import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import { within } from '../../source/span.js'
import type { Binding, Expression, VaryStatement } from '../../syntax/ast.js'
import type { Env } from '../evaluation/env.js'
import { report } from '../evaluation/env.js'
import { textOf } from '../evaluation/session.js'
import { pathSpan, pathText } from '../flattening/paths.js'
import { sameText } from './exclude.js'

/** What the checker makes of the pipeline with some values in the place of others. */
export interface Cell {
  /** Errors, and whatever is reported at an axis; what is allowed is left out. */
  readonly diagnostics: readonly Diagnostic[]
  /** Warnings that the pipeline itself does not give. */
  readonly warnings: readonly Diagnostic[]
  /** Equal texts are equal pipelines; undefined for one with mistakes. */
  readonly resolved: string | undefined
}

/** What the values of an axis are checked against. */
interface Studied {
  readonly env: Env
  /** False for a pipeline with mistakes: they are reported where it is checked, and its cells cannot be judged. */
  readonly isSound: boolean
  readonly cellOf: (bindings: readonly Binding[]) => Cell
}

/** The values of one axis: a list of different ones, each of which the pipeline can run with. */
export function checkValues(
  item: VaryStatement,
  { env, isSound, cellOf }: Studied,
  isRescued: (path: string, value: Expression) => boolean,
): void {
  const { session } = env
  const { value } = item
  const path = pathText(item.path)
  const span = pathSpan(item.path)
  if (value.recovered || value.kind === 'missing') return
  if (value.kind !== 'list') {
    const facts = {
      what: `the values of \`${path}\``,
      expected: 'a list',
      found: 'one value',
      help: 'Write them in brackets: [a, b].',
    }
    session.sink.report(diagnose(typesDiagnostics.typeMismatch, value.span, facts))
    return
  }
  if (value.items.some((each) => each.recovered)) return
  if (value.items.length < 2) {
    const problem = value.items.length === 0 ? 'it has no values' : 'it has one value'
    session.sink.report(diagnose(typesDiagnostics.studyAxis, span, { path, problem }))
    return
  }
  const cells = value.items.map((each) => cellOf([{ kind: 'binding', path: item.path, value: each, span: item.span }]))
  const atAxis = cells.flatMap(({ diagnostics }) => diagnostics.filter((each) => within(each.span, item.span)))
  session.sink.reportAll(atAxis)
  const resolved = new Set(cells.map((cell) => cell.resolved))
  const isOneText = value.items.every((each) => sameText(each, value.items[0] ?? each))
  if (atAxis.length === 0 && (isOneText || (resolved.size === 1 && !resolved.has(undefined)))) {
    const problem = isOneText ? 'its values are all the same' : 'its values all give the same pipeline'
    session.sink.report(diagnose(typesDiagnostics.studyAxis, span, { path, problem }))
    return
  }
  for (const [place, cell] of cells.entries()) {
    const at = value.items[place]
    if (at === undefined) continue
    if (isTwice(value.items, cells, place, path, env)) continue
    const [first, ...more] = sortDiagnostics(cell.diagnostics)
    if (isSound && first === undefined) warn(cell, at, item, env)
    if (!isSound || first === undefined || [first, ...more].some((each) => within(each.span, item.span))) continue
    if (!isRescued(path, at)) refuse(first, at, path, env)
  }
}

function isTwice(
  values: readonly Expression[],
  cells: readonly Cell[],
  place: number,
  path: string,
  env: Env,
): boolean {
  const value = values[place]
  const resolved = cells[place]?.resolved
  const before = values
    .slice(0, place)
    .findIndex(
      (each, index) =>
        value !== undefined &&
        (sameText(each, value) || (resolved !== undefined && cells[index]?.resolved === resolved)),
    )
  const first = values[before]
  if (value === undefined || first === undefined) return false
  const facts = { path, value: textOf(env.session, value.span), isWrittenSo: sameText(first, value) }
  report(env, studiesDiagnostics.valueTwice, value.span, facts, [{ span: first.span, label: 'first here' }])
  return true
}

/** The first warning that a value brings with it; one at the value itself is reported as it is. */
function warn({ warnings }: Cell, at: Expression, item: VaryStatement, env: Env): void {
  const [first] = sortDiagnostics(warnings).filter(({ span }) => !within(span, item.span))
  if (first === undefined) return
  const { code, message, span } = first
  const facts = { path: pathText(item.path), value: textOf(env.session, at.span), code, because: message }
  report(env, studiesDiagnostics.cellWarned, at.span, facts, [{ span, label: `${code} here` }])
}

function refuse({ code, message, span }: Diagnostic, at: Expression, path: string, env: Env): void {
  const value = textOf(env.session, at.span)
  const isAllowable = diagnosticRow(code)?.allowable === true
  const related = [{ span, label: `${code} here` }]
  report(env, studiesDiagnostics.cellRefused, at.span, { path, value, code, because: message, isAllowable }, related)
}

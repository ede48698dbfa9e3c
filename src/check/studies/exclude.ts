import { namesDiagnostics } from '../../diagnostics/codes/names.js'
import { studiesDiagnostics } from '../../diagnostics/codes/studies.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import { DiagnosticCollector } from '../../diagnostics/collector.js'
import { suggest } from '../../diagnostics/suggest.js'
import type { ExcludeStatement, Expression } from '../../syntax/ast.js'
import type { Env } from '../evaluation/env.js'
import { report } from '../evaluation/env.js'
import { describeExpression, dottedName, isRecovered } from '../evaluation/written.js'

/** The values of every axis by its path, the seeds as `seed`. */
export type Axes = ReadonlyMap<string, readonly Expression[]>

/** One value of some of the axes. */
export type Choice = ReadonlyMap<string, Expression>

/** More cells than anybody runs are not counted through. */
const mostCells = 20_000

/** Whether a cell is left out by any of the conditions; one that cannot be decided leaves none out. */
export function isExcluded(choice: Choice, excludes: readonly ExcludeStatement[], axes: Axes, env: Env): boolean {
  return excludes.some(({ condition }) => holds(condition, choice, axes, env) === true)
}

/** Conditions name axes, compare them with something, and leave out some cells but not all. */
export function checkExcludes(
  excludes: readonly ExcludeStatement[],
  axes: Axes,
  cells: readonly Choice[] | undefined,
  env: Env,
): void {
  const sound = excludes.filter(({ condition }) => !isRecovered(condition) && isCondition(condition, axes, env))
  if (sound.length === 0 || sound.length < excludes.length) return
  if (cells === undefined || cells.length === 0) return
  const left = new Set(cells)
  for (const { condition } of sound) {
    const truths = cells.map((cell) => holds(condition, cell, axes, env))
    if (truths.every((truth) => truth === false)) {
      const help = 'Compare an axis with one of its values, or take the line out.'
      report(env, studiesDiagnostics.exclusion, condition.span, { problem: 'nothing: it holds for no cell', help })
    }
    for (const [place, cell] of cells.entries()) if (truths[place] === true) left.delete(cell)
    if (left.size === 0) {
      const help = 'Leave a cell to run.'
      report(env, studiesDiagnostics.exclusion, condition.span, { problem: 'the last cell: none is left', help })
      return
    }
  }
}

/** Every combination, or every value alone, with each of the seeds; undefined when there are too many to count through. */
export function cellsOf(
  axes: Axes,
  seeds: readonly Expression[] | undefined,
  isGrid: boolean,
): readonly Choice[] | undefined {
  const alone = [...axes].flatMap(([path, values]) => values.map((value) => new Map([[path, value]])))
  let cells: readonly Choice[] = isGrid || axes.size === 0 ? [new Map()] : alone
  for (const [path, values] of [...(isGrid ? axes : []), ...(seeds === undefined ? [] : [['seed', seeds] as const])]) {
    if (cells.length * values.length > mostCells) return undefined
    cells = cells.flatMap((cell) => values.map((value) => new Map([...cell, [path, value]])))
  }
  return cells
}

const comparisons: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>='])

function isCondition(expression: Expression, axes: Axes, env: Env): boolean {
  const path = dottedName(expression)
  if (path !== undefined) {
    const values = axes.get(path)
    if (values === undefined) return unknownAxis(path, expression, axes, env)
    return values.every(({ kind }) => kind === 'boolean') || notACondition(expression, env)
  }
  if (expression.kind === 'boolean') return true
  if (expression.kind === 'unary' && expression.operator === 'not') return isCondition(expression.operand, axes, env)
  if (expression.kind !== 'binary') return notACondition(expression, env)
  const { operator, left, right } = expression
  if (operator === 'and' || operator === 'or') {
    const sides = [left, right].map((side) => isCondition(side, axes, env))
    return sides.every(Boolean)
  }
  if (!comparisons.has(operator)) return notACondition(expression, env)
  const paths = [left, right].map(dottedName)
  if (paths.some((each) => each !== undefined && axes.has(each))) return true
  const place = paths.findIndex((each) => each !== undefined)
  const name = paths[place]
  return name === undefined || unknownAxis(name, place === 0 ? left : right, axes, env)
}

function unknownAxis(name: string, expression: Expression, axes: Axes, env: Env): false {
  const known = [...axes.keys()]
  const suggestion = known.find((axis) => axis.split('.').at(-1) === name) ?? suggest(name, known)
  const facts = { what: 'axis of the study', name, known }
  const all = suggestion === undefined ? facts : { ...facts, suggestion }
  report(env, namesDiagnostics.unknownName, expression.span, all)
  return false
}

function notACondition(expression: Expression, env: Env): false {
  const found = describeExpression(expression)
  const help = 'Compare an axis with one of its values: `exclude lambda == 0.5`.'
  report(env, typesDiagnostics.typeMismatch, expression.span, {
    what: 'what is excluded',
    expected: 'a condition',
    found,
    help,
  })
  return false
}

/** Undefined where an axis has no value in the choice, or the values cannot be compared. */
function holds(expression: Expression, choice: Choice, axes: Axes, env: Env): boolean | undefined {
  const path = dottedName(expression)
  if (path !== undefined) {
    const value = choice.get(path)
    return value?.kind === 'boolean' ? value.value : undefined
  }
  if (expression.kind === 'boolean') return expression.value
  if (expression.kind === 'unary') {
    const operand = holds(expression.operand, choice, axes, env)
    return operand === undefined ? undefined : !operand
  }
  if (expression.kind !== 'binary') return undefined
  const { operator, left, right } = expression
  if (operator === 'and' || operator === 'or') {
    const sides = [left, right].map((side) => holds(side, choice, axes, env))
    const decisive = operator === 'or'
    return sides.includes(decisive) ? decisive : sides.includes(undefined) ? undefined : !decisive
  }
  const [a, b] = [left, right].map((side) => {
    const name = dottedName(side) ?? ''
    return axes.has(name) ? choice.get(name) : side
  })
  return a === undefined || b === undefined ? undefined : compare(operator, a, b, env)
}

function compare(operator: string, a: Expression, b: Expression, env: Env): boolean | undefined {
  const isSame = sameText(a, b)
  const [first, second] = isSame ? [0, 0] : [numberOf(a, env), numberOf(b, env)]
  // What is no number is compared as it is written.
  if (first === undefined || second === undefined)
    return operator === '==' || operator === '!=' ? operator === '!=' : undefined
  switch (operator) {
    case '==':
      return first === second
    case '!=':
      return first !== second
    case '<':
      return first < second
    case '<=':
      return first <= second
    case '>':
      return first > second
    case '>=':
      return first >= second
    default:
      return undefined
  }
}

/** What it is for is known to the axis alone: a unit may be left out. */
function numberOf(expression: Expression, env: Env): number | undefined {
  const session = { ...env.session, sink: new DiagnosticCollector() }
  const value = session.evaluate(expression, { ...env, session })
  return value.kind === 'number' ? value.value : undefined
}

/** Whether two expressions are written alike, wherever they stand. */
export function sameText(a: Expression, b: Expression): boolean {
  return JSON.stringify(withoutPlaces(a)) === JSON.stringify(withoutPlaces(b))
}

function withoutPlaces(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutPlaces)
  if (node === null || typeof node !== 'object') return node
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => key !== 'span' && key !== 'operatorSpan')
      .map(([key, value]) => [key, withoutPlaces(value)]),
  )
}

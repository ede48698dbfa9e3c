import { namesDiagnostics } from '../../diagnostics/codes/names.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import { suggest } from '../../diagnostics/suggest.js'
import type { Span } from '../../source/span.js'
import type { ExpectStatement, Expression } from '../../syntax/ast.js'
import type { Env } from '../evaluation/env.js'
import { fail, report } from '../evaluation/env.js'
import { textOf } from '../evaluation/session.js'
import { describeValue, staticText } from '../values/describe.js'
import type { PoisonedValue, Value, WordValue } from '../values/value.js'
import { asStatic, isPoison } from '../values/value.js'
import { countOf } from './training.js'

/** What can be counted: the model's bindings, and weights that went with terms of weight 0. */
export interface Countable {
  readonly bindings: readonly string[]
  readonly gone: ReadonlySet<string>
}

/** `expect parameters(model) == 97_496_710`: true, or a report with what the sides are. */
export function checkExpect(statement: ExpectStatement, env: Env, model: Countable): void {
  const facts: string[] = []
  const counting = { ...env, countParameters: (part: WordValue, span: Span) => count(part, span, env, model, facts) }
  const { condition } = statement
  const value = env.session.evaluate(condition, counting, { kind: 'bool' })
  if (isPoison(value) || (value.kind === 'boolean' && value.value)) return
  if (value.kind !== 'boolean') {
    const found = describeValue(value)
    if (value.kind === 'tensor')
      report(env, typesDiagnostics.notStatic, value.span, { what: 'what is expected', found })
    else
      report(env, typesDiagnostics.typeMismatch, value.span, {
        what: 'what is expected',
        expected: 'a comparison',
        found,
      })
    return
  }
  if (facts.length === 0 && condition.kind === 'binary')
    facts.push(...sides(condition.left, env), ...sides(condition.right, env))
  if (facts.length === 0) facts.push('that never holds')
  report(env, typesDiagnostics.expectFailed, statement.condition.span, {
    condition: textOf(env.session, statement.condition.span),
    facts,
  })
}

/** A side that does not say its own value. */
function sides(side: Expression, env: Env): readonly string[] {
  const value = asStatic(env.session.evaluate(side, env))
  const text = textOf(env.session, side.span)
  return value === undefined || staticText(value) === text || side.kind === 'number'
    ? []
    : [`\`${text}\` is ${staticText(value)}`]
}

/** Weights (statistics are none) of the model, of a binding, or of a binding inside a block. */
function count(part: WordValue, span: Span, env: Env, model: Countable, facts: string[]): Value {
  const value = weightsOf(part, env, model)
  if (typeof value !== 'number') return value
  const text = `\`${textOf(env.session, span)}\` is ${value}`
  if (!facts.includes(text)) facts.push(text)
  return { kind: 'number', value, isInteger: true, span }
}

function weightsOf({ name: path, span }: WordValue, env: Env, { bindings, gone }: Countable): number | PoisonedValue {
  const weights = [...env.graph.parameters.values()].filter(
    (parameter) => parameter.kind === 'weight' && !gone.has(parameter.name),
  )
  if (path === 'model')
    return countOf(
      env.graph,
      weights.filter(({ name }) => bindings.includes(name.split('.')[0] ?? '')).map(({ name }) => name),
    )
  const below = weights.filter(({ name }) => name === path || name.startsWith(`${path}.`))
  if (below.length > 0 || bindings.includes(path))
    return countOf(
      env.graph,
      below.map(({ name }) => name),
    )
  const known = new Set(['model', ...bindings])
  for (const { name } of weights) {
    const parts = name.split('.')
    for (let length = 1; length < parts.length; length++) known.add(parts.slice(0, length).join('.'))
  }
  const suggestion = suggest(path.replace(/^model\./, ''), known) ?? suggest(path, known)
  const facts = { what: 'part of the model', name: path, known: ['model', ...bindings], suggestion }
  return fail(env, namesDiagnostics.unknownName, span, facts)
}

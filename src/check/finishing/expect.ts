import { namesDiagnostics } from '../../diagnostics/codes/names.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import { suggest } from '../../diagnostics/suggest.js'
import type { CallExpression, ExpectStatement, Expression } from '../../syntax/ast.js'
import type { Env } from '../evaluation/env.js'
import { report } from '../evaluation/env.js'
import { textOf } from '../evaluation/session.js'
import { lookUp } from '../loading/module.js'
import { describeValue, staticText } from '../values/describe.js'
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
  const counted = countParameters(statement.condition, env, model, facts)
  if (counted === undefined) return
  const value = env.session.evaluate(counted, env, { kind: 'bool' })
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
  if (facts.length === 0 && counted.kind === 'binary')
    facts.push(...sides(counted.left, env), ...sides(counted.right, env))
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

/** The condition with each `parameters(...)` replaced by its number; undefined when one is mistaken. */
function countParameters(expression: Expression, env: Env, model: Countable, facts: string[]): Expression | undefined {
  if (
    expression.kind === 'call' &&
    expression.callee.kind === 'identifier' &&
    expression.callee.name === 'parameters'
  ) {
    const count = parametersOf(expression, env, model)
    if (count === undefined) return undefined
    facts.push(`\`${textOf(env.session, expression.span)}\` is ${count}`)
    return { kind: 'number', value: count, isInteger: true, span: expression.span }
  }
  if (expression.kind === 'binary') {
    const left = countParameters(expression.left, env, model, facts)
    const right = countParameters(expression.right, env, model, facts)
    return left && right && { ...expression, left, right }
  }
  if (expression.kind === 'call' && expression.callee.kind === 'identifier') {
    const { name, span } = expression.callee
    if (name !== 'div_int' && lookUp(env.module, name) === undefined && suggest(name, ['parameters']) !== undefined) {
      report(env, namesDiagnostics.unknownName, span, { what: 'block or function', name, suggestion: 'parameters' })
      return undefined
    }
    const values = expression.args.map(({ value }) => countParameters(value, env, model, facts))
    if (!values.every((value) => value !== undefined)) return undefined
    return {
      ...expression,
      args: expression.args.map((argument, index) => ({ ...argument, value: values[index] ?? argument.value })),
    }
  }
  if (expression.kind === 'unary') {
    const operand = countParameters(expression.operand, env, model, facts)
    return operand && { ...expression, operand }
  }
  return expression
}

/** Weights (statistics are none) of the model, of a binding, or of a binding inside a block. */
function parametersOf(call: CallExpression, env: Env, { bindings, gone }: Countable): number | undefined {
  const [argument, ...more] = call.args
  const path = argument === undefined ? undefined : dotted(argument.value)
  if (more.length > 0 || argument === undefined || path === undefined) {
    const facts = {
      callee: 'parameters',
      missing: ['part'],
      signature: 'parameters(model)` or `parameters(recon.encoder)',
    }
    report(env, typesDiagnostics.missingArgument, call.span, facts)
    return undefined
  }
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
  const facts = { what: 'part of the model', name: path, known: ['model', ...bindings] }
  report(
    env,
    namesDiagnostics.unknownName,
    argument.value.span,
    suggestion === undefined ? facts : { ...facts, suggestion },
  )
  return undefined
}

function dotted(expression: Expression): string | undefined {
  if (expression.kind === 'identifier') return expression.name
  if (expression.kind !== 'member') return undefined
  const object = dotted(expression.object)
  return object === undefined ? undefined : `${object}.${expression.member.name}`
}

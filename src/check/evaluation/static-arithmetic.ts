import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import type { Span } from '../../source/span.js'
import type { BinaryOperator } from '../../syntax/ast.js'
import { describeValue, staticText } from '../values/describe.js'
import type { ScalarStatic, UnknownValue } from '../values/value.js'
import { changesOf } from '../values/value.js'
import type { Env } from './env.js'
import { fail, failUse } from './env.js'

type NumberValue = Extract<ScalarStatic, { kind: 'number' }>

/** Arithmetic on numbers known while checking. Integers stay exact; units are carried. `span` is the whole expression's. */
export function arithmetic(
  operator: '+' | '-' | '*' | '/',
  left: NumberValue,
  right: NumberValue,
  span: Span,
  env: Env,
): NumberValue | UnknownValue {
  const unit = unitOfResult(operator, left, right)
  if (unit === 'mixed') {
    return failUse(env, typesDiagnostics.wrongUnit, right, {
      what: `the right side of \`${operator}\``,
      expected: left.unit === undefined ? 'a number without a unit' : `in the unit of ${staticText(left)}`,
      found: describeValue(right),
      help: `Give both sides of \`${operator}\` the same unit, or only one of them a unit.`,
    })
  }
  if (operator === '/' && right.value === 0) {
    const help = 'Divide by something other than 0.'
    return failUse(env, typesDiagnostics.arithmetic, right, { problem: 'this divides by zero', help })
  }
  const isInteger = left.isInteger && right.isInteger
  const value = compute(operator, left.value, right.value)
  if (isInteger && !Number.isInteger(value) && Number.isFinite(value)) {
    const problem = `${left.value} / ${right.value} is not an integer`
    const help = `Write ${left.value}.0 / ${right.value} for a number with a fraction, or div_int(${left.value}, ${right.value}) for the integer part.`
    return fail(env, typesDiagnostics.arithmetic, span, { problem, help })
  }
  if (!Number.isFinite(value) || (isInteger && !Number.isSafeInteger(value))) {
    const problem = `${staticText(left)} ${operator} ${staticText(right)} is too large`
    return fail(env, typesDiagnostics.arithmetic, span, {
      problem,
      help: 'Stay below 2^53 with integers and 1e308 with other numbers.',
    })
  }
  const given = left.given ?? right.given
  const changes = changesOf([left, right])
  return {
    kind: 'number',
    value,
    isInteger,
    span,
    ...(unit === undefined ? {} : { unit }),
    ...(given === undefined ? {} : { given }),
    ...(changes.length === 0 ? {} : { changes }),
  }
}

function compute(operator: '+' | '-' | '*' | '/', left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
  }
}

function unitOfResult(
  operator: '+' | '-' | '*' | '/',
  left: NumberValue,
  right: NumberValue,
): NumberValue['unit'] | 'mixed' {
  if (operator === '+' || operator === '-') return left.unit === right.unit ? left.unit : 'mixed'
  if (operator === '*') return left.unit === undefined ? right.unit : right.unit === undefined ? left.unit : 'mixed'
  if (right.unit === undefined) return left.unit
  return left.unit === right.unit ? undefined : 'mixed'
}

/** `==` and `!=` on any two static values of one kind, the others on numbers. */
export function comparison(
  operator: BinaryOperator,
  left: ScalarStatic,
  right: ScalarStatic,
  span: Span,
  env: Env,
): ScalarStatic | UnknownValue {
  if (operator === '==' || operator === '!=') {
    const comparable =
      left.kind === right.kind &&
      (left.kind !== 'enum' || right.kind !== 'enum' || left.declaration === right.declaration)
    if (!comparable) return incomparable(operator, left, right, env)
    if (left.kind === 'number' && right.kind === 'number' && left.unit !== right.unit)
      return incomparable(operator, left, right, env)
    const equal =
      left.kind === 'number' && right.kind === 'number'
        ? left.value === right.value
        : staticText(left) === staticText(right)
    return { kind: 'boolean', value: (operator === '==') === equal, span }
  }
  if (left.kind !== 'number' || right.kind !== 'number' || left.unit !== right.unit) {
    return incomparable(operator, left, right, env)
  }
  return { kind: 'boolean', value: order(operator, left.value, right.value), span }
}

function order(operator: BinaryOperator, left: number, right: number): boolean {
  switch (operator) {
    case '<':
      return left < right
    case '<=':
      return left <= right
    case '>':
      return left > right
    default:
      return left >= right
  }
}

function incomparable(operator: string, left: ScalarStatic, right: ScalarStatic, env: Env): UnknownValue {
  const definition =
    left.kind === 'number' && right.kind === 'number' ? typesDiagnostics.wrongUnit : typesDiagnostics.typeMismatch
  const expected =
    operator === '==' || operator === '!='
      ? `the same kind of value as ${describeValue(left)}`
      : `comparable with ${describeValue(left)}`
  return failUse(env, definition, right, {
    what: `the right side of \`${operator}\``,
    expected,
    found: describeValue(right),
  })
}

import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import { assertNever } from '../../diagnostics/invariant.js'
import type { BinaryExpression, Expression, Identifier, UnaryExpression } from '../../syntax/ast.js'
import { elementwiseBinary } from '../functions/arithmetic.js'
import { negate } from '../functions/elementwise.js'
import { reportShapes } from '../functions/shapes.js'
import { functions } from '../functions/table.js'
import { lookUp } from '../loading/module.js'
import { broadcastAll } from '../primitives/shapes.js'
import { reportNoTensor } from '../values/conform.js'
import { describeValue } from '../values/describe.js'
import type { Type } from '../values/type.js'
import type { PoisonedValue, ScalarStatic, Tensor, UnknownValue, Value } from '../values/value.js'
import { isPoison, poison, typeOf } from '../values/value.js'
import type { Env } from './env.js'
import { fail, failUse, report } from './env.js'
import { textOf } from './session.js'
import { arithmetic, comparison } from './static-arithmetic.js'

export function evaluateUnary(expression: UnaryExpression, env: Env, expected?: Type): Value {
  const operand = env.session.evaluate(
    expression.operand,
    env,
    expression.operator === '-' ? expected : { kind: 'bool' },
  )
  if (isPoison(operand)) return poison(expression.span, operand)
  if (expression.operator === 'not') {
    if (operand.kind === 'boolean') return { kind: 'boolean', value: !operand.value, span: expression.span }
    if (operand.kind === 'unknown' && operand.type?.kind === 'bool') return { ...operand, span: expression.span }
    return wrongOperand('not', 'a bool', operand, env)
  }
  if (operand.kind === 'number') {
    const { span } = expression
    return { ...operand, value: 0 - operand.value, span, used: span }
  }
  if (operand.kind === 'tensor') return negate(operand, expression.span, env)
  if (isUnknownNumber(operand)) return { ...operand, span: expression.span }
  return wrongOperand('-', 'a number or a tensor', operand, env)
}

function wrongOperand(operator: string, expected: string, operand: Value, env: Env): Value {
  return failUse(env, typesDiagnostics.typeMismatch, operand, {
    what: `the operand of \`${operator}\``,
    expected,
    found: describeValue(operand),
  })
}

function isUnknownNumber(value: Value): value is UnknownValue {
  return (
    value.kind === 'unknown' &&
    value.type !== undefined &&
    ['int', 'float', 'length', 'share'].includes(value.type.kind)
  )
}

export function evaluateBinary(expression: BinaryExpression, env: Env, expected?: Type): Value {
  const { operator, span } = expression
  switch (operator) {
    case 'and':
    case 'or':
      return logical(expression, env)
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compare(expression, env)
    case '+':
    case '-':
    case '*':
    case '/': {
      const numeric = expected?.kind === 'int' || expected?.kind === 'float' ? expected : undefined
      const left = env.session.evaluate(expression.left, env, numeric)
      const right = env.session.evaluate(expression.right, env, numeric)
      if (isPoison(left)) return poison(span, left)
      if (isPoison(right)) return poison(span, right)
      return combine(operator, left, right, expression, env)
    }
    case '//': {
      const help = 'Write div_int(a, b).'
      return poison(
        span,
        report(env, typesDiagnostics.arithmetic, expression.operatorSpan, {
          problem: 'there is no operator `//`',
          help,
        }),
      )
    }
    default:
      return assertNever(operator)
  }
}

function combine(
  operator: '+' | '-' | '*' | '/',
  left: Value,
  right: Value,
  expression: BinaryExpression,
  env: Env,
): Value {
  const { span } = expression
  if (left.kind === 'number' && right.kind === 'number') return arithmetic(operator, left, right, span, env)
  for (const side of [left, right]) {
    if (side.kind === 'tensor' || side.kind === 'number' || isUnknownNumber(side)) continue
    if (side.kind === 'record' || side.kind === 'list') {
      return poison(span, reportNoTensor(side, 'a number or a tensor', env, `the operand of \`${operator}\``))
    }
    return wrongOperand(operator, 'a number or a tensor', side, env)
  }
  if (left.kind === 'tensor' || right.kind === 'tensor') {
    const leftTensor = operandTensor(operator, left, env)
    const rightTensor = operandTensor(operator, right, env)
    if (isPoison(leftTensor)) return poison(span, leftTensor)
    if (isPoison(rightTensor)) return poison(span, rightTensor)
    return elementwiseBinary(operator, leftTensor, rightTensor, span, env, expression.right.span)
  }
  return { kind: 'unknown', type: numberType(left, right), span }
}

function numberType(left: Value, right: Value): Type {
  const isInt = (value: Value) =>
    value.kind === 'number'
      ? value.isInteger && value.unit === undefined
      : value.kind === 'unknown' && value.type?.kind === 'int'
  return { kind: isInt(left) && isInt(right) ? 'int' : 'float' }
}

function operandTensor(operator: string, value: Value, env: Env): Tensor | PoisonedValue {
  if (value.kind === 'tensor') return value
  if (value.kind === 'number') {
    if (value.unit === undefined) return env.graph.constant(value.value, { ...env, span: value.span })
    const what = `the operand of \`${operator}\` beside a tensor`
    const facts = { what, expected: 'a number without a unit', found: describeValue(value) }
    return failUse(env, typesDiagnostics.wrongUnit, value, facts)
  }
  // A number that is not known yet, in a block that is checked on its own.
  return env.graph.constant(undefined, { ...env, span: value.span })
}

function compare(expression: BinaryExpression, env: Env): Value {
  const { operator, span } = expression
  if (operator === '>' && lacksItsFirst(expression.right, env)) {
    const input = env.session.evaluate(expression.left, env)
    if (input.kind === 'tensor') {
      const stage = textOf(env.session, expression.right.span)
      const facts = {
        problem: '`>` compares numbers: a tensor goes into a call by `|>`',
        help: `Write \`${textOf(env.session, expression.left.span)} |> ${stage}\`.`,
      }
      return fail(env, typesDiagnostics.arithmetic, expression.operatorSpan, facts)
    }
    if (isPoison(input)) return poison(span, input)
  }
  // A bare word is a value of the other side's enum, whichever side it stands on.
  const bareLeft = expression.left.kind === 'identifier' && env.scope.find(expression.left.name) === undefined
  const firstExpression = bareLeft ? expression.right : expression.left
  const first = env.session.evaluate(firstExpression, env)
  const second = env.session.evaluate(bareLeft ? expression.left : expression.right, env, typeOf(first))
  if (isPoison(first)) return poison(span, first)
  if (isPoison(second)) return poison(span, second)
  const [left, right] = bareLeft ? [second, first] : [first, second]
  if (env.graph.kind !== 'model' && (left.kind === 'tensor' || right.kind === 'tensor'))
    return compareTensors(expression, left, right, env)
  for (const side of [left, right]) {
    if (side.kind !== 'tensor') continue
    return failUse(env, typesDiagnostics.notStatic, side, {
      what: `the operand of \`${operator}\``,
      found: describeValue(side),
    })
  }
  if (left.kind === 'unknown' || right.kind === 'unknown') return { kind: 'unknown', type: { kind: 'bool' }, span }
  if (!isScalarStatic(left)) return wrongOperand(operator, 'a number, word, string, bool or size', left, env)
  if (!isScalarStatic(right)) return wrongOperand(operator, 'a number, word, string, bool or size', right, env)
  return comparison(operator, left, right, span, env)
}

/** In a synthesis of faults: 1 where it holds, 0 elsewhere. */
function compareTensors(
  { operator, span, operatorSpan }: BinaryExpression,
  left: Value,
  right: Value,
  env: Env,
): Value {
  if (operator === '==' || operator === '!=') {
    const problem = `\`${operator}\` does not compare tensors: what is computed is seldom exactly equal`
    return fail(env, typesDiagnostics.arithmetic, operatorSpan, { problem, help: 'Use `<`, `<=`, `>` or `>=`.' })
  }
  const sides = [left, right].map((side) =>
    side.kind === 'number' || side.kind === 'tensor' || isUnknownNumber(side)
      ? operandTensor(operator, side, env)
      : wrongOperand(operator, 'a number or a tensor', side, env),
  )
  const [first, second] = sides
  if (first?.kind !== 'tensor' || second?.kind !== 'tensor')
    return first?.kind === 'tensor' ? (second ?? first) : (first ?? left)
  const isStrict = operator === '<' || operator === '>'
  const operands = operator === '<' || operator === '<=' ? [second, first] : [first, second]
  if (broadcastAll(operands) === undefined)
    return reportShapes(env, span, operator, 'operands that go together, as those of `+`', operands)
  return env.graph.add({ op: isStrict ? 'greater' : 'greater_equal', operands }, { ...env, span })
}

/** A function, or a call of one that needs one argument more than it has. */
function lacksItsFirst(expression: Expression, env: Env): boolean {
  const callee = expression.kind === 'call' ? expression.callee : expression
  if (callee.kind !== 'identifier' || env.scope.find(callee.name) !== undefined) return false
  const block = lookUp(env.module, callee.name)
  const needed =
    block?.kind === 'block'
      ? block.declaration.parameters.filter((parameter) => parameter.value === undefined)
      : functions.get(callee.name)?.parameters.filter((parameter) => parameter.default === undefined)
  if (needed === undefined) return false
  const args = expression.kind === 'call' ? expression.args : []
  const isNeeded = (name: string): boolean => needed.some((parameter) => nameOf(parameter.name) === name)
  return args.filter(({ name }) => name === undefined || isNeeded(name.name)).length < needed.length
}

function nameOf(name: string | Identifier): string {
  return typeof name === 'string' ? name : name.name
}

function isScalarStatic(value: Value): value is ScalarStatic {
  return (
    value.kind !== 'tensor' &&
    value.kind !== 'record' &&
    value.kind !== 'block' &&
    value.kind !== 'list' &&
    value.kind !== 'unknown'
  )
}

function logical(expression: BinaryExpression, env: Env): Value {
  const { operator, span } = expression
  const sides = [expression.left, expression.right].map((side) => env.session.evaluate(side, env, { kind: 'bool' }))
  for (const side of sides) {
    if (isPoison(side)) return poison(span, side)
    if (side.kind === 'boolean' || (side.kind === 'unknown' && side.type?.kind === 'bool')) continue
    return wrongOperand(operator, 'a bool', side, env)
  }
  const [left, right] = sides
  if (left?.kind !== 'boolean' || right?.kind !== 'boolean') return { kind: 'unknown', type: { kind: 'bool' }, span }
  return { kind: 'boolean', value: operator === 'and' ? left.value && right.value : left.value || right.value, span }
}

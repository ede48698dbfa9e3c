import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import { invariant } from '../../diagnostics/invariant.js'
import type { Span } from '../../source/span.js'
import type { TensorType } from '../checked.js'
import type { Env } from '../evaluation/env.js'
import { fail, report } from '../evaluation/env.js'
import { type Known, squareInterval } from '../primitives/intervals.js'
import { broadcast } from '../primitives/shapes.js'
import type { Tensor, Value } from '../values/value.js'
import { declareFunction, float, tensor } from './declare.js'
import { checkLabelReach, checkScales } from './label-reach.js'
import type { FunctionCall, FunctionRule } from './rule.js'
import { reportShapes } from './shapes.js'

type BinaryOp = 'add' | 'sub' | 'mul' | 'div' | 'maximum' | 'minimum'
const ops = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div' } as const

export function elementwiseBinary(
  operator: '+' | '-' | '*' | '/',
  left: Tensor,
  right: Tensor,
  span: Span,
  env: Env,
  rightSpan: Span,
): Value {
  if (operator === '-' && left.per === right.per) checkLabelReach(env, '-', left, right)
  if (operator === '/') {
    if (right.range?.[0] === 0 && right.range[1] === 0) {
      const help = 'Divide by something other than 0.'
      return fail(env, typesDiagnostics.arithmetic, rightSpan, { problem: 'this divides by zero', help })
    }
    const range = right.range ?? (env.abstract ? undefined : ([-Infinity, Infinity] as const))
    if (range && range[0] <= 0 && range[1] >= 0) {
      const help =
        range[0] < 0
          ? '`clamp` the divisor above 0, or take its `abs` and add a small number.'
          : 'Add a small number to the divisor, or `clamp` it away from 0.'
      report(env, tensorsDiagnostics.nonFinite, rightSpan, {
        callee: '/',
        why: 'the divisor can be 0',
        range,
        help,
      })
    }
  }
  return binary(ops[operator], operator, left, right, span, env)
}

function binary(op: BinaryOp, name: string, left: Tensor, right: Tensor, span: Span, env: Env): Value {
  if (broadcast(left, right) === undefined) {
    const rule = 'equal shapes, or a number, a value, a one-channel map or a vector of channels beside a map'
    return reportShapes(env, span, name, rule, [left, right])
  }
  const range = rangeBeyondRule(op, left, right, env)
  return env.graph.add(
    {
      op,
      operands: [left, right],
      meaning: meaningOf(op, left, right),
      grid: left.grid ?? right.grid,
      ...(range === undefined ? {} : { range }),
    },
    { ...env, span },
  )
}

/** What the ranges of the two alone do not say: x x is a square, and `p + m - p * m` of two in [0, 1] is their union. */
function rangeBeyondRule(op: BinaryOp, left: Tensor, right: Tensor, env: Env): Known {
  if (env.abstract && (left.range === undefined || right.range === undefined)) return undefined
  if (op === 'mul' && left.node === right.node) return squareInterval(left.range)
  return op === 'sub' && isUnion(left, right, env) ? [0, 1] : undefined
}

function isUnion(sum: Tensor, product: Tensor, { graph }: Env): boolean {
  const [added, multiplied] = [graph.nodes[sum.node], graph.nodes[product.node]]
  if (added?.op !== 'add' || multiplied?.op !== 'mul') return false
  const parts = new Set(added.operands)
  const isShare = (id: number): boolean => {
    const [low, high] = graph.nodes[id]?.tensor.range ?? [-1, 2]
    return low >= 0 && high <= 1
  }
  return (
    multiplied.operands.every((id) => parts.has(id)) &&
    added.operands.every((id) => multiplied.operands.includes(id) && isShare(id))
  )
}

/** Logits stay logits under a temperature or a sum of logits; probabilities under products and extremes of their own kind. */
function meaningOf(op: BinaryOp, left: Tensor, right: Tensor): TensorType['meaning'] {
  const both = left.meaning === right.meaning ? left.meaning : 'plain'
  if (op === 'maximum' || op === 'minimum') return both
  if (op === 'mul') {
    if (both === 'probabilities') return both
    if (left.meaning === 'logits' && right.per === 'batch') return 'logits'
    if (right.meaning === 'logits' && left.per === 'batch') return 'logits'
    return 'plain'
  }
  if (op === 'div') return left.meaning === 'logits' && right.per === 'batch' ? 'logits' : 'plain'
  return both === 'logits' ? 'logits' : 'plain'
}

function fold(call: FunctionCall, op: BinaryOp): Value {
  const [first, ...others] = call.tensors
  invariant(first, `${call.rule.name} has operands`)
  let result: Value = first
  for (const other of others) {
    if (result.kind !== 'tensor') return result
    result = binary(op, call.rule.name, result, other, call.span, call.env)
  }
  return result
}

/** A mean of probabilities is one; the sum on the way to it is none. */
function asProbabilities(call: FunctionCall, value: Value, operands: readonly Tensor[]): Value {
  const all = operands.every((operand) => operand.meaning === 'probabilities')
  return value.kind === 'tensor' && all ? call.env.graph.relabel(value, 'probabilities', [0, 1]) : value
}

function extreme(name: 'maximum' | 'minimum', doc: string): FunctionRule {
  return declareFunction(name, {
    doc,
    parameters: {},
    variadic: true,
    result: 'as the largest operand',
    where: 'both',
    example: `${name}(severity / 2.0, image_max(anomaly_map))`,
    apply: (_args, call) => {
      checkScales(call, call.tensors)
      return fold(call, name)
    },
  })
}

export const arithmeticFunctions: readonly FunctionRule[] = [
  extreme('maximum', 'The larger of two or more, element by element.'),
  extreme('minimum', 'The smaller of two or more, element by element.'),
  declareFunction('average', {
    doc: 'The mean of two or more, element by element.',
    parameters: {},
    variadic: true,
    result: 'as the largest operand',
    where: 'both',
    example: 'average(severity / 2.0, image_max(anomaly_map))',
    apply: (_args, call) => {
      checkScales(call, call.tensors)
      const sum = fold(call, 'add')
      if (sum.kind !== 'tensor') return sum
      const count = call.constant(call.tensors.length)
      return asProbabilities(call, binary('div', 'average', sum, count, call.span, call.env), call.tensors)
    },
  }),
  declareFunction('weighted_average', {
    doc: '(1 - weight) a + weight b.',
    parameters: {
      a: tensor('First.'),
      b: tensor('Second.'),
      weight: float('Weight of the second.', { minimum: 0, maximum: 1 }),
    },
    result: 'as the larger operand',
    where: 'both',
    example: 'weighted_average(severity / 2.0, image_max(anomaly_map), weight = 0.3)',
    apply: ({ a, b, weight }, call) => {
      const { span, env } = call
      checkScales(call, [a, b])
      const scaled = (of: Tensor, factor: number | undefined): Value =>
        binary('mul', 'weighted_average', of, call.constant(factor), span, env)
      const [left, right] = [scaled(a, weight === undefined ? undefined : 1 - weight), scaled(b, weight)]
      if (left.kind !== 'tensor') return left
      if (right.kind !== 'tensor') return right
      return asProbabilities(call, binary('add', 'weighted_average', left, right, span, env), [a, b])
    },
  }),
]

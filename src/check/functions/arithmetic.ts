import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import { invariant } from '../../diagnostics/invariant.js'
import type { Span } from '../../source/span.js'
import type { TensorType } from '../checked.js'
import type { Env } from '../evaluation/env.js'
import { report } from '../evaluation/env.js'
import type { Dim, Tensor, Value } from '../values/value.js'
import { poison } from '../values/value.js'
import type { Interval } from './intervals.js'
import {
  addIntervals,
  divIntervals,
  maximumIntervals,
  minimumIntervals,
  mulIntervals,
  squareInterval,
  subIntervals,
} from './intervals.js'
import { checkLabelReach } from './label-reach.js'
import type { FunctionCall, FunctionRule } from './rule.js'
import { aFloat } from './rule.js'
import { reportShapes } from './shapes.js'

type BinaryOp = 'add' | 'sub' | 'mul' | 'div' | 'maximum' | 'minimum'
const ops = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div' } as const
type Known = Interval | undefined

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
      return poison(
        span,
        report(env, typesDiagnostics.arithmetic, rightSpan, { problem: 'this divides by zero', help }),
      )
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
  const shape = broadcast(left, right)
  if (shape === undefined) {
    return poison(
      span,
      reportShapes(
        env,
        span,
        name,
        'equal shapes, or a number, a value, a one-channel map or a vector of channels beside a map',
        [left, right],
      ),
    )
  }
  const per =
    left.per === 'pixel' || right.per === 'pixel'
      ? 'pixel'
      : left.per === 'image' || right.per === 'image'
        ? 'image'
        : 'batch'
  const meaning = meaningOf(op, left, right)
  const isSquare = op === 'mul' && left.node === right.node
  // In a block that is checked on its own, a side of which nothing is known leaves nothing known of the two.
  const isOpen = env.abstract && (left.range === undefined || right.range === undefined)
  const range = isOpen
    ? undefined
    : isSquare
      ? squareInterval(left.range)
      : op === 'sub' && isUnion(left, right, env)
        ? ([0, 1] as const)
        : rangeOf(op, left.range, right.range)
  const grid = left.grid ?? right.grid
  return env.graph.add({ op, operands: [left, right], per, shape, meaning, range, grid, path: env.path, span })
}

/** `p + m - p * m` of two in [0, 1], the union of a loss on overlaps, is in [0, 1]; its parts alone do not tell. */
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

function rangeOf(op: BinaryOp, a: Known, b: Known): Known {
  switch (op) {
    case 'add':
      return addIntervals(a, b)
    case 'sub':
      return subIntervals(a, b)
    case 'mul':
      return mulIntervals(a, b)
    case 'div':
      return divIntervals(a, b)
    case 'maximum':
      return maximumIntervals(a, b)
    case 'minimum':
      return minimumIntervals(a, b)
  }
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

/** Shape of the result; undefined when the two do not go together. Rules in `primitives.ts`. */
function broadcast(left: Tensor, right: Tensor): readonly Dim[] | undefined {
  if (left.per === 'batch') return right.shape
  if (right.per === 'batch') return left.shape
  if (left.shape.length === 0) return right.shape
  if (right.shape.length === 0) return left.shape
  if (left.shape.length === right.shape.length) {
    const last = left.shape.length - 1
    const onMaps = left.per === 'pixel'
    const merged: Dim[] = []
    for (const [axis, size] of left.shape.entries()) {
      const other = right.shape[axis]
      if (size === other || size === undefined || other === undefined) {
        // A single channel may stand beside an unknown number of them.
        merged.push(axis === last && onMaps && (size === 1 || other === 1) ? undefined : (size ?? other))
      } else if (axis === last && onMaps && size === 1) merged.push(other)
      else if (axis === last && onMaps && other === 1) merged.push(size)
      else return undefined
    }
    if (left.shape[last] === 1 && right.shape[last] === 1) merged[last] = 1
    return merged
  }
  const [map, vector] = left.shape.length === 3 ? [left, right] : [right, left]
  const mapChannels = map.shape[2]
  const vectorChannels = vector.shape[0]
  if (mapChannels !== vectorChannels && mapChannels !== undefined && vectorChannels !== undefined) return undefined
  return [map.shape[0], map.shape[1], mapChannels ?? vectorChannels]
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

function scaled(call: FunctionCall, value: Value, factor: number | undefined): Value {
  if (value.kind !== 'tensor') return value
  const constant =
    factor === undefined ? call.emit({ op: 'constant', operands: [], per: 'batch', shape: [] }) : call.constant(factor)
  return binary('mul', call.rule.name, value, constant, call.span, call.env)
}

/** A mean of probabilities is one; the sum on the way to it is none. */
function asProbabilities(call: FunctionCall, value: Value, operands: readonly Tensor[]): Value {
  const all = operands.every((operand) => operand.meaning === 'probabilities')
  return value.kind === 'tensor' && all ? call.env.graph.relabel(value, 'probabilities', [0, 1]) : value
}

export const arithmeticFunctions: readonly FunctionRule[] = [
  {
    name: 'maximum',
    doc: 'The larger of two or more, element by element.',
    parameters: [],
    variadic: true,
    apply: (call) => fold(call, 'maximum'),
  },
  {
    name: 'minimum',
    doc: 'The smaller of two or more, element by element.',
    parameters: [],
    variadic: true,
    apply: (call) => fold(call, 'minimum'),
  },
  {
    name: 'average',
    doc: 'The mean of two or more, element by element.',
    parameters: [],
    variadic: true,
    apply: (call) => {
      const sum = fold(call, 'add')
      if (sum.kind !== 'tensor') return sum
      const count = call.constant(call.tensors.length)
      return asProbabilities(call, binary('div', 'average', sum, count, call.span, call.env), call.tensors)
    },
  },
  {
    name: 'weighted_average',
    doc: '(1 - weight) a + weight b.',
    parameters: [
      { name: 'a', type: { kind: 'tensor' }, doc: 'First.' },
      { name: 'b', type: { kind: 'tensor' }, doc: 'Second.' },
      { name: 'weight', type: aFloat, doc: 'Weight of the second, from 0 to 1.' },
    ],
    apply: (call) => {
      const weight = call.bounded('weight', 'between 0 and 1', (value) => value >= 0 && value <= 1)
      const [a, b] = [call.tensor('a'), call.tensor('b')]
      const left = scaled(call, a, weight === undefined ? undefined : 1 - weight)
      const right = scaled(call, b, weight)
      if (left.kind !== 'tensor') return left
      if (right.kind !== 'tensor') return right
      return asProbabilities(call, binary('add', 'weighted_average', left, right, call.span, call.env), [a, b])
    },
  },
]

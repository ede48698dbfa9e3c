import type { ModelPrimitive } from '../check/primitives/table.js'
import { sizeOf } from '../ir/ops/shape.js'
import { type LoweringRule, only } from './context.js'

/** Reduces the axes given: [1, 2] are the pixels of a map, [3] its channels, [1, 2, 3] an image with its channels. */
export function over(
  op: 'reduce_mean' | 'reduce_sum' | 'reduce_max',
  axes: readonly number[],
  keep_dims = false,
): LoweringRule<ModelPrimitive> {
  return (_node, operands, { emit }) => emit.one(op, [only(operands).value], { axes, keep_dims })
}

/** Over batch and everything: a batch scalar. */
export const mean: LoweringRule<'mean'> = (_node, operands, { emit }) => emit.meanOfAll(only(operands).value)

/** With t the k-th largest value: mean of the k largest = t + sum of max(x - t, 0) / k, to which values equal to t add nothing. */
export const topMean: LoweringRule<'top_mean'> = ({ attributes }, operands, { emit }) => {
  const x = only(operands).value
  const [batch = 1, ...rest] = emit.shapeOf(x)
  const values = sizeOf(rest)
  const k = Math.max(1, Math.round(attributes.share * values))
  const rows = emit.one('reshape', [x], { shape: [batch, values] })
  const least = emit.one('kth_largest', [rows], { k })
  const above = emit.one('relu', [emit.one('sub', [rows, emit.one('reshape', [least], { shape: [batch, 1] })])])
  const sum = emit.one('reduce_sum', [above], { axes: [1], keep_dims: false })
  return emit.one('add', [least, emit.one('mul', [sum, emit.scalar(1 / k)])])
}

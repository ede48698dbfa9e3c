import type { ModelPrimitive } from '../check/primitives/table.js'
import { type LoweringRule, only } from './context.js'

/** Reduces the axes given: [1, 2] are the pixels of a map, [1, 2, 3] an image with its channels. */
export function over(op: 'reduce_mean' | 'reduce_max', axes: readonly number[]): LoweringRule<ModelPrimitive> {
  return (_node, operands, { emit }) => emit.one(op, [only(operands).value], { axes, keep_dims: false })
}

/** Over batch and everything: a batch scalar. */
export const mean: LoweringRule<'mean'> = (_node, operands, { emit }) => emit.meanOfAll(only(operands).value)

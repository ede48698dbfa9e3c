import type { OpName } from '../ir/ops/table.js'
import { type LoweringRule, only } from './context.js'

/** Reduces the axes given: [1, 2] are the pixels of a map, [1, 2, 3] an image with its channels. */
export function over(op: OpName, axes: readonly number[]): LoweringRule {
  return (_node, operands, { emit }) => emit.one(op, [only(operands).value], { axes, keep_dims: false })
}

/** Over batch and everything: a batch scalar. */
export const mean: LoweringRule = (_node, operands, { emit }) => emit.meanOfAll(only(operands).value)

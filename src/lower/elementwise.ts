import type { ModelPrimitive } from '../check/primitives/table.js'
import type { PlainOpName } from '../ir/ops/typed.js'
import { type LoweringRule, only } from './context.js'

/** A primitive that is an IR operator of one operand and no attributes. */
export function unary(op: PlainOpName): LoweringRule<ModelPrimitive> {
  return (_node, operands, { emit }) => emit.one(op, [only(operands).value])
}

/** x where x > 0, else slope x: right for any slope, also one above 1. */
export const leakyRelu: LoweringRule<'leaky_relu'> = (node, operands, { emit }) => {
  const x = only(operands).value
  const positive = emit.one('greater', [x, emit.scalar(0)])
  return emit.one('select', [positive, x, emit.one('mul', [x, emit.scalar(node.attributes.slope)])])
}

export const clamp: LoweringRule<'clamp'> = ({ attributes: { low, high } }, operands, { emit }) => {
  const below = emit.one('minimum', [only(operands).value, emit.scalar(high)])
  return emit.one('maximum', [below, emit.scalar(low)])
}

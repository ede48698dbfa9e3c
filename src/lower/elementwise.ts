import type { OpName } from '../ir/ops/table.js'
import { type LoweringRule, numberOf, only } from './context.js'

/** A primitive that is an IR operator of one operand and no attributes. */
export function unary(op: OpName): LoweringRule {
  return (_node, operands, { emit }) => emit.one(op, [only(operands).value])
}

/** x where x > 0, else slope x: right for any slope, also one above 1. */
export const leakyRelu: LoweringRule = (node, operands, { emit }) => {
  const x = only(operands).value
  const positive = emit.one('greater', [x, emit.scalar(0)])
  return emit.one('select', [positive, x, emit.one('mul', [x, emit.scalar(numberOf(node, 'slope'))])])
}

export const clamp: LoweringRule = (node, operands, { emit }) => {
  const below = emit.one('minimum', [only(operands).value, emit.scalar(numberOf(node, 'high'))])
  return emit.one('maximum', [below, emit.scalar(numberOf(node, 'low'))])
}

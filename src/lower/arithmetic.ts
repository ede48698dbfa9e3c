import type { ModelPrimitive } from '../check/primitives/table.js'
import type { PlainOpName } from '../ir/ops/typed.js'
import type { ValueId } from '../ir/types.js'
import { type LoweringContext, type LoweringRule, type Operand, pair } from './context.js'

/**
 * Elementwise on two operands. The IR broadcasts as NumPy does, from the last axis; a per-image value [N] or a vector [N,C] beside
 * a map [N,H,W,C] needs its axes put where they belong first.
 */
export function binary(op: PlainOpName): LoweringRule<ModelPrimitive> {
  return (_node, operands, context) => {
    const [left, right] = pair(operands)
    return context.emit.one(op, [aligned(left, right, context), aligned(right, left, context)])
  }
}

function aligned(operand: Operand, other: Operand, { emit }: LoweringContext): ValueId {
  const { per, shape } = operand.type
  const rank = other.type.shape.length
  if (per === 'batch' || shape.length >= rank) return operand.value
  const ones = new Array<number>(rank - shape.length).fill(1)
  const batch = emit.shapeOf(operand.value)[0] ?? 1
  return emit.one('reshape', [operand.value], { shape: [batch, ...ones, ...shape] })
}

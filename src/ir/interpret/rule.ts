import { invariant } from '../../diagnostics/invariant.js'
import type { Attributes, TensorType } from '../types.js'

/** Values are row-major float64 whatever the dtype: integers exact, bool 0 or 1. Nobody writes to a buffer once it is a value. */
export interface Tensor {
  readonly type: TensorType
  readonly data: Float64Array
}

/** What an operator means: the results' data from the operands. `types` are the results' types. */
export type InterpretRule = (
  operands: readonly Tensor[],
  attributes: Attributes,
  types: readonly TensorType[],
) => readonly Float64Array[]

export function operandAt(operands: readonly Tensor[], place: number): Tensor {
  const operand = operands[place]
  invariant(operand, `operand ${place} is there`)
  return operand
}

export function typeAt(types: readonly TensorType[], place = 0): TensorType {
  const type = types[place]
  invariant(type, `result ${place} is there`)
  return type
}

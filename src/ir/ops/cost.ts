import { invariant } from '../../diagnostics/invariant.js'
import type { DType, Operation, TensorType, ValueId } from '../types.js'
import { opDefinitions } from './definitions.js'
import { sizeOf } from './shape.js'

export interface Cost {
  /** Floating-point operations; a multiplication and an addition are two. */
  readonly flops: number
  /** Those of convolutions, their gradients and matrix products: what a share of the matrix product's peak is counted in. */
  readonly matrixFlops: number
  /** What is read and written, each operand and result once. */
  readonly bytes: number
}

const bytesPerValue: Readonly<Record<DType, number>> = { f32: 4, f64: 8, bf16: 2, i32: 4, bool: 1 }

export function bytesOf({ dtype, shape }: TensorType): number {
  return sizeOf(shape) * bytesPerValue[dtype]
}

export function costOf(
  { op, operands, results, attributes }: Operation,
  types: ReadonlyMap<ValueId, TensorType>,
): Cost {
  const typeOf = (value: ValueId): TensorType => {
    const type = types.get(value)
    invariant(type, `%${value} has no type`)
    return type
  }
  const operandTypes = operands.map(typeOf)
  const resultTypes = results.map(typeOf)
  const definition = opDefinitions[op]
  const flops = definition.flops(operandTypes, resultTypes, attributes)
  return {
    flops,
    matrixFlops: definition.countsAsMatrixWork ? flops : 0,
    bytes: [...operandTypes, ...resultTypes].reduce((sum, type) => sum + bytesOf(type), 0),
  }
}

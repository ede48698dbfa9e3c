import type { Operation, TensorType, ValueId } from '../ir/types.js'

/**
 * FLOPs of convolutions, their gradients and matrix products, a multiplication and an addition counted each; 0 for all else, which is
 * bound by memory. What a padded border multiplies by zero is counted, as the literature does.
 */
export function productFlops({ op, operands, results }: Operation, types: ReadonlyMap<ValueId, TensorType>): number {
  const shape = (value: ValueId | undefined) => (value === undefined ? [] : (types.get(value)?.shape ?? []))
  const size = (sides: readonly number[]) => sides.reduce((product, side) => product * side, 1)
  const [first, second] = operands
  const [result] = results
  /** Of a kernel HWIO: what one value of the output multiplies. */
  const perOutput = (kernel: readonly number[]) => size(kernel.slice(0, 3))
  switch (op) {
    case 'conv2d':
      return 2 * size(shape(result)) * perOutput(shape(second))
    case 'conv2d_input_grad':
      return 2 * size(shape(second)) * perOutput(shape(first))
    case 'conv2d_filter_grad':
      return 2 * size(shape(second)) * perOutput(shape(result))
    case 'matmul': {
      const left = shape(first)
      const columns = shape(result).at(-1) ?? 1
      const rows = shape(result).at(-2) ?? 1
      const inner = size(left.slice(-2)) / rows
      return 2 * size(shape(result).slice(0, -2)) * rows * columns * inner
    }
    default:
      return 0
  }
}

import { stepsOf } from '../../ir/ops/attributes.js'
import { costOf } from '../../ir/ops/cost.js'
import type { IrFunction, Operation } from '../../ir/types.js'

/**
 * FLOPs of convolutions and products up to which a training step with batch norm is computed in float64: up to about a third of
 * a second. Such steps train networks of a few channels on small images, where norm after norm magnifies the rounding of
 * float32 a thousandfold (docs/decisions/0007). The quickstart's step is five times as much work, a full-size one thousands.
 */
export const largestWork = 2 ** 32

/** Whether what the IR calls f32 is computed in float64 in this function. Variables, what is fed and what is fetched stay float32. */
export function isComputedInFloat64(fn: IrFunction): boolean {
  const ops = new Set(fn.operations.map(({ op }) => op))
  if (!ops.has('batch_norm_train') || !ops.has('conv2d') || ops.has('batch_norm_inference')) return false
  if (fn.operations.some(isDilatedGradient)) return false
  if ([...fn.types.values()].some(({ dtype }) => dtype === 'bf16')) return false
  return fn.operations.reduce((sum, operation) => sum + costOf(operation, fn.types).matrixFlops, 0) <= largestWork
}

/** The library has gradients of dilated convolutions on a CPU in float32 only. */
function isDilatedGradient({ op, attributes }: Operation): boolean {
  if (op !== 'conv2d_input_grad' && op !== 'conv2d_filter_grad') return false
  return stepsOf(attributes, 'dilations').some((dilation) => dilation > 1)
}

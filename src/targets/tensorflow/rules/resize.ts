import type { Operation } from '../../../ir/types.js'
import { attr } from '../data-types.js'
import type { NodeAttributes } from '../graph-builder.js'
import { flag, number, operand, type Rule, type RuleContext, resultType } from '../rule.js'

export const resizeBilinear: Rule = (operation, context) => {
  const x = operand(operation, 0)
  const inputs = [context.tensor(x), context.ints([number(operation, 'height'), number(operation, 'width')])]
  const to = resultType(operation, context).dtype
  // The kernel takes any type and always gives float32.
  const resized = context.node(
    operation,
    'ResizeBilinear',
    inputs,
    { T: attr.type(context.type(x).dtype), ...sampling(operation) },
    to === 'f32' ? '' : '_f32',
  )
  return [context.cast(operation, resized, 'f32', to, '')]
}

/** Corners on corners, or half-pixel centres as PyTorch has them. */
function sampling(operation: Operation): NodeAttributes {
  const alignCorners = flag(operation, 'align_corners')
  return { align_corners: attr.bool(alignCorners), half_pixel_centers: attr.bool(!alignCorners) }
}

/** The gradient's kernel wants float32 and an image of the input's shape, whose values it does not read. */
export const resizeBilinearGrad: Rule = (operation, context) => {
  const dy = operand(operation, 0)
  const { dtype, shape } = resultType(operation, context)
  const gradient = context.cast(operation, context.tensor(dy), context.type(dy).dtype, 'f32', '_dy')
  const image = emptyImage(operation, context, shape)
  const resized = context.node(
    operation,
    'ResizeBilinearGrad',
    [gradient, image],
    { T: attr.type('f32'), ...sampling(operation) },
    dtype === 'f32' ? '' : '_f32',
  )
  return [context.cast(operation, resized, 'f32', dtype, '')]
}

/** Allocated and never written, so it costs nothing. */
function emptyImage(operation: Operation, context: RuleContext, shape: readonly number[]): string {
  const attributes = { dtype: attr.type('f32'), init: attr.bool(false) }
  return context.node(operation, 'Empty', [context.ints(shape)], attributes, '_shape')
}

export const resizeNearest: Rule = (operation, context) =>
  nearest(operation, context, 'ResizeNearestNeighbor', [number(operation, 'height'), number(operation, 'width')])

export const resizeNearestGrad: Rule = (operation, context) =>
  nearest(operation, context, 'ResizeNearestNeighborGrad', resultType(operation, context).shape.slice(1, 3))

function nearest(operation: Operation, context: RuleContext, op: string, size: readonly number[]): readonly string[] {
  const x = operand(operation, 0)
  const { dtype } = context.type(x)
  const input = context.cast(operation, context.tensor(x), dtype, 'f32', '_f32')
  const suffix = dtype === 'f32' ? '' : '_resized'
  const resized = context.node(operation, op, [input, context.ints(size)], { T: attr.type('f32') }, suffix)
  return [context.cast(operation, resized, 'f32', dtype, '')]
}

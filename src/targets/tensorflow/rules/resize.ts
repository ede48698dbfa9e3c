import { axisTaps } from '../../../ir/ops/resize-taps.js'
import type { Operation, ValueId } from '../../../ir/types.js'
import { attr } from '../data-types.js'
import type { NodeAttributes, TensorName } from '../graph-builder.js'
import { flag, number, operand, type Rule, type RuleContext, resultType } from '../rule.js'

export const resizeBilinear: Rule = (operation, context) => {
  const x = operand(operation, 0)
  const inputs = [context.tensor(x), context.ints([number(operation, 'height'), number(operation, 'width')])]
  const { dtype: to, shape } = resultType(operation, context)
  if (to === 'f64') return [exactResize(operation, context, x, shape, false)]
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
  if (dtype === 'f64') return [exactResize(operation, context, dy, shape, true)]
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
  const within = dtype === 'f64' ? 'f64' : 'f32'
  const input = context.cast(operation, context.tensor(x), dtype, within, '_f32')
  const suffix = dtype === within ? '' : '_resized'
  const resized = context.node(operation, op, [input, context.ints(size)], { T: attr.type(within) }, suffix)
  return [context.cast(operation, resized, within, dtype, '')]
}

/**
 * In float64 as products with a matrix an axis, rows first: the kernel gives float32 and computes its weights in it. The
 * gradient is the same with the matrices transposed.
 */
function exactResize(
  operation: Operation,
  context: RuleContext,
  value: ValueId,
  shape: readonly number[],
  isGradient: boolean,
): TensorName {
  const [batch = 1, height = 1, width = 1, channels = 1] = context.type(value).shape
  const [, toHeight = 1, toWidth = 1] = shape
  const alignCorners = flag(operation, 'align_corners')
  const rows = band(context, isGradient ? toHeight : height, isGradient ? height : toHeight, alignCorners)
  const columns = band(context, isGradient ? toWidth : width, isGradient ? width : toWidth, alignCorners)
  const reshaped = (tensor: TensorName, to: readonly number[], suffix: string) =>
    context.node(operation, 'Reshape', [tensor, context.ints(to)], { T: double, Tshape: attr.type('i32') }, suffix)
  const product = (matrix: TensorName, tensor: TensorName, suffix: string) =>
    context.node(
      operation,
      'BatchMatMulV2',
      [matrix, tensor],
      { T: double, adj_x: attr.bool(isGradient), adj_y: attr.bool(false) },
      suffix,
    )
  const byRows = reshaped(context.tensor(value), [batch, height, width * channels], '_by_rows')
  const down = product(rows, byRows, '_down')
  const byColumns = reshaped(down, [batch * toHeight, width, channels], '_by_columns')
  return reshaped(product(columns, byColumns, '_across'), shape, '')
}

const double = attr.type('f64')

/** [to, from]: row i holds the two weights that value i of the larger side is made with. */
function band(context: RuleContext, from: number, to: number, alignCorners: boolean): TensorName {
  const { low, high, share } = axisTaps(from, to, alignCorners)
  const values = new Array<number>(to * from).fill(0)
  for (let i = 0; i < to; i += 1) {
    const [below = 0, above = 0, part = 0] = [low[i], high[i], share[i]]
    values[i * from + below] = (values[i * from + below] ?? 0) + 1 - part
    values[i * from + above] = (values[i * from + above] ?? 0) + part
  }
  return context.graph.floats(context.scope, 'f64', [to, from], values)
}

import { flagOf } from '../ops/attributes.js'
import { axisTaps } from '../ops/resize-taps.js'
import { fourAxes, sizeOf } from '../ops/shape.js'
import type { Attributes } from '../types.js'
import { type InterpretRule, operandAt, typeAt } from './rule.js'

type Sides = readonly [number, number, number, number]

/** Calls `visit` for each of the four pixels that each pixel of the result is made of, with its weight. */
function forEachTap(
  small: Sides,
  large: Sides,
  attributes: Attributes,
  visit: (small: number, large: number, weight: number) => void,
): void {
  const [batch, height, width, channels] = small
  const [, toHeight, toWidth] = large
  const alignCorners = flagOf(attributes, 'align_corners')
  const rows = axisTaps(height, toHeight, alignCorners)
  const columns = axisTaps(width, toWidth, alignCorners)
  for (let image = 0; image < batch; image += 1) {
    for (let row = 0; row < toHeight; row += 1) {
      const down = rows.share[row] ?? 0
      for (let column = 0; column < toWidth; column += 1) {
        const across = columns.share[column] ?? 0
        const target = ((image * toHeight + row) * toWidth + column) * channels
        const at = (r: number | undefined, c: number | undefined) =>
          ((image * height + (r ?? 0)) * width + (c ?? 0)) * channels
        visit(at(rows.low[row], columns.low[column]), target, (1 - down) * (1 - across))
        visit(at(rows.low[row], columns.high[column]), target, (1 - down) * across)
        visit(at(rows.high[row], columns.low[column]), target, down * (1 - across))
        visit(at(rows.high[row], columns.high[column]), target, down * across)
      }
    }
  }
}

export const resizeBilinear: InterpretRule = (operands, attributes, types) => {
  const { data, type } = operandAt(operands, 0)
  const from = fourAxes(type.shape, 'x')
  const to = fourAxes(typeAt(types).shape, 'y')
  const channels = from[3]
  const y = new Float64Array(sizeOf(to))
  forEachTap(from, to, attributes, (xAt, yAt, weight) => {
    for (let c = 0; c < channels; c += 1) y[yAt + c] = (y[yAt + c] ?? 0) + weight * (data[xAt + c] ?? 0)
  })
  return [y]
}

export const resizeBilinearGrad: InterpretRule = (operands, attributes, types) => {
  const { data, type } = operandAt(operands, 0)
  const from = fourAxes(typeAt(types).shape, 'dx')
  const to = fourAxes(type.shape, 'dy')
  const channels = from[3]
  const dx = new Float64Array(sizeOf(from))
  forEachTap(from, to, attributes, (xAt, yAt, weight) => {
    for (let c = 0; c < channels; c += 1) dx[xAt + c] = (dx[xAt + c] ?? 0) + weight * (data[yAt + c] ?? 0)
  })
  return [dx]
}

function forEachRepeat(small: Sides, large: Sides, visit: (small: number, large: number) => void): void {
  const [batch, height, width, channels] = small
  const [, toHeight, toWidth] = large
  const down = toHeight / height
  const across = toWidth / width
  for (let image = 0; image < batch; image += 1)
    for (let row = 0; row < toHeight; row += 1)
      for (let column = 0; column < toWidth; column += 1)
        visit(
          ((image * height + Math.floor(row / down)) * width + Math.floor(column / across)) * channels,
          ((image * toHeight + row) * toWidth + column) * channels,
        )
}

export const resizeNearest: InterpretRule = (operands, _attributes, types) => {
  const { data, type } = operandAt(operands, 0)
  const from = fourAxes(type.shape, 'x')
  const to = fourAxes(typeAt(types).shape, 'y')
  const y = new Float64Array(sizeOf(to))
  forEachRepeat(from, to, (xAt, yAt) => y.set(data.subarray(xAt, xAt + from[3]), yAt))
  return [y]
}

export const resizeNearestGrad: InterpretRule = (operands, _attributes, types) => {
  const { data, type } = operandAt(operands, 0)
  const from = fourAxes(typeAt(types).shape, 'dx')
  const channels = from[3]
  const dx = new Float64Array(sizeOf(from))
  forEachRepeat(from, fourAxes(type.shape, 'dy'), (xAt, yAt) => {
    for (let c = 0; c < channels; c += 1) dx[xAt + c] = (dx[xAt + c] ?? 0) + (data[yAt + c] ?? 0)
  })
  return [dx]
}

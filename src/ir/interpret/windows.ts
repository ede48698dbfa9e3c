import { numbersOf, paddingOf, stepsOf } from '../ops/attributes.js'
import { fourAxes, sizeOf } from '../ops/shape.js'
import type { Attributes } from '../types.js'
import { type InterpretRule, operandAt, typeAt } from './rule.js'

type Sides = readonly [number, number, number, number]

/** For each value of y [N,H',W',C], where in x [N,H,W,C] the first maximum of its window stands, in row-major order of the window. */
function maximumPlaces(x: Float64Array, xShape: Sides, yShape: Sides, attributes: Attributes): Int32Array {
  const [, height, width, channels] = xShape
  const [batch, outHeight, outWidth] = yShape
  const [sizeY, sizeX] = stepsOf(attributes, 'size')
  const [strideY, strideX] = stepsOf(attributes, 'strides')
  const [top, , left] = paddingOf(attributes)
  const places = new Int32Array(sizeOf(yShape))
  let target = 0
  for (let image = 0; image < batch; image += 1) {
    for (let row = 0; row < outHeight; row += 1) {
      for (let column = 0; column < outWidth; column += 1) {
        // Padding is never the maximum: the window's pixels within the map, of which there is one.
        const [above, before] = [row * strideY - top, column * strideX - left]
        const [firstRow, firstColumn] = [Math.max(0, above), Math.max(0, before)]
        const [lastRow, lastColumn] = [Math.min(height, above + sizeY), Math.min(width, before + sizeX)]
        for (let channel = 0; channel < channels; channel += 1, target += 1) {
          const placeOf = (i: number, j: number) => ((image * height + i) * width + j) * channels + channel
          let best = placeOf(firstRow, firstColumn)
          for (let i = firstRow; i < lastRow; i += 1) {
            for (let j = firstColumn; j < lastColumn; j += 1) {
              const place = placeOf(i, j)
              if ((x[place] ?? 0) > (x[best] ?? 0)) best = place
            }
          }
          places[target] = best
        }
      }
    }
  }
  return places
}

export const maxPool: InterpretRule = (operands, attributes, types) => {
  const { data, type } = operandAt(operands, 0)
  const places = maximumPlaces(data, fourAxes(type.shape, 'x'), fourAxes(typeAt(types).shape, 'y'), attributes)
  return [Float64Array.from(places, (place) => data[place] ?? 0)]
}

export const maxPoolGrad: InterpretRule = (operands, attributes) => {
  const x = operandAt(operands, 0)
  const dy = operandAt(operands, 2)
  const dx = new Float64Array(x.data.length)
  const places = maximumPlaces(x.data, fourAxes(x.type.shape, 'x'), fourAxes(dy.type.shape, 'dy'), attributes)
  for (let i = 0; i < places.length; i += 1) {
    const place = places[i] ?? 0
    dx[place] = (dx[place] ?? 0) + (dy.data[i] ?? 0)
  }
  return [dx]
}

/** Calls `visit` for each pixel of x inside each window of y, with offsets of their first channels. */
function forEachPixelOfWindow(
  xShape: Sides,
  yShape: Sides,
  attributes: Attributes,
  visit: (x: number, y: number) => void,
): void {
  const [, height, width, channels] = xShape
  const [batch, outHeight, outWidth] = yShape
  const [sizeY, sizeX] = stepsOf(attributes, 'size')
  const [strideY, strideX] = stepsOf(attributes, 'strides')
  const [top, , left] = paddingOf(attributes)
  for (let image = 0; image < batch; image += 1) {
    for (let row = 0; row < outHeight; row += 1) {
      for (let column = 0; column < outWidth; column += 1) {
        const y = ((image * outHeight + row) * outWidth + column) * channels
        for (let i = Math.max(0, row * strideY - top); i < Math.min(height, row * strideY - top + sizeY); i += 1) {
          const from = Math.max(0, column * strideX - left)
          const to = Math.min(width, column * strideX - left + sizeX)
          for (let j = from; j < to; j += 1) visit(((image * height + i) * width + j) * channels, y)
        }
      }
    }
  }
}

export const avgPool: InterpretRule = (operands, attributes, types) => {
  const { data, type } = operandAt(operands, 0)
  const xShape = fourAxes(type.shape, 'x')
  const yShape = fourAxes(typeAt(types).shape, 'y')
  const channels = xShape[3]
  const y = new Float64Array(sizeOf(yShape))
  forEachPixelOfWindow(xShape, yShape, attributes, (xAt, yAt) => {
    for (let c = 0; c < channels; c += 1) y[yAt + c] = (y[yAt + c] ?? 0) + (data[xAt + c] ?? 0)
  })
  const count = sizeOf(stepsOf(attributes, 'size'))
  return [y.map((total) => total / count)]
}

export const avgPoolGrad: InterpretRule = (operands, attributes) => {
  const { data, type } = operandAt(operands, 0)
  const xShape = fourAxes(numbersOf(attributes, 'input_shape'), 'x')
  const channels = xShape[3]
  const dx = new Float64Array(sizeOf(xShape))
  const count = sizeOf(stepsOf(attributes, 'size'))
  forEachPixelOfWindow(xShape, fourAxes(type.shape, 'dy'), attributes, (xAt, yAt) => {
    for (let c = 0; c < channels; c += 1) dx[xAt + c] = (dx[xAt + c] ?? 0) + (data[yAt + c] ?? 0) / count
  })
  return [dx]
}

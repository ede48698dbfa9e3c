import { flagOf, numbersOf, paddingOf, stepsOf } from '../ops/attributes.js'
import { fourAxes, sizeOf } from '../ops/shape.js'
import type { Attributes } from '../types.js'
import { broadcastData } from './elementwise.js'
import { type InterpretRule, operandAt, typeAt } from './rule.js'

export const matmul: InterpretRule = (operands, attributes, types) => {
  const a = operandAt(operands, 0)
  const b = operandAt(operands, 1)
  const { shape } = typeAt(types)
  const leading = shape.slice(0, -2)
  const rows = shape.at(-2) ?? 1
  const columns = shape.at(-1) ?? 1
  const ta = flagOf(attributes, 'transpose_a')
  const tb = flagOf(attributes, 'transpose_b')
  const inner = a.type.shape.at(ta ? -2 : -1) ?? 1
  const left = broadcastData(a.data, a.type.shape, [...leading, ...a.type.shape.slice(-2)])
  const right = broadcastData(b.data, b.type.shape, [...leading, ...b.type.shape.slice(-2)])
  const [rowStep, leftStep] = ta ? [1, rows] : [inner, 1]
  const [columnStep, rightStep] = tb ? [inner, 1] : [1, columns]
  const result = new Float64Array(sizeOf(shape))
  for (let image = 0; image < sizeOf(leading); image += 1) {
    const leftStart = image * rows * inner
    const rightStart = image * inner * columns
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        let total = 0
        let l = leftStart + row * rowStep
        let r = rightStart + column * columnStep
        for (let k = 0; k < inner; k += 1, l += leftStep, r += rightStep) total += (left[l] ?? 0) * (right[r] ?? 0)
        result[(image * rows + row) * columns + column] = total
      }
    }
  }
  return [result]
}

type Sides = readonly [number, number, number, number]

/**
 * Calls `visit` for each meeting of an output pixel with a pixel of the kernel inside the image, with offsets of their first channels
 * in x [N,H,W,in], the kernel [h,w,in,out] and y [N,H',W',out].
 */
function forEachMeeting(
  xShape: Sides,
  kernelShape: Sides,
  yShape: Sides,
  attributes: Attributes,
  visit: (x: number, kernel: number, y: number) => void,
): void {
  const [batch, height, width, inputs] = xShape
  const [kernelHeight, kernelWidth, , outputs] = kernelShape
  const [, outHeight, outWidth] = yShape
  const [strideY, strideX] = stepsOf(attributes, 'strides')
  const [dilationY, dilationX] = stepsOf(attributes, 'dilations')
  const [top, , left] = paddingOf(attributes)
  for (let image = 0; image < batch; image += 1) {
    for (let row = 0; row < outHeight; row += 1) {
      for (let column = 0; column < outWidth; column += 1) {
        const y = ((image * outHeight + row) * outWidth + column) * outputs
        for (let kernelRow = 0; kernelRow < kernelHeight; kernelRow += 1) {
          const xRow = row * strideY + kernelRow * dilationY - top
          if (xRow < 0 || xRow >= height) continue
          for (let kernelColumn = 0; kernelColumn < kernelWidth; kernelColumn += 1) {
            const xColumn = column * strideX + kernelColumn * dilationX - left
            if (xColumn < 0 || xColumn >= width) continue
            visit(
              ((image * height + xRow) * width + xColumn) * inputs,
              (kernelRow * kernelWidth + kernelColumn) * inputs * outputs,
              y,
            )
          }
        }
      }
    }
  }
}

export const conv2d: InterpretRule = (operands, attributes, types) => {
  const x = operandAt(operands, 0)
  const kernel = operandAt(operands, 1)
  const xShape = fourAxes(x.type.shape, 'x')
  const kernelShape = fourAxes(kernel.type.shape, 'the kernel')
  const yShape = fourAxes(typeAt(types).shape, 'y')
  const [, , inputs, outputs] = kernelShape
  const y = new Float64Array(sizeOf(yShape))
  const xs = x.data
  const weights = kernel.data
  forEachMeeting(xShape, kernelShape, yShape, attributes, (xAt, kernelAt, yAt) => {
    for (let i = 0, weight = kernelAt; i < inputs; i += 1) {
      const value = xs[xAt + i] ?? 0
      for (let o = 0; o < outputs; o += 1, weight += 1) y[yAt + o] = (y[yAt + o] ?? 0) + value * (weights[weight] ?? 0)
    }
  })
  return [y]
}

export const conv2dInputGrad: InterpretRule = (operands, attributes) => {
  const kernel = operandAt(operands, 0)
  const dy = operandAt(operands, 1)
  const xShape = fourAxes(numbersOf(attributes, 'input_shape'), 'x')
  const kernelShape = fourAxes(kernel.type.shape, 'the kernel')
  const [, , inputs, outputs] = kernelShape
  const dx = new Float64Array(sizeOf(xShape))
  const weights = kernel.data
  const gradients = dy.data
  forEachMeeting(xShape, kernelShape, fourAxes(dy.type.shape, 'dy'), attributes, (xAt, kernelAt, yAt) => {
    for (let i = 0, weight = kernelAt; i < inputs; i += 1) {
      let total = 0
      for (let o = 0; o < outputs; o += 1, weight += 1) total += (gradients[yAt + o] ?? 0) * (weights[weight] ?? 0)
      dx[xAt + i] = (dx[xAt + i] ?? 0) + total
    }
  })
  return [dx]
}

export const conv2dFilterGrad: InterpretRule = (operands, attributes) => {
  const x = operandAt(operands, 0)
  const dy = operandAt(operands, 1)
  const kernelShape = fourAxes(numbersOf(attributes, 'kernel_shape'), 'the kernel')
  const [, , inputs, outputs] = kernelShape
  const xShape = fourAxes(x.type.shape, 'x')
  const dkernel = new Float64Array(sizeOf(kernelShape))
  const xs = x.data
  const gradients = dy.data
  forEachMeeting(xShape, kernelShape, fourAxes(dy.type.shape, 'dy'), attributes, (xAt, kernelAt, yAt) => {
    for (let i = 0, weight = kernelAt; i < inputs; i += 1) {
      const value = xs[xAt + i] ?? 0
      for (let o = 0; o < outputs; o += 1, weight += 1)
        dkernel[weight] = (dkernel[weight] ?? 0) + value * (gradients[yAt + o] ?? 0)
    }
  })
  return [dkernel]
}

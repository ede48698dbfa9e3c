import { invariant } from '../../diagnostics/invariant.js'
import type { Attributes, TensorType } from '../types.js'
import { flagOf, numbersOf, paddingOf, stepsOf } from './attributes.js'
import { pure } from './definition.js'
import {
  at,
  broadcastShapes,
  fourAxes,
  requireFloat,
  requireSameDType,
  sameShape,
  showShape,
  sizeOf,
  windowCount,
} from './shape.js'

/** Rows and columns of a matrix as `matmul` sees it, after the transpose. */
function matrix({ shape }: TensorType, isTransposed: boolean): readonly [number, number] {
  const rows = shape.at(-2)
  const columns = shape.at(-1)
  invariant(rows !== undefined && columns !== undefined, `${showShape(shape)} has no two axes`)
  return isTransposed ? [columns, rows] : [rows, columns]
}

export const matmul = pure({
  summary: 'matrix product over the last two axes; leading axes broadcast',
  operands: ['a', 'b'],
  attributes: { transpose_a: 'bool', transpose_b: 'bool' },
  countsAsMatrixWork: true,
  typeRule: 'a and b of one float dtype, [.., m, k] and [.., k, n] after the transposes; [.., m, n]',
  types: (operands, attributes) => {
    const a = at(operands, 0)
    const b = at(operands, 1)
    requireFloat(a)
    const dtype = requireSameDType(a, b)
    const [rows, inner] = matrix(a, flagOf(attributes, 'transpose_a'))
    const [innerB, columns] = matrix(b, flagOf(attributes, 'transpose_b'))
    invariant(inner === innerB, `inner sides ${inner} and ${innerB} of ${showShape(a.shape)} and ${showShape(b.shape)}`)
    return [{ dtype, shape: [...broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns] }]
  },
  flops: (operands, results, attributes) => {
    const [, inner] = matrix(at(operands, 0), flagOf(attributes, 'transpose_a'))
    return 2 * sizeOf(at(results, 0).shape) * inner
  },
})

const convolution = { strides: 'ints', padding: 'ints', dilations: 'ints' } as const

/** Shape of the result of a convolution; checks the operands' shapes. */
export function convolvedShape(x: readonly number[], kernel: readonly number[], attributes: Attributes): number[] {
  const [batch, height, width, channels] = fourAxes(x, 'x')
  const [kernelHeight, kernelWidth, inputs, outputs] = fourAxes(kernel, 'the kernel')
  invariant(
    channels === inputs,
    `x ${showShape(x)} has ${channels} channels, the kernel ${showShape(kernel)} takes ${inputs}`,
  )
  const [strideY, strideX] = stepsOf(attributes, 'strides')
  const [dilationY, dilationX] = stepsOf(attributes, 'dilations')
  const [top, bottom, left, right] = paddingOf(attributes)
  return [
    batch,
    windowCount(height, top, bottom, (kernelHeight - 1) * dilationY + 1, strideY),
    windowCount(width, left, right, (kernelWidth - 1) * dilationX + 1, strideX),
    outputs,
  ]
}

/** 2 FLOPs for each value of the output and each weight that meets it; what the border multiplies by zero is counted. */
function convolutionFlops(output: readonly number[], kernel: readonly number[]): number {
  return 2 * sizeOf(output) * sizeOf(kernel.slice(0, 3))
}

function requireOutput(x: readonly number[], kernel: readonly number[], dy: readonly number[], attributes: Attributes) {
  const output = convolvedShape(x, kernel, attributes)
  invariant(sameShape(output, dy), `the output is ${showShape(output)}, its gradient ${showShape(dy)}`)
}

export const conv2d = pure({
  summary: 'cross-correlation; padding [top, bottom, left, right] of zeros',
  operands: ['x', 'kernel'],
  attributes: convolution,
  countsAsMatrixWork: true,
  typeRule: 'x [N,H,W,in], kernel [h,w,in,out] of one float dtype; [N,floor((H+t+b-((h-1)d+1))/s)+1,..,out]',
  types: (operands, attributes) => {
    const x = at(operands, 0)
    const kernel = at(operands, 1)
    requireFloat(x)
    return [{ dtype: requireSameDType(x, kernel), shape: convolvedShape(x.shape, kernel.shape, attributes) }]
  },
  flops: (operands, results) => convolutionFlops(at(results, 0).shape, at(operands, 1).shape),
})

export const conv2dInputGrad = pure({
  summary: 'gradient of conv2d by x',
  operands: ['kernel', 'dy'],
  results: ['dx'],
  attributes: { ...convolution, input_shape: 'ints' },
  countsAsMatrixWork: true,
  typeRule: 'kernel and dy of one float dtype; input_shape',
  types: (operands, attributes) => {
    const kernel = at(operands, 0)
    const dy = at(operands, 1)
    requireFloat(dy)
    const shape = numbersOf(attributes, 'input_shape')
    requireOutput(shape, kernel.shape, dy.shape, attributes)
    return [{ dtype: requireSameDType(kernel, dy), shape }]
  },
  flops: (operands) => convolutionFlops(at(operands, 1).shape, at(operands, 0).shape),
})

export const conv2dFilterGrad = pure({
  summary: 'gradient of conv2d by the kernel',
  operands: ['x', 'dy'],
  results: ['dkernel'],
  attributes: { ...convolution, kernel_shape: 'ints' },
  countsAsMatrixWork: true,
  typeRule: 'x and dy of one float dtype; kernel_shape',
  types: (operands, attributes) => {
    const x = at(operands, 0)
    const dy = at(operands, 1)
    requireFloat(dy)
    const shape = numbersOf(attributes, 'kernel_shape')
    requireOutput(x.shape, shape, dy.shape, attributes)
    return [{ dtype: requireSameDType(x, dy), shape }]
  },
  flops: (operands, results) => convolutionFlops(at(operands, 1).shape, at(results, 0).shape),
})

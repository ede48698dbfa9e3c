import { numbersOf, paddingOf } from '../../ir/ops/attributes.js'
import type { DType, IrFunction, Operation } from '../../ir/types.js'

export type ConvolutionOp = 'conv2d' | 'conv2d_input_grad' | 'conv2d_filter_grad'

/** What decides how fast a convolution, or a gradient of one, is computed. */
export interface Convolution {
  readonly op: ConvolutionOp
  /** Of what it reads. */
  readonly dtype: DType
  /** [N,H,W,in]. */
  readonly x: readonly number[]
  /** [rows,columns,in,out]. */
  readonly kernel: readonly number[]
  /** [N,H',W',out]. */
  readonly y: readonly number[]
  readonly strides: readonly [number, number]
  readonly dilations: readonly [number, number]
  /** Top, bottom, left, right. */
  readonly padding: readonly [number, number, number, number]
}

/** Which of the operands and the result is x, the kernel, y. */
const roles = { conv2d: [0, 1, 2], conv2d_input_grad: [2, 0, 1], conv2d_filter_grad: [0, 2, 1] } as const

export function convolutionOf(operation: Operation, types: IrFunction['types']): Convolution | undefined {
  const { op, operands, results, attributes } = operation
  if (op !== 'conv2d' && op !== 'conv2d_input_grad' && op !== 'conv2d_filter_grad') return undefined
  const all = [...operands, ...results].map((value) => types.get(value))
  const [x, kernel, y] = roles[op].map((place) => all[place]?.shape)
  const dtype = all[0]?.dtype
  if (!x || !kernel || !y || !dtype) return undefined
  const [strideY = 1, strideX = 1] = numbersOf(attributes, 'strides')
  const [dilationY = 1, dilationX = 1] = numbersOf(attributes, 'dilations')
  const [top, bottom, left, right] = paddingOf(attributes)
  return {
    op,
    dtype,
    x,
    kernel,
    y,
    strides: [strideY, strideX],
    dilations: [dilationY, dilationX],
    padding: [top, bottom, left, right],
  }
}

/** `conv2d f32 4x128x128x32 by 3x3 to 32`, and strides, dilations and padding where they are not the usual. */
export function keyOf({ op, dtype, x, kernel, strides, dilations, padding }: Convolution): string {
  const [rows = 1, columns = 1, , outputs = 1] = kernel
  const rest = [
    ['strides', strides, [1, 1]],
    ['dilations', dilations, [1, 1]],
    ['padding', padding, [(rows - 1) >> 1, (rows - 1) >> 1, (columns - 1) >> 1, (columns - 1) >> 1]],
  ] as const
  const unusual = rest.flatMap(([name, values, usual]) =>
    values.join() === usual.join() ? [] : ` ${name} ${values.join(',')}`,
  )
  return `${op} ${dtype} ${x.join('x')} by ${rows}x${columns} to ${outputs}${unusual.join('')}`
}

/** Multiplications and additions of its definition. */
export function flopsOf({ y, kernel }: Convolution): number {
  const product = (shape: readonly number[]) => shape.reduce((size, side) => size * side, 1)
  return (2 * product(y) * product(kernel)) / (kernel[3] ?? 1)
}

/** Every step and dilation 1. */
export function isDense({ strides, dilations }: Convolution): boolean {
  return [...strides, ...dilations].every((step) => step === 1)
}

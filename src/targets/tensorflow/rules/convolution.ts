import type { Operation } from '../../../ir/types.js'
import { attr } from '../data-types.js'
import type { NodeAttributes } from '../graph-builder.js'
import { numbers, operand, type Rule, type RuleContext, resultType } from '../rule.js'

export const conv2d: Rule = (operation, context) => {
  const [x, kernel] = [operand(operation, 0), operand(operation, 1)]
  const inputs = [context.tensor(x), context.tensor(kernel)]
  return [convolution(operation, context, 'Conv2D', inputs, context.type(x).shape, context.type(kernel).shape)]
}

export const conv2dInputGrad: Rule = (operation, context) => {
  const [kernel, dy] = [operand(operation, 0), operand(operation, 1)]
  const shape = resultType(operation, context).shape
  const inputs = [context.ints(shape), context.tensor(kernel), context.tensor(dy)]
  return [convolution(operation, context, 'Conv2DBackpropInput', inputs, shape, context.type(kernel).shape)]
}

export const conv2dFilterGrad: Rule = (operation, context) => {
  const [x, dy] = [operand(operation, 0), operand(operation, 1)]
  const kernelShape = resultType(operation, context).shape
  const inputs = [context.tensor(x), context.ints(kernelShape), context.tensor(dy)]
  return [convolution(operation, context, 'Conv2DBackpropFilter', inputs, context.type(x).shape, kernelShape)]
}

function convolution(
  operation: Operation,
  context: RuleContext,
  op: string,
  inputs: readonly string[],
  inputShape: readonly number[],
  kernelShape: readonly number[],
): string {
  const from = context.type(operand(operation, 1)).dtype
  const node = context.node(operation, op, inputs, {
    T: attr.type(from),
    ...windowAttributes(operation, inputShape, kernelShape),
  })
  return context.cast(operation, node, from, resultType(operation, context).dtype)
}

/** Strides, dilations and padding; SAME and VALID by name, since the library's fast paths look for these. */
function windowAttributes(
  operation: Operation,
  inputShape: readonly number[],
  kernelShape: readonly number[],
): NodeAttributes {
  const [strideY = 1, strideX = 1] = numbers(operation, 'strides')
  const [dilationY = 1, dilationX = 1] = numbers(operation, 'dilations')
  const [top = 0, bottom = 0, left = 0, right = 0] = numbers(operation, 'padding')
  const common = {
    strides: attr.ints([1, strideY, strideX, 1]),
    dilations: attr.ints([1, dilationY, dilationX, 1]),
    data_format: attr.string('NHWC'),
  }
  if (top + bottom + left + right === 0) return { ...common, padding: attr.string('VALID') }
  const [, height = 1, width = 1] = inputShape
  const [kernelHeight = 1, kernelWidth = 1] = kernelShape
  const same =
    isSame(top, bottom, height, kernelHeight, strideY, dilationY) &&
    isSame(left, right, width, kernelWidth, strideX, dilationX)
  if (same) return { ...common, padding: attr.string('SAME') }
  return {
    ...common,
    padding: attr.string('EXPLICIT'),
    explicit_paddings: attr.ints([0, 0, top, bottom, left, right, 0, 0]),
  }
}

/** Whether TensorFlow's SAME pads exactly so: as little as covers the input, the odd one at the end. */
function isSame(
  before: number,
  after: number,
  size: number,
  kernel: number,
  stride: number,
  dilation: number,
): boolean {
  const reach = (kernel - 1) * dilation + 1
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + reach - size, 0)
  return before === Math.floor(total / 2) && after === total - before
}

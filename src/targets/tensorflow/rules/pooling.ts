import type { Operation, ValueId } from '../../../ir/types.js'
import { attr } from '../data-types.js'
import type { NodeAttributes } from '../graph-builder.js'
import { numbers, operand, type Rule, type RuleContext, resultType } from '../rule.js'

export const maxPool: Rule = (operation, context) => {
  const x = operand(operation, 0)
  return [context.node(operation, 'MaxPool', [lowPadded(operation, context, x)], windowAttributes(operation, context))]
}

export const maxPoolGrad: Rule = (operation, context) => {
  const [x, ...rest] = operation.operands
  const inputs = [
    lowPadded(operation, context, x ?? operand(operation, 0)),
    ...rest.map((value) => context.tensor(value)),
  ]
  const isPadded = padding(operation).some((size) => size > 0)
  const attributes = windowAttributes(operation, context)
  const gradient = context.node(operation, 'MaxPoolGrad', inputs, attributes, isPadded ? '_whole' : '')
  return [isPadded ? unpadded(operation, context, gradient) : gradient]
}

export const avgPool: Rule = (operation, context) => {
  const x = operand(operation, 0)
  const padded = padding(operation)
  // The engine's own padding would leave the zeros out of the mean.
  const input = padded.some((size) => size > 0)
    ? context.node(
        operation,
        'Pad',
        [context.tensor(x), context.ints([0, 0, ...padded, 0, 0], [4, 2])],
        { T: attr.type(context.type(x).dtype), Tpaddings: attr.type('i32') },
        '_padded',
      )
    : context.tensor(x)
  return [context.node(operation, 'AvgPool', [input], windowAttributes(operation, context))]
}

export const avgPoolGrad: Rule = (operation, context) => {
  const { shape } = resultType(operation, context)
  const [batch = 1, height = 1, width = 1, channels = 1] = shape
  const [top = 0, bottom = 0, left = 0, right = 0] = padding(operation)
  const whole = [batch, height + top + bottom, width + left + right, channels]
  const inputs = [context.ints(whole), context.tensor(operand(operation, 0))]
  const isPadded = padding(operation).some((size) => size > 0)
  const gradient = context.node(
    operation,
    'AvgPoolGrad',
    inputs,
    windowAttributes(operation, context),
    isPadded ? '_padded' : '',
  )
  return [isPadded ? unpadded(operation, context, gradient) : gradient]
}

/** x within a margin that is never a maximum: the engine's pooling with explicit padding is not that of all its devices. */
function lowPadded(operation: Operation, context: RuleContext, x: ValueId): string {
  const padded = padding(operation)
  if (padded.every((size) => size === 0)) return context.tensor(x)
  const { dtype } = context.type(x)
  const inputs = [
    context.tensor(x),
    context.ints([0, 0, ...padded, 0, 0], [4, 2]),
    context.filled(dtype, [], Number.NEGATIVE_INFINITY),
  ]
  return context.node(operation, 'PadV2', inputs, { T: attr.type(dtype), Tpaddings: attr.type('i32') }, '_padded')
}

/** Of a gradient by a padded x, the part by x. */
function unpadded(operation: Operation, context: RuleContext, gradient: string): string {
  const { dtype, shape } = resultType(operation, context)
  const [top = 0, , left = 0] = padding(operation)
  const inputs = [gradient, context.ints([0, top, left, 0]), context.ints(shape)]
  return context.node(operation, 'Slice', inputs, { T: attr.type(dtype), Index: attr.type('i32') })
}

function padding(operation: Operation): readonly number[] {
  return numbers(operation, 'padding')
}

function windowAttributes(operation: Operation, context: RuleContext): NodeAttributes {
  const [height = 1, width = 1] = numbers(operation, 'size')
  const [strideY = 1, strideX = 1] = numbers(operation, 'strides')
  return {
    T: attr.type(resultType(operation, context).dtype),
    ksize: attr.ints([1, height, width, 1]),
    strides: attr.ints([1, strideY, strideX, 1]),
    padding: attr.string('VALID'),
    data_format: attr.string('NHWC'),
  }
}

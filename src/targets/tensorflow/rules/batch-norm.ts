import type { DType, Operation, ValueId } from '../../../ir/types.js'
import { attr } from '../data-types.js'
import { type NodeAttributes, output, type TensorName } from '../graph-builder.js'
import { number, operand, type Rule, type RuleContext, result } from '../rule.js'
import { float64BatchNorm, float64BatchNormGrad, float64BatchNormInference } from './batch-norm-float64.js'
import { groupedStatistics, groupedSums, groupingOf } from './batch-norm-grouped.js'

function isFloat64(value: ValueId, context: RuleContext): boolean {
  return context.type(value).dtype === 'f64'
}

/** The fused kernels know maps only: a vector [N,C] goes through as [N,1,1,C]. */
function asMap(operation: Operation, context: RuleContext, value: ValueId, suffix: string): TensorName {
  const { shape, dtype } = context.type(value)
  const tensor = context.tensor(value)
  if (shape.length === 4) return tensor
  return reshape(operation, context, tensor, dtype, mapShape(shape), suffix)
}

function mapShape(shape: readonly number[]): readonly number[] {
  const channels = shape.at(-1) ?? 1
  return [shape.slice(0, -1).reduce((product, size) => product * size, 1), 1, 1, channels]
}

function asBefore(
  operation: Operation,
  context: RuleContext,
  map: TensorName,
  like: ValueId,
  suffix: string,
): TensorName {
  const { shape, dtype } = context.type(like)
  return shape.length === 4 ? map : reshape(operation, context, map, dtype, shape, suffix)
}

function reshape(
  operation: Operation,
  context: RuleContext,
  tensor: TensorName,
  dtype: DType,
  shape: readonly number[],
  suffix: string,
): TensorName {
  const attributes = { T: attr.type(dtype), Tshape: attr.type('i32') }
  return context.node(operation, 'Reshape', [tensor, context.ints(shape)], attributes, suffix)
}

function attributes(operation: Operation, context: RuleContext, x: ValueId, isTraining: boolean): NodeAttributes {
  return {
    T: attr.type(context.type(x).dtype),
    U: attr.type('f32'),
    epsilon: attr.float(number(operation, 'epsilon')),
    data_format: attr.string('NHWC'),
    is_training: attr.bool(isTraining),
  }
}

function count(shape: readonly number[]): number {
  return shape.slice(0, -1).reduce((product, size) => product * size, 1)
}

/**
 * FusedBatchNormV3 gives the variance times n/(n-1), as running statistics want it; ours is biased. Its reserve outputs
 * hold what its gradient needs, which differs between devices (variance, or 1/deviation), so they are only handed on.
 */
export const batchNormTrain: Rule = (operation, context) => {
  const [x, scale, offset] = [operand(operation, 0), operand(operation, 1), operand(operation, 2)]
  if (isFloat64(x, context)) return float64BatchNorm(operation, context)
  const empty = context.filled('f32', [0], 0)
  const grouping = groupingOf(context.type(x).shape)
  if (context.sumsInGroups && grouping.groups > 1) {
    const { mean, variance } = groupedStatistics(operation, context, grouping)
    const inputs = [asMap(operation, context, x, '_map'), context.tensor(scale), context.tensor(offset), mean, variance]
    const y = context.node(operation, 'FusedBatchNormV3', inputs, attributes(operation, context, x, false))
    return [asBefore(operation, context, y, x, '_y'), mean, variance]
  }
  const inputs = [asMap(operation, context, x, '_map'), context.tensor(scale), context.tensor(offset), empty, empty]
  const node = context.node(operation, 'FusedBatchNormV3', inputs, {
    ...attributes(operation, context, x, true),
    exponential_avg_factor: attr.float(1),
  })
  const y = asBefore(operation, context, node, x, '_y')
  const [mean, variance] = [result(operation, 1), result(operation, 2)]
  context.batchNormReserves.set(mean, [output(node, 3), output(node, 4), output(node, 5)])
  const n = count(context.type(x).shape)
  context.setLazy(variance, () =>
    n < 2
      ? output(node, 2)
      : context.node(
          operation,
          'Mul',
          [output(node, 2), context.filled('f32', [], (n - 1) / n)],
          { T: attr.type('f32') },
          '_biased',
        ),
  )
  context.set(result(operation), y)
  context.set(mean, output(node, 1))
  return []
}

export const batchNormGrad: Rule = (operation, context) => {
  const [dy, x, scale] = [operand(operation, 0), operand(operation, 1), operand(operation, 2)]
  const [mean, variance] = [operand(operation, 3), operand(operation, 4)]
  if (isFloat64(x, context)) return float64BatchNormGrad(operation, context)
  const reserves = context.batchNormReserves.get(mean) ?? [
    context.tensor(mean),
    context.tensor(variance),
    context.filled('f32', [0], 0),
  ]
  const inputs = [
    asMap(operation, context, dy, '_dy'),
    asMap(operation, context, x, '_x'),
    context.tensor(scale),
    ...reserves,
  ]
  const node = context.node(operation, 'FusedBatchNormGradV3', inputs, attributes(operation, context, x, true))
  const dx = asBefore(operation, context, node, x, '_dx')
  const grouping = groupingOf(context.type(x).shape)
  if (!context.sumsInGroups || grouping.groups === 1) return [dx, output(node, 1), output(node, 2)]
  const { dscale, doffset } = groupedSums(operation, context, grouping)
  return [dx, dscale, doffset]
}

export const batchNormInference: Rule = (operation, context) => {
  const x = operand(operation, 0)
  if (isFloat64(x, context)) return float64BatchNormInference(operation, context)
  const parameters = operation.operands.slice(1).map((value) => context.tensor(value))
  const inputs = [asMap(operation, context, x, '_map'), ...parameters]
  const node = context.node(operation, 'FusedBatchNormV3', inputs, attributes(operation, context, x, false))
  return [asBefore(operation, context, node, x, '_y')]
}

import type { Operation, ValueId } from '../../../ir/types.js'
import { attr } from '../data-types.js'
import type { TensorName } from '../graph-builder.js'
import { number, operand, type RuleContext, resultType } from '../rule.js'

/** Batch norm of a float64 step: the fused kernels know float32 and narrower only. PyTorch, too, sums in float64. */
const double = { T: attr.type('f64') } as const
const reducing = { ...double, Tidx: attr.type('i32'), keep_dims: attr.bool(false) } as const

/** Nodes of one operation in float64. */
class ExactWriter {
  constructor(
    readonly operation: Operation,
    readonly context: RuleContext,
  ) {}

  node(op: string, inputs: readonly TensorName[], suffix: string): TensorName {
    return this.context.node(this.operation, op, inputs, double, suffix)
  }

  wide(value: ValueId, suffix: string): TensorName {
    return this.context.cast(this.operation, this.context.tensor(value), this.context.type(value).dtype, 'f64', suffix)
  }

  /** As result `index` of the operation. */
  give(tensor: TensorName, index: number, suffix: string): TensorName {
    return this.context.cast(
      this.operation,
      tensor,
      'f64',
      resultType(this.operation, this.context, index).dtype,
      suffix,
    )
  }

  /** Over all axes but the channels. */
  reduce(op: 'Mean' | 'Sum', tensor: TensorName, rank: number, suffix: string): TensorName {
    const axes = this.context.ints(Array.from({ length: rank - 1 }, (_, axis) => axis))
    return this.context.node(this.operation, op, [tensor, axes], reducing, suffix)
  }

  constant(value: number): TensorName {
    return this.context.filled('f64', [], value)
  }
}

interface Normalised {
  readonly centered: TensorName
  readonly mean: TensorName
  readonly variance: TensorName
  /** 1 / sqrt(variance + epsilon). */
  readonly inverse: TensorName
}

/** The statistics are computed again for the gradient: the grappler of the library shares equal nodes. */
function normalise(write: ExactWriter, x: ValueId): Normalised {
  const rank = write.context.type(x).shape.length
  const wide = write.wide(x, '_x64')
  const mean = write.reduce('Mean', wide, rank, '_mean64')
  const centered = write.node('Sub', [wide, mean], '_centered')
  const variance = write.reduce('Mean', write.node('Square', [centered], '_square'), rank, '_variance64')
  const epsilon = write.constant(number(write.operation, 'epsilon'))
  const inverse = write.node('Rsqrt', [write.node('AddV2', [variance, epsilon], '_shifted')], '_inverse')
  return { centered, mean, variance, inverse }
}

/** y, mean, variance of `batch_norm_train`. */
export function exactBatchNorm(operation: Operation, context: RuleContext): readonly TensorName[] {
  const write = new ExactWriter(operation, context)
  const { centered, mean, variance, inverse } = normalise(write, operand(operation, 0))
  const factor = write.node('Mul', [inverse, write.wide(operand(operation, 1), '_scale64')], '_factor')
  const offset = write.wide(operand(operation, 2), '_offset64')
  const y = write.node('AddV2', [write.node('Mul', [centered, factor], '_scaled'), offset], '_y64')
  return [write.give(y, 0, ''), write.give(mean, 1, '_mean'), write.give(variance, 2, '_variance')]
}

/** dx, dscale, doffset of `batch_norm_grad` (Ioffe and Szegedy 2015, section 3). */
export function exactBatchNormGrad(operation: Operation, context: RuleContext): readonly TensorName[] {
  const write = new ExactWriter(operation, context)
  const [dy, x, scale] = [operand(operation, 0), operand(operation, 1), operand(operation, 2)]
  const rank = context.type(x).shape.length
  const { centered, inverse } = normalise(write, x)
  const gradient = write.wide(dy, '_dy64')
  const normal = write.node('Mul', [centered, inverse], '_normal')
  const meanGradient = write.reduce('Mean', gradient, rank, '_mean_dy')
  const product = write.node('Mul', [gradient, normal], '_product')
  const meanProduct = write.reduce('Mean', product, rank, '_mean_product')
  const rest = write.node('Sub', [gradient, meanGradient], '_rest')
  const along = write.node('Mul', [normal, meanProduct], '_along')
  const factor = write.node('Mul', [inverse, write.wide(scale, '_scale64')], '_factor')
  const dx = write.node('Mul', [write.node('Sub', [rest, along], '_across'), factor], '_dx64')
  const dscale = write.reduce('Sum', product, rank, '_dscale64')
  const doffset = write.reduce('Sum', gradient, rank, '_doffset64')
  return [write.give(dx, 0, ''), write.give(dscale, 1, '_dscale'), write.give(doffset, 2, '_doffset')]
}

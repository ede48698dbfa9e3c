import type { Operation, ValueId } from '../../../ir/types.js'
import { attr } from '../data-types.js'
import type { TensorName } from '../graph-builder.js'
import { number, operand, type RuleContext } from '../rule.js'

/** Batch norm in float64, in plain arithmetic: the fused kernels know float32 and narrower only. */
const double = { T: attr.type('f64') } as const
const reducing = { ...double, Tidx: attr.type('i32'), keep_dims: attr.bool(false) } as const

/** Nodes of one operation in float64. */
class Float64Writer {
  constructor(
    readonly operation: Operation,
    readonly context: RuleContext,
  ) {}

  node(op: string, inputs: readonly TensorName[], suffix: string): TensorName {
    return this.context.node(this.operation, op, inputs, double, suffix)
  }

  operand(place: number): TensorName {
    return this.context.tensor(operand(this.operation, place))
  }

  /** Over all axes but the channels. */
  reduce(op: 'Mean' | 'Sum', tensor: TensorName, like: ValueId, suffix: string): TensorName {
    const { shape } = this.context.type(like)
    const axes = this.context.ints(Array.from({ length: shape.length - 1 }, (_, axis) => axis))
    return this.context.node(this.operation, op, [tensor, axes], reducing, suffix)
  }

  /** 1 / sqrt(variance + epsilon). */
  inverse(variance: TensorName): TensorName {
    const epsilon = this.context.filled('f64', [], number(this.operation, 'epsilon'))
    return this.node('Rsqrt', [this.node('AddV2', [variance, epsilon], '_shifted')], '_inverse')
  }

  /** centered inverse scale + offset. */
  scaled(centered: TensorName, inverse: TensorName): TensorName {
    const factor = this.node('Mul', [inverse, this.operand(1)], '_factor')
    return this.node('AddV2', [this.node('Mul', [centered, factor], '_scaled'), this.operand(2)], '')
  }
}

/** y, mean, variance of `batch_norm_train`. */
export function float64BatchNorm(operation: Operation, context: RuleContext): readonly TensorName[] {
  const write = new Float64Writer(operation, context)
  const x = operand(operation, 0)
  const mean = write.reduce('Mean', context.tensor(x), x, '_mean')
  const centered = write.node('Sub', [context.tensor(x), mean], '_centered')
  const variance = write.reduce('Mean', write.node('Square', [centered], '_square'), x, '_variance')
  return [write.scaled(centered, write.inverse(variance)), mean, variance]
}

/** dx, dscale, doffset of `batch_norm_grad` (Ioffe and Szegedy 2015, section 3). */
export function float64BatchNormGrad(operation: Operation, context: RuleContext): readonly TensorName[] {
  const write = new Float64Writer(operation, context)
  const [dy, x] = [operand(operation, 0), operand(operation, 1)]
  const gradient = context.tensor(dy)
  const inverse = write.inverse(write.operand(4))
  const centered = write.node('Sub', [context.tensor(x), write.operand(3)], '_centered')
  const normal = write.node('Mul', [centered, inverse], '_normal')
  const product = write.node('Mul', [gradient, normal], '_product')
  const meanProduct = write.reduce('Mean', product, x, '_mean_product')
  const rest = write.node('Sub', [gradient, write.reduce('Mean', gradient, x, '_mean_dy')], '_rest')
  const along = write.node('Mul', [normal, meanProduct], '_along')
  const factor = write.node('Mul', [inverse, write.operand(2)], '_factor')
  const dx = write.node('Mul', [write.node('Sub', [rest, along], '_across'), factor], '')
  return [dx, write.reduce('Sum', product, x, '_dscale'), write.reduce('Sum', gradient, x, '_doffset')]
}

/** y of `batch_norm_inference`. */
export function float64BatchNormInference(operation: Operation, context: RuleContext): readonly TensorName[] {
  const write = new Float64Writer(operation, context)
  const centered = write.node('Sub', [write.operand(0), write.operand(3)], '_centered')
  return [write.scaled(centered, write.inverse(write.operand(4)))]
}

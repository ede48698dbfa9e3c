import type { Operation, ValueId } from '../../../ir/types.js'
import { attr } from '../data-types.js'
import { output, type TensorName } from '../graph-builder.js'
import { number, operand, type RuleContext } from '../rule.js'

/**
 * Batch norm of a float32 step on a CPU. The fused kernels add the values of a channel one after the other: over n of them the
 * rounding grows as the square root of n, to 3e-5 at 128 x 128 pixels in a batch of 16. So they are shown groups of about
 * `usualGroup` values, each as a channel of its own (a reshape moves nothing), and what they find is combined exactly as
 * Chan, Golub and LeVeque combine samples ("Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", 1979).
 */
const usualGroup = 512

const single = { T: attr.type('f32') } as const
const reducing = { ...single, Tidx: attr.type('i32'), keep_dims: attr.bool(false) } as const

/** How the values of a channel are divided: `rows` in each of `groups`; one group is the fused kernel itself. */
interface Grouping {
  readonly groups: number
  readonly rows: number
  readonly channels: number
}

/** Groups of equal size, as near to `usualGroup` as the number of values has divisors; one where they are few. */
export function groupingOf(shape: readonly number[]): Grouping {
  const channels = shape.at(-1) ?? 1
  const values = shape.slice(0, -1).reduce((product, size) => product * size, 1)
  if (values <= 2 * usualGroup) return { groups: 1, rows: values, channels }
  const distance = (rows: number): number => Math.max(rows / usualGroup, usualGroup / rows)
  let rows = values
  for (let low = 2; low * low <= values; low++) {
    if (values % low !== 0) continue
    for (const divisor of [low, values / low]) if (distance(divisor) < distance(rows)) rows = divisor
  }
  return { groups: values / rows, rows, channels }
}

/** Nodes of one operation over its values in groups. */
class GroupedWriter {
  readonly width: number

  constructor(
    readonly operation: Operation,
    readonly context: RuleContext,
    readonly grouping: Grouping,
  ) {
    this.width = grouping.groups * grouping.channels
  }

  node(
    op: string,
    inputs: readonly TensorName[],
    suffix: string,
    attributes: Parameters<RuleContext['node']>[3] = single,
  ) {
    return this.context.node(this.operation, op, inputs, attributes, suffix)
  }

  reshape(tensor: TensorName, shape: readonly number[], suffix: string): TensorName {
    return this.node('Reshape', [tensor, this.context.ints(shape)], suffix, { ...single, Tshape: attr.type('i32') })
  }

  /** [..,C] as a map whose channels are the groups of each channel. */
  asGroups(value: ValueId, suffix: string): TensorName {
    return this.reshape(this.context.tensor(value), [this.grouping.rows, 1, 1, this.width], suffix)
  }

  /** A value a group, from [groups C] to [groups,C] and then over the groups. */
  overGroups(op: 'Mean' | 'Sum', tensor: TensorName, suffix: string): TensorName {
    return this.node(op, [tensor, this.context.ints([0])], suffix, reducing)
  }

  byGroup(tensor: TensorName, suffix: string): TensorName {
    return this.reshape(tensor, [this.grouping.groups, this.grouping.channels], suffix)
  }

  /** [C] for each group. */
  repeated(vector: TensorName, suffix: string): TensorName {
    const multiples = this.context.ints([this.grouping.groups])
    return this.node('Tile', [vector, multiples], suffix, { ...single, Tmultiples: attr.type('i32') })
  }

  filled(value: number): TensorName {
    return this.context.filled('f32', [this.width], value)
  }

  get attributes() {
    return {
      ...single,
      U: attr.type('f32'),
      epsilon: attr.float(number(this.operation, 'epsilon')),
      data_format: attr.string('NHWC'),
      is_training: attr.bool(true),
    }
  }
}

/** Mean and biased variance of `batch_norm_train`'s x: f32[C] each. */
export function groupedStatistics(
  operation: Operation,
  context: RuleContext,
  grouping: Grouping,
): { readonly mean: TensorName; readonly variance: TensorName } {
  const write = new GroupedWriter(operation, context, grouping)
  const none = context.filled('f32', [0], 0)
  const inputs = [write.asGroups(operand(operation, 0), '_groups'), write.filled(1), write.filled(0), none, none]
  const kernel = write.node('FusedBatchNormV3', inputs, '_statistics', {
    ...write.attributes,
    exponential_avg_factor: attr.float(1),
  })
  const means = write.byGroup(output(kernel, 1), '_means')
  const mean = write.overGroups('Mean', means, '_mean')
  // The kernel's second result is the variance times n / (n - 1).
  const biased = context.filled('f32', [], (grouping.rows - 1) / grouping.rows)
  const within = write.node('Mul', [write.byGroup(output(kernel, 2), '_variances'), biased], '_within')
  const between = write.node('SquaredDifference', [means, mean], '_between')
  const variance = write.overGroups('Mean', write.node('AddV2', [within, between], '_both'), '_variance')
  return { mean, variance }
}

/** dscale and doffset of `batch_norm_grad`: f32[C] each. dx needs no groups: in it the sums are divided by n. */
export function groupedSums(
  operation: Operation,
  context: RuleContext,
  grouping: Grouping,
): { readonly dscale: TensorName; readonly doffset: TensorName } {
  const write = new GroupedWriter(operation, context, grouping)
  const mean = write.repeated(context.tensor(operand(operation, 3)), '_mean_groups')
  const variance = write.repeated(context.tensor(operand(operation, 4)), '_variance_groups')
  const dy = write.asGroups(operand(operation, 0), '_dy_groups')
  const x = write.asGroups(operand(operation, 1), '_x_groups')
  const inputs = [dy, x, write.filled(1), mean, variance, context.filled('f32', [0], 0)]
  const kernel = write.node('FusedBatchNormGradV3', inputs, '_sums', write.attributes)
  return {
    dscale: write.overGroups('Sum', write.byGroup(output(kernel, 1), '_dscales'), '_dscale'),
    doffset: write.overGroups('Sum', write.byGroup(output(kernel, 2), '_doffsets'), '_doffset'),
  }
}

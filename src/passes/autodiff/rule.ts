import { invariant } from '../../diagnostics/invariant.js'
import { type OperationWriter, single } from '../../ir/builder.js'
import { broadcastShapes, sameShape } from '../../ir/ops/shape.js'
import type { OpName } from '../../ir/ops/table.js'
import type { Attributes, DType, Operation, TensorType, ValueId } from '../../ir/types.js'

/**
 * Gradients of the loss by the operands, from those by the results. `undefined` where there is none. A rule asks `site.wants(i)`
 * before it spends operations on operand i.
 */
export type GradientRule = (site: GradientSite) => readonly (ValueId | undefined)[]

/** One operation being differentiated, and shorthand for what its rule writes. */
export class GradientSite {
  constructor(
    private readonly writer: OperationWriter,
    readonly operation: Operation,
    /** By result: undefined where the loss does not depend on it. */
    private readonly gradients: readonly (ValueId | undefined)[],
    private readonly wanted: readonly boolean[],
  ) {}

  get attributes(): Attributes {
    return this.operation.attributes
  }

  operand(place: number): ValueId {
    const operand = this.operation.operands[place]
    invariant(operand !== undefined, `${this.operation.op} has operand ${place}`)
    return operand
  }

  result(place = 0): ValueId {
    const result = this.operation.results[place]
    invariant(result !== undefined, `${this.operation.op} has result ${place}`)
    return result
  }

  /** Gradient by the first result: the one that every rule goes by. */
  get dy(): ValueId | undefined {
    return this.gradients[0]
  }

  wants(place: number): boolean {
    return this.wanted[place] === true
  }

  type(value: ValueId): TensorType {
    return this.writer.type(value)
  }

  shape(value: ValueId): readonly number[] {
    return this.type(value).shape
  }

  all(op: OpName, operands: readonly ValueId[], attributes: Attributes = {}): readonly ValueId[] {
    return this.writer.emit(op, operands, attributes, this.operation.path)
  }

  one(op: OpName, operands: readonly ValueId[], attributes: Attributes = {}): ValueId {
    return single(this.writer, op, operands, attributes, this.operation.path)
  }

  scalar(value: number, dtype: DType): ValueId {
    return this.one('constant', [], { value, shape: [], dtype })
  }

  /** value times a number. */
  scaled(value: ValueId, factor: number): ValueId {
    return this.one('mul', [value, this.scalar(factor, this.type(value).dtype)])
  }

  reshaped(value: ValueId, shape: readonly number[]): ValueId {
    return sameShape(this.shape(value), shape) ? value : this.one('reshape', [value], { shape })
  }

  /** Sums over the axes along which an operand of this shape was repeated. */
  unbroadcast(gradient: ValueId, shape: readonly number[]): ValueId {
    const whole = this.shape(gradient)
    if (sameShape(whole, shape)) return gradient
    invariant(sameShape(broadcastShapes(whole, shape), whole), 'an operand broadcasts to its result')
    const missing = whole.length - shape.length
    const axes = whole.flatMap((side, axis) =>
      axis < missing || (shape[axis - missing] === 1 && side !== 1) ? [axis] : [],
    )
    return this.reshaped(this.one('reduce_sum', [gradient], { axes, keep_dims: false }), shape)
  }
}

/** A rule that needs the gradient by the first result; without one there is nothing to pass on. */
export function throughFirst(
  rule: (site: GradientSite, dy: ValueId) => readonly (ValueId | undefined)[],
): GradientRule {
  return (site) => (site.dy === undefined ? [] : rule(site, site.dy))
}

/** A rule for one operand. */
export function throughOnly(rule: (site: GradientSite, dy: ValueId) => ValueId): GradientRule {
  return throughFirst((site, dy) => [rule(site, dy)])
}

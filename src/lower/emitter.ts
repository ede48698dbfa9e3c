import { FunctionBuilder } from '../ir/builder.js'
import type { OpName } from '../ir/ops/table.js'
import type { AttributeArguments } from '../ir/ops/typed.js'
import type { DType, IrFunction, NamedValue, StateVariable, ValueId } from '../ir/types.js'

/** Writes one IR function for the lowering rules: with the binding path that is being lowered, and with what they ask for twice made once. */
export class Emitter {
  private readonly builder: FunctionBuilder
  private readonly once = new Map<string, ValueId>()
  private path: string | undefined

  constructor(
    name: string,
    state: readonly StateVariable[],
    private readonly batch: number,
  ) {
    this.builder = new FunctionBuilder(name, state)
  }

  /** What follows comes from this binding path. */
  at(path: string): void {
    this.path = path === '' ? undefined : path
  }

  all<Op extends OpName>(
    op: Op,
    operands: readonly ValueId[],
    ...[attributes]: AttributeArguments<Op>
  ): readonly ValueId[] {
    return this.builder.emit(op, operands, attributes, this.path)
  }

  one<Op extends OpName>(op: Op, operands: readonly ValueId[], ...[attributes]: AttributeArguments<Op>): ValueId {
    return this.builder.one(op, operands, attributes, this.path)
  }

  /** A tensor filled with one number. */
  filled(value: number, shape: readonly number[], dtype: DType = 'f32'): ValueId {
    return this.one('constant', [], { value, shape, dtype })
  }

  /** A number of shape [], written once a function. */
  scalar(value: number, dtype: DType = 'f32'): ValueId {
    return this.remember(`scalar ${dtype} ${value}`, () => this.builder.constant(value, [], dtype))
  }

  meanOfAll(x: ValueId): ValueId {
    return this.one('reduce_mean', [x], { axes: this.shapeOf(x).map((_side, axis) => axis), keep_dims: false })
  }

  /** What a phase is fed with for each image of the batch. */
  batchInput(name: string, shape: readonly number[]): ValueId {
    return this.remember(`input ${name}`, () =>
      this.builder.input(name, { dtype: 'f32', shape: [this.batch, ...shape] }),
    )
  }

  /** A scalar that the host feeds to each step. */
  feed(name: string, dtype: DType): ValueId {
    return this.remember(`feed ${name}`, () => this.builder.input(name, { dtype, shape: [] }))
  }

  read(state: string): ValueId {
    return this.remember(`read ${state}`, () => this.builder.read(state, this.path))
  }

  assign(state: string, value: ValueId): void {
    this.builder.assign(state, value, this.path)
  }

  shapeOf(value: ValueId): readonly number[] {
    return this.builder.shape(value)
  }

  finish(outputs: readonly NamedValue[]): IrFunction {
    for (const { name, value } of outputs) this.builder.output(name, value)
    return this.builder.build()
  }

  private remember(key: string, make: () => ValueId): ValueId {
    const known = this.once.get(key)
    if (known !== undefined) return known
    const value = make()
    this.once.set(key, value)
    return value
  }
}

import { invariant } from '../diagnostics/invariant.js'
import { inferTypes } from '../ir/ops/infer.js'
import type { OpName } from '../ir/ops/table.js'
import type {
  Attributes,
  DType,
  IrFunction,
  NamedValue,
  Operation,
  StateVariable,
  TensorType,
  ValueId,
} from '../ir/types.js'

/** Writes one IR function for the lowering rules: with the binding path that is being lowered, and with what they ask for twice made once. */
export class Emitter {
  private readonly types = new Map<ValueId, TensorType>()
  private readonly operations: Operation[] = []
  private readonly inputs: NamedValue[] = []
  private readonly once = new Map<string, ValueId>()
  private readonly state: ReadonlyMap<string, StateVariable>
  private path: string | undefined

  constructor(
    private readonly name: string,
    state: readonly StateVariable[],
    private readonly batch: number,
  ) {
    this.state = new Map(state.map((variable) => [variable.name, variable]))
  }

  /** What follows comes from this binding path. */
  at(path: string): void {
    this.path = path === '' ? undefined : path
  }

  all(op: OpName, operands: readonly ValueId[], attributes: Attributes = {}): readonly ValueId[] {
    const types = inferTypes(
      op,
      operands.map((operand) => this.typeOf(operand)),
      attributes,
    )
    return this.append(op, operands, attributes, types)
  }

  one(op: OpName, operands: readonly ValueId[], attributes: Attributes = {}): ValueId {
    const [result] = this.all(op, operands, attributes)
    invariant(result !== undefined, `${op} has a result`)
    return result
  }

  /** A tensor filled with one number. */
  filled(value: number, shape: readonly number[], dtype: DType = 'f32'): ValueId {
    return this.one('constant', [], { value, shape, dtype })
  }

  /** A number of shape [], written once a function. */
  scalar(value: number): ValueId {
    return this.remember(`scalar ${value}`, () => this.filled(value, []))
  }

  meanOfAll(x: ValueId): ValueId {
    return this.one('reduce_mean', [x], { axes: this.shapeOf(x).map((_side, axis) => axis), keep_dims: false })
  }

  /** What a phase is fed with for each image of the batch. */
  batchInput(name: string, shape: readonly number[]): ValueId {
    return this.input(name, { dtype: 'f32', shape: [this.batch, ...shape] })
  }

  /** A scalar that the host feeds to each step. */
  feed(name: string, dtype: DType): ValueId {
    return this.remember(`feed ${name}`, () => this.input(name, { dtype, shape: [] }))
  }

  read(state: string): ValueId {
    return this.remember(`read ${state}`, () => {
      const variable = this.state.get(state)
      invariant(variable, `no state is called ${state}`)
      const [value] = this.append('read', [], { state }, [variable.type])
      invariant(value !== undefined, 'read has a result')
      return value
    })
  }

  assign(state: string, value: ValueId): void {
    this.append('assign', [value], { state }, [])
  }

  shapeOf(value: ValueId): readonly number[] {
    return this.typeOf(value).shape
  }

  finish(outputs: readonly NamedValue[]): IrFunction {
    return { name: this.name, inputs: this.inputs, operations: this.operations, outputs, types: this.types }
  }

  private typeOf(value: ValueId): TensorType {
    const type = this.types.get(value)
    invariant(type, `%${value} has no type`)
    return type
  }

  private input(name: string, type: TensorType): ValueId {
    const value = this.fresh(type)
    this.inputs.push({ name, value })
    return value
  }

  private remember(key: string, make: () => ValueId): ValueId {
    const known = this.once.get(key)
    if (known !== undefined) return known
    const value = make()
    this.once.set(key, value)
    return value
  }

  private append(
    op: OpName,
    operands: readonly ValueId[],
    attributes: Attributes,
    types: readonly TensorType[],
  ): readonly ValueId[] {
    const results = types.map((type) => this.fresh(type))
    const path = this.path === undefined ? {} : { path: this.path }
    this.operations.push({ op, operands, attributes, results, ...path })
    return results
  }

  private fresh(type: TensorType): ValueId {
    const value = this.types.size
    this.types.set(value, type)
    return value
  }
}

import { invariant } from '../diagnostics/invariant.js'
import { inferTypes } from './ops/infer.js'
import type { OpName } from './ops/table.js'
import type {
  Attributes,
  DType,
  IrFunction,
  NamedValue,
  Operation,
  StateVariable,
  TensorType,
  ValueId,
} from './types.js'

/** What a rule needs to add operations to a function, whoever writes it. */
export interface OperationWriter {
  type(value: ValueId): TensorType
  emit(op: OpName, operands: readonly ValueId[], attributes?: Attributes, path?: string): readonly ValueId[]
}

/** Writes one function, operation by operation; types are inferred, values numbered from 0 as they are made. */
export class FunctionBuilder implements OperationWriter {
  private readonly types = new Map<ValueId, TensorType>()
  private readonly written: Operation[] = []
  private readonly inputs: NamedValue[] = []
  private readonly outputs: NamedValue[] = []
  private readonly state: ReadonlyMap<string, TensorType>

  constructor(
    private readonly name: string,
    state: readonly StateVariable[] = [],
  ) {
    this.state = new Map(state.map((variable) => [variable.name, variable.type]))
  }

  input(name: string, type: TensorType): ValueId {
    const value = this.fresh(type)
    this.inputs.push({ name, value })
    return value
  }

  output(name: string, value: ValueId): void {
    this.type(value)
    this.outputs.push({ name, value })
  }

  /** What was written so far, in order. */
  get operations(): readonly Operation[] {
    return this.written
  }

  type(value: ValueId): TensorType {
    const type = this.types.get(value)
    invariant(type, `%${value} is no value of ${this.name}`)
    return type
  }

  shape(value: ValueId): readonly number[] {
    return this.type(value).shape
  }

  emit(op: OpName, operands: readonly ValueId[], attributes: Attributes = {}, path?: string): readonly ValueId[] {
    const operandTypes = operands.map((operand) => this.type(operand))
    const types = inferTypes(op, operandTypes, attributes, (state) => this.state.get(state))
    const results = types.map((type) => this.fresh(type))
    this.written.push({ op, operands, attributes, results, ...(path === undefined ? {} : { path }) })
    return results
  }

  /** As `emit`, for an operator with one result. */
  one(op: OpName, operands: readonly ValueId[], attributes: Attributes = {}, path?: string): ValueId {
    return single(this, op, operands, attributes, path)
  }

  /** A tensor filled with one number. */
  constant(value: number, shape: readonly number[] = [], dtype: DType = 'f32'): ValueId {
    return this.one('constant', [], { value, shape, dtype })
  }

  read(state: string, path?: string): ValueId {
    return this.one('read', [], { state }, path)
  }

  assign(state: string, value: ValueId, path?: string): void {
    this.emit('assign', [value], { state }, path)
  }

  build(): IrFunction {
    return {
      name: this.name,
      inputs: [...this.inputs],
      operations: [...this.written],
      outputs: [...this.outputs],
      types: new Map(this.types),
    }
  }

  private fresh(type: TensorType): ValueId {
    const value = this.types.size
    this.types.set(value, type)
    return value
  }
}

/** Emits an operator that has one result. */
export function single(
  writer: OperationWriter,
  op: OpName,
  operands: readonly ValueId[],
  attributes: Attributes = {},
  path?: string,
): ValueId {
  const [result, ...rest] = writer.emit(op, operands, attributes, path)
  invariant(result !== undefined && rest.length === 0, `${op} has one result`)
  return result
}

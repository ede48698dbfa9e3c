import { invariant } from '../diagnostics/invariant.js'
import type { OperationWriter } from '../ir/builder.js'
import { inferTypes } from '../ir/ops/infer.js'
import type { OpName } from '../ir/ops/table.js'
import type { Attributes, DType, IrFunction, NamedValue, Operation, TensorType, ValueId } from '../ir/types.js'

/**
 * Writes a function anew, operation by operation: what is not replaced is copied. Values are numbered from 0 in the order in which
 * they are made, so that the same rewrite gives the same text. Linear in the number of operations.
 *
 * "Old" values are the source's, "new" ones those of the function being written.
 */
export class Rewriter implements OperationWriter {
  private readonly types = new Map<ValueId, TensorType>()
  private readonly written: Operation[] = []
  private readonly made = new Map<ValueId, Operation>()
  private readonly renamed = new Map<ValueId, ValueId>()
  private readonly inputs: NamedValue[] = []
  private readonly scalars = new Map<string, ValueId>()
  private next = 0

  constructor(readonly source: IrFunction) {
    for (const { name, value } of source.inputs) this.renamed.set(value, this.input(name, this.sourceType(value)))
  }

  /** What was written so far, in order. */
  get operations(): readonly Operation[] {
    return this.written
  }

  /** New value that stands for an old one. */
  value(old: ValueId): ValueId {
    const value = this.renamed.get(old)
    invariant(value !== undefined, `%${old} of ${this.source.name} is used before it is written`)
    return value
  }

  /** From here on the new value stands for the old one. */
  replace(old: ValueId, value: ValueId): void {
    this.renamed.set(old, value)
  }

  type(value: ValueId): TensorType {
    const type = this.types.get(value)
    invariant(type, `%${value} has no type`)
    return type
  }

  shape(value: ValueId): readonly number[] {
    return this.type(value).shape
  }

  sourceType(old: ValueId): TensorType {
    const type = this.source.types.get(old)
    invariant(type, `%${old} of ${this.source.name} has no type`)
    return type
  }

  /** The operation that made a new value; inputs have none. */
  definition(value: ValueId): Operation | undefined {
    return this.made.get(value)
  }

  input(name: string, type: TensorType): ValueId {
    const value = this.fresh(type)
    this.inputs.push({ name, value })
    return value
  }

  /** The input of this name, added where the function has none yet. */
  inputNamed(name: string, type: TensorType): ValueId {
    return this.inputs.find((input) => input.name === name)?.value ?? this.input(name, type)
  }

  /** Takes an old operation over as it is. Its types are the source's where no operand changed its own. */
  copy(operation: Operation): void {
    const operands = operation.operands.map((operand) => this.value(operand))
    const results = this.append(
      operation.op,
      operands,
      operation.attributes,
      operation.path,
      operation.results.map((result) => this.sourceType(result)),
    )
    operation.results.forEach((old, place) => {
      this.renamed.set(old, results[place] ?? -1)
    })
  }

  /** Writes an operation on new values and gives its results. */
  emit(op: OpName, operands: readonly ValueId[], attributes: Attributes = {}, path?: string): readonly ValueId[] {
    const types = inferTypes(
      op,
      operands.map((operand) => this.type(operand)),
      attributes,
    )
    return this.append(op, operands, attributes, path, types)
  }

  /** As `emit`, for an operator with one result. */
  one(op: OpName, operands: readonly ValueId[], attributes: Attributes = {}, path?: string): ValueId {
    const [result] = this.emit(op, operands, attributes, path)
    invariant(result !== undefined, `${op} has a result`)
    return result
  }

  read(state: string, type: TensorType, path?: string): ValueId {
    const [value] = this.append('read', [], { state }, path, [type])
    invariant(value !== undefined, 'read has a result')
    return value
  }

  assign(state: string, value: ValueId, path?: string): void {
    this.append('assign', [value], { state }, path, [])
  }

  /** A number of shape [], written once for all who ask. */
  scalar(value: number, dtype: DType): ValueId {
    const key = `${dtype} ${value}`
    const known = this.scalars.get(key)
    if (known !== undefined) return known
    const scalar = this.filled(value, { dtype, shape: [] })
    this.scalars.set(key, scalar)
    return scalar
  }

  /** A tensor filled with one number. */
  filled(value: number, { dtype, shape }: TensorType, path?: string): ValueId {
    return this.one('constant', [], { value, shape, dtype }, path)
  }

  finish(outputs?: readonly NamedValue[]): IrFunction {
    return {
      name: this.source.name,
      inputs: this.inputs,
      operations: this.written,
      outputs: outputs ?? this.source.outputs.map(({ name, value }) => ({ name, value: this.value(value) })),
      types: this.types,
    }
  }

  private append(
    op: OpName,
    operands: readonly ValueId[],
    attributes: Attributes,
    path: string | undefined,
    types: readonly TensorType[],
  ): readonly ValueId[] {
    const results = types.map((type) => this.fresh(type))
    const operation: Operation = { op, operands, attributes, results, ...(path === undefined ? {} : { path }) }
    this.written.push(operation)
    for (const result of results) this.made.set(result, operation)
    return results
  }

  private fresh(type: TensorType): ValueId {
    const value = this.next
    this.next += 1
    this.types.set(value, type)
    return value
  }
}

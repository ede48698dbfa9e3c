import { invariant } from '../../diagnostics/invariant.js'
import type { Attribute, DType, IrFunction, Operation, TensorType, ValueId } from '../../ir/types.js'
import type { Device } from '../../passes/pass.js'
import { graphName } from '../../plan/graph-names.js'
import { own } from '../../source/own.js'
import { attr } from './data-types.js'
import type { GraphBuilder, NodeAttributes, TensorName } from './graph-builder.js'

/** Turns one operation into nodes; one tensor per result. */
export type Rule = (operation: Operation, context: RuleContext) => readonly TensorName[]

/** What rules see while one function is emitted. */
export class RuleContext {
  readonly #tensors = new Map<ValueId, TensorName>()
  readonly #lazy = new Map<ValueId, () => TensorName>()
  readonly #definitions = new Map<ValueId, Operation>()
  readonly #users = new Map<ValueId, Operation[]>()
  /** Nodes that change state; the function's outputs wait for them. */
  readonly updates: string[] = []
  /** The node that reads a state in this function, where one was needed. */
  readonly reads = new Map<string, string>()
  /** Assignments of new tensors by state: they must wait for the read of that state. */
  readonly assignments: { readonly state: string; readonly node: string }[] = []
  /** Updates in place by state: they must wait for whoever still uses the value that was read. */
  readonly inPlace: { readonly state: string; readonly node: string }[] = []
  /** `batch_norm_train`'s reserve outputs by the ids of its mean, for the gradient's fused kernel. */
  readonly batchNormReserves = new Map<ValueId, readonly TensorName[]>()
  /** Whether batch norm is to keep the digits of float32 (`batch-norm-grouped.ts`): not where bf16 has none, nor on a GPU, whose kernels add in a tree. */
  readonly sumsInGroups: boolean
  /** Fused updates already written to the variable: their `assign` emits nothing. */
  readonly assigned = new Set<Operation>()

  constructor(
    readonly graph: GraphBuilder,
    readonly fn: IrFunction,
    readonly scope: string,
    device: Device,
  ) {
    const isMixed = [...fn.types.values()].some(({ dtype }) => dtype === 'bf16')
    this.sumsInGroups = device === 'cpu' && !isMixed
    for (const operation of fn.operations) {
      for (const result of operation.results) this.#definitions.set(result, operation)
      for (const operand of operation.operands) {
        const users = this.#users.get(operand)
        if (users === undefined) this.#users.set(operand, [operation])
        else users.push(operation)
      }
    }
  }

  type(value: ValueId): TensorType {
    const type = this.fn.types.get(value)
    invariant(type !== undefined, `value ${value} of ${this.fn.name} has no type`)
    return type
  }

  definition(value: ValueId): Operation | undefined {
    return this.#definitions.get(value)
  }

  users(value: ValueId): readonly Operation[] {
    return this.#users.get(value) ?? []
  }

  isOutput(value: ValueId): boolean {
    return this.fn.outputs.some((named) => named.value === value)
  }

  set(value: ValueId, tensor: TensorName): void {
    this.#tensors.set(value, tensor)
  }

  /** For values that often turn out not to be needed: emitted at the first use. */
  setLazy(value: ValueId, emit: () => TensorName): void {
    this.#lazy.set(value, emit)
  }

  tensor(value: ValueId): TensorName {
    const known = this.#tensors.get(value)
    if (known !== undefined) return known
    const emit = this.#lazy.get(value)
    invariant(emit !== undefined, `value ${value} of ${this.fn.name} is used before it is made`)
    const tensor = emit()
    this.#tensors.set(value, tensor)
    return tensor
  }

  /** Adds a node named after the operation; returns its name, which is its first output. */
  node(
    operation: Operation,
    op: string,
    inputs: readonly TensorName[],
    attributes: NodeAttributes,
    suffix = '',
  ): TensorName {
    const id = operation.results[0] ?? `${operation.operands[0]}`
    const path = operation.path === undefined ? '' : `/${graphName(operation.path)}`
    return this.graph.add(`${this.scope}${path}/${operation.op}_${id}${suffix}`, op, inputs, attributes)
  }

  ints(values: readonly number[], shape?: readonly number[]): TensorName {
    return this.graph.ints(this.scope, values, shape)
  }

  filled(dtype: DType, shape: readonly number[], value: number): TensorName {
    return this.graph.filled(this.scope, dtype, shape, value)
  }

  /** `tensor` as `to`, through a Cast where the types differ. */
  cast(operation: Operation, tensor: TensorName, from: DType, to: DType, suffix = '_cast'): TensorName {
    if (from === to) return tensor
    return this.node(operation, 'Cast', [tensor], { SrcT: attr.type(from), DstT: attr.type(to) }, suffix)
  }

  /** The resource handle of a state, shared by all functions. */
  handle(state: string): TensorName {
    return stateNode(state)
  }

  /** The node that reads a state in this function; one for all uses. */
  read(state: string, dtype: DType): TensorName {
    const known = this.reads.get(state)
    if (known !== undefined) return known
    const name = this.graph.add(`${this.scope}/read/${graphName(state)}`, 'ReadVariableOp', [stateNode(state)], {
      dtype: attr.type(dtype),
    })
    this.reads.set(state, name)
    return name
  }

  /**
   * Once all values are there: assignments wait for the read of their state, and updates in place also for whoever uses
   * the value read, so that none has to copy the variable (it would: the kernel looks whether the buffer is shared).
   */
  orderUpdates(): void {
    const inPlace = new Set(this.inPlace.map(({ node }) => node))
    for (const { state, node } of [...this.assignments, ...this.inPlace]) {
      const read = this.reads.get(state)
      if (read === undefined) continue
      this.graph.addControl(node, read)
      if (!inPlace.has(node)) continue
      for (const consumer of this.graph.consumersOf(read))
        if (!inPlace.has(consumer)) this.graph.addControl(node, consumer)
    }
  }
}

export function stateNode(state: string): string {
  return `state/${graphName(state)}`
}

export function numbers(operation: Operation, name: string): readonly number[] {
  const value: Attribute | undefined = own(operation.attributes, name)
  invariant(Array.isArray(value), `${operation.op} lacks the list ${name}`)
  return (value as readonly (number | readonly number[])[]).flat()
}

export function number(operation: Operation, name: string): number {
  const value = own(operation.attributes, name)
  invariant(typeof value === 'number', `${operation.op} lacks the number ${name}`)
  return value
}

export function flag(operation: Operation, name: string): boolean {
  const value = own(operation.attributes, name)
  invariant(value === undefined || typeof value === 'boolean', `${operation.op}: ${name} is not a boolean`)
  return value ?? false
}

export function text(operation: Operation, name: string): string {
  const value = own(operation.attributes, name)
  invariant(typeof value === 'string', `${operation.op} lacks the string ${name}`)
  return value
}

/** Operand `index`, which the verifier has counted. */
export function operand(operation: Operation, index: number): ValueId {
  const value = operation.operands[index]
  invariant(value !== undefined, `${operation.op} lacks operand ${index}`)
  return value
}

export function result(operation: Operation, index = 0): ValueId {
  const value = operation.results[index]
  invariant(value !== undefined, `${operation.op} lacks result ${index}`)
  return value
}

export function resultType(operation: Operation, context: RuleContext, index = 0): TensorType {
  return context.type(result(operation, index))
}

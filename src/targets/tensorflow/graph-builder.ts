import { invariant } from '../../diagnostics/invariant.js'
import type { DType } from '../../ir/types.js'
import { attr, doubleTensor, filledTensor, floatTensor, intTensor } from './data-types.js'
import type { AttrValue, NodeDef, TensorProto } from './proto.js'

/** Name of a tensor in the graph: `node`, or `node:1` for a further output. */
export type TensorName = string

export type NodeAttributes = Readonly<Record<string, AttrValue>>

interface MutableNode extends NodeDef {
  readonly input: string[]
}

/** Output `index` of a node, as inputs name it. */
export function output(node: string, index: number): TensorName {
  return index === 0 ? node : `${node}:${index}`
}

export function nodeOf(tensor: TensorName): string {
  const colon = tensor.indexOf(':')
  return colon < 0 ? tensor : tensor.slice(0, colon)
}

/** Collects the nodes of all functions, in order; names are unique and constants are shared within a function. */
export class GraphBuilder {
  readonly #nodes: MutableNode[] = []
  readonly #byName = new Map<string, MutableNode>()
  readonly #constants = new Map<string, string>()
  readonly #consumers = new Map<string, Set<string>>()

  get nodes(): readonly NodeDef[] {
    return this.#nodes
  }

  add(name: string, op: string, inputs: readonly TensorName[], attributes: NodeAttributes): string {
    invariant(!this.#byName.has(name), `two nodes of the graph are named ${name}`)
    const node: MutableNode = { name, op, input: [...inputs], attr: attributes }
    this.#nodes.push(node)
    this.#byName.set(name, node)
    for (const input of inputs) if (!input.startsWith('^')) this.#consume(nodeOf(input), name)
    return name
  }

  #consume(node: string, by: string): void {
    const known = this.#consumers.get(node)
    if (known === undefined) this.#consumers.set(node, new Set([by]))
    else known.add(by)
  }

  /** Names of the nodes so far that take an output of `node` as data, also by way of those that hand on its buffer. */
  consumersOf(node: string): readonly string[] {
    return [...(this.#consumers.get(node) ?? [])].flatMap((consumer) => {
      const op = this.#byName.get(consumer)?.op
      return op === 'Reshape' || op === 'Identity' ? [consumer, ...this.consumersOf(consumer)] : [consumer]
    })
  }

  /** Makes `node` wait for `before`. */
  addControl(node: string, before: string): void {
    const found = this.#byName.get(node)
    invariant(found !== undefined, `no node ${node}`)
    const control = `^${before}`
    if (before !== node && !found.input.includes(control)) found.input.push(control)
  }

  /** A constant, one node for equal ones under the same scope. */
  constant(scope: string, key: string, dtype: AttrValue, tensor: TensorProto): TensorName {
    const scoped = `${scope}/${key}`
    const known = this.#constants.get(scoped)
    if (known !== undefined) return known
    const name = this.add(`${scope}/const_${this.#constants.size}`, 'Const', [], { dtype, value: attr.tensor(tensor) })
    this.#constants.set(scoped, name)
    return name
  }

  ints(scope: string, values: readonly number[], shape: readonly number[] = [values.length]): TensorName {
    const key = `i32[${shape.join(',')}](${values.join(',')})`
    return this.constant(scope, key, attr.type('i32'), intTensor(shape, values))
  }

  filled(scope: string, dtype: DType, shape: readonly number[], value: number): TensorName {
    const key = `${dtype}[${shape.join(',')}]=${Object.is(value, -0) ? '-0' : value}`
    return this.constant(scope, key, attr.type(dtype), filledTensor(dtype, shape, value))
  }

  floats(scope: string, dtype: 'f32' | 'f64', shape: readonly number[], values: readonly number[]): TensorName {
    const key = `${dtype}[${shape.join(',')}](${values.join(',')})`
    const tensor = dtype === 'f32' ? floatTensor(shape, values) : doubleTensor(shape, values)
    return this.constant(scope, key, attr.type(dtype), tensor)
  }
}

import { type ElementType, elementType, type OnnxAttribute, type OnnxNode, type OnnxTensor } from './proto.js'

export type AttributeValue = number | string | readonly number[]

/** Collects the nodes of a graph in order, and its constants; names are unique, small constants shared. */
export class OnnxBuilder {
  readonly nodes: OnnxNode[] = []
  readonly initializers: OnnxTensor[] = []
  readonly #names = new Set<string>()
  readonly #lists = new Map<string, string>()

  /** Adds a node of one output, and gives its name. `name` says where it comes from. */
  add(
    opType: string,
    input: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    name = opType,
  ): string {
    const output = this.#unique(name)
    this.#push(opType, output, input, [output], attributes)
    return output
  }

  /** `TopK`: the values; their places are of no use here. */
  topK(x: string, k: number, name: string): string {
    const output = this.#unique(name)
    this.#push('TopK', output, [x, this.ints([k])], [output, this.#unique(`${name}/places`)], {})
    return output
  }

  #push(
    opType: string,
    name: string,
    input: readonly string[],
    output: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>>,
  ): void {
    const attribute = Object.entries(attributes).map(([key, value]) => attributeOf(key, value))
    this.nodes.push({ opType, name, input, output, attribute })
  }

  /** The values of `from` by another name: that of an input or output of the graph. */
  name(from: string, name: string): void {
    this.#push('Identity', `${name}/output`, [from], [name], {})
  }

  /** Keeps a name for an input or output of the graph. */
  reserve(name: string): void {
    this.#names.add(name)
  }

  tensor(name: string, element: ElementType, dims: readonly number[], data: ArrayBufferView): string {
    const unique = this.#unique(name)
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    this.initializers.push({ name: unique, dims, dataType: elementType[element], rawData })
    return unique
  }

  /** Sizes, axes and the like. */
  ints(values: readonly number[], isScalar = false): string {
    return this.#shared(`i64(${values.join(',')})${isScalar}`, () =>
      this.tensor('ints', 'int64', isScalar ? [] : [values.length], BigInt64Array.from(values, BigInt)),
    )
  }

  doubles(values: readonly number[]): string {
    return this.#shared(`f64(${values.join(',')})`, () =>
      this.tensor('doubles', 'double', [values.length], Float64Array.from(values)),
    )
  }

  float(value: number): string {
    return this.#shared(`f32(${value})`, () => this.tensor('float', 'float32', [], Float32Array.of(value)))
  }

  #shared(key: string, make: () => string): string {
    const known = this.#lists.get(key) ?? make()
    this.#lists.set(key, known)
    return known
  }

  #unique(name: string): string {
    let unique = name
    for (let n = 2; this.#names.has(unique); n += 1) unique = `${name}_${n}`
    this.#names.add(unique)
    return unique
  }
}

function attributeOf(name: string, value: AttributeValue): OnnxAttribute {
  if (typeof value === 'number') return { name, type: 2, i: value }
  if (typeof value === 'string') return { name, type: 3, s: new TextEncoder().encode(value) }
  return { name, type: 7, ints: value }
}

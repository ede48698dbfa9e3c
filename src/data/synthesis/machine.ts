import { invariant } from '../../diagnostics/invariant.js'
import type { PixelNode, PixelProgram } from '../../plan/pixel-program.js'
import type { RandomStream } from '../../random/stream.js'
import { type Frame, isMap, type Operand, type PixelValue } from './frame.js'
import { type KernelContext, kernels } from './kernels.js'

/** What one evaluation of a program is given. */
export interface Evaluation {
  /** [height, width, channels], read only. */
  readonly image: Float32Array
  readonly draws: (name: string) => RandomStream
  readonly other: (name: string) => Float32Array
  /** A draw that is no draw: what it comes to. */
  readonly set?: { readonly name: string; readonly value: number }
}

/**
 * Evaluates a program on images of one size, from its outputs backwards: what a choice does not take is not computed. Maps are kept in
 * memory that is used again, so that evaluating allocates no more after the first images.
 */
export class PixelMachine {
  readonly #uses: readonly number[]
  readonly #free = new Map<number, Float32Array[]>()
  readonly #taken = new Set<Float32Array>()
  /** How often a map that is computed will still be read. */
  readonly #readers = new Map<Float32Array, number>()
  #values: (PixelValue | undefined)[] = []

  constructor(
    private readonly program: PixelProgram,
    private readonly outputs: readonly number[],
    private readonly frame: Frame,
  ) {
    const uses = program.nodes.map(() => 0)
    for (const operand of [...program.nodes.flatMap((node) => node.operands), ...outputs])
      uses[operand] = (uses[operand] ?? 0) + 1
    this.#uses = uses
  }

  /** @returns the outputs, valid until the next evaluation. */
  evaluate(evaluation: Evaluation): readonly PixelValue[] {
    for (const map of this.#taken) this.#give(map)
    this.#readers.clear()
    this.#values = new Array(this.program.nodes.length)
    const context: KernelContext = { ...evaluation, frame: this.frame, take: (channels) => this.#take(channels) }
    return this.outputs.map((id) => this.#value(id, context))
  }

  #value(id: number, context: KernelContext): PixelValue {
    const known = this.#values[id]
    if (known !== undefined) return known
    const node = this.program.nodes[id]
    invariant(node !== undefined, `the program has no node ${id}`)
    const chosen = this.#chosen(node, context)
    const value = chosen === undefined ? this.#compute(node, context) : this.#value(chosen, context)
    this.#values[id] = value
    if (!isMap(value)) return value
    this.#readers.set(value, (this.#readers.get(value) ?? 0) + (this.#uses[id] ?? 0))
    if (chosen !== undefined) this.#read(value)
    return value
  }

  #compute(node: PixelNode, context: KernelContext): PixelValue {
    const operands = node.operands.map(
      (id): Operand => ({ value: this.#value(id, context), channels: this.program.nodes[id]?.channels ?? 0 }),
    )
    // The name of the operator and its attributes are of one node: their union cannot say so.
    const value = kernels[node.op](operands, node.attributes as never, context, node.channels)
    for (const operand of operands) if (isMap(operand.value)) this.#read(operand.value)
    return value
  }

  /** The only operand that is needed, where one number says which. */
  #chosen({ op, operands, channels }: PixelNode, context: KernelContext): number | undefined {
    if (op !== 'where' && op !== 'choose') return undefined
    const [first = -1, ...sides] = operands
    const isOneNumber = (this.program.nodes[first]?.channels ?? 0) === 0
    if (!isOneNumber) return undefined
    const place = this.#value(first, context)
    const side = sides[op === 'where' ? (place !== 0 ? 0 : 1) : Number(place)]
    // A number beside a map, or one channel beside three, must be spread.
    return op === 'choose' || (side !== undefined && this.program.nodes[side]?.channels === channels) ? side : undefined
  }

  /** A map that has been read as often as it will be gives its memory to the next. */
  #read(map: Float32Array): void {
    const left = (this.#readers.get(map) ?? 0) - 1
    this.#readers.set(map, left)
    if (left === 0 && this.#taken.has(map)) this.#give(map)
  }

  #give(map: Float32Array): void {
    this.#taken.delete(map)
    const free = this.#free.get(map.length)
    if (free === undefined) this.#free.set(map.length, [map])
    else free.push(map)
  }

  #take(channels: number): Float32Array {
    const length = this.frame.height * this.frame.width * channels
    const map = this.#free.get(length)?.pop() ?? new Float32Array(length)
    this.#taken.add(map)
    this.#readers.delete(map)
    return map
  }
}

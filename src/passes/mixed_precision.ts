import type { IrFunction, Operation, TensorType, ValueId } from '../ir/types.js'
import { definitions } from './analysis.js'
import { type FunctionResult, type Pass, rewriteFunctions } from './pass.js'
import { Rewriter } from './rewriter.js'

/**
 * bf16 convolutions in `train_step`, on request. Weights stay float32 and are cast where they are used; activations stay bf16 from
 * one convolution to the next through batch norm (whose statistics are float32), relu, pooling, padding and concatenation. All else
 * (resizing, reductions, softmax, losses, dense heads, optimiser) is float32. Dense layers are under a thousandth of the work of
 * these networks, and a severity in steps of 1/256 would be a poor one.
 */
export const mixedPrecision: Pass = {
  name: 'mixed_precision',
  summary: 'bf16 convolutions and activations, on request (precision = bf16)',
  place: 'before gradients: the gradient of a cast is a cast, so they follow the precision of what they belong to',
  run: (module, { precision }) =>
    precision === 'bf16' ? rewriteFunctions(module, narrowed, ['train_step']) : { module, changes: [] },
}

/** Operators that keep the precision of their first operand, and give the same values in both. */
const carriers: ReadonlySet<string> = new Set([
  'relu',
  'max_pool',
  'pad',
  'slice',
  'reshape',
  'transpose',
  'stop_gradient',
])

function narrowed(source: IrFunction): FunctionResult {
  if (!source.operations.some((operation) => operation.op === 'conv2d')) return { function: source, changes: [] }
  const writer = new PrecisionWriter(source)
  for (const operation of source.operations) writer.write(operation)
  return writer.finish()
}

class PrecisionWriter {
  private readonly rewriter: Rewriter
  private readonly wide = new Map<ValueId, ValueId>()
  private readonly narrow = new Map<ValueId, ValueId>()
  private readonly wishes: Wishes
  private convolutions = 0
  private casts = 0

  constructor(private readonly source: IrFunction) {
    this.rewriter = new Rewriter(source)
    this.wishes = wishesOf(source)
    for (const { value } of source.inputs) this.wide.set(value, this.rewriter.value(value))
  }

  write(operation: Operation): void {
    const [first] = operation.operands
    if (first === undefined) {
      this.rewriter.copy(operation)
      for (const result of operation.results) this.wide.set(result, this.rewriter.value(result))
      return
    }
    switch (operation.op) {
      case 'conv2d':
        this.convolutions += 1
        this.emit(
          operation,
          operation.operands.map((operand) => this.bf16(operand)),
        )
        return
      case 'batch_norm_train': {
        const [x = -1, ...parameters] = operation.operands
        const rest = parameters.map((operand) => this.f32(operand))
        this.emit(operation, [this.narrow.has(x) ? this.bf16(x) : this.f32(x), ...rest])
        return
      }
      case 'concat': {
        // One bf16 part is reason enough: what it is concatenated for is a convolution.
        const isNarrow = operation.operands.some((operand) => this.narrow.has(operand)) && this.onlyNarrow(operation)
        this.emit(
          operation,
          operation.operands.map((operand) => (isNarrow ? this.bf16(operand) : this.f32(operand))),
        )
        return
      }
      case 'add': {
        const isNarrow = this.isBias(operation) && this.onlyNarrow(operation)
        this.emit(
          operation,
          operation.operands.map((operand) => (isNarrow ? this.bf16(operand) : this.f32(operand))),
        )
        return
      }
      default: {
        const isNarrow = carriers.has(operation.op) && this.narrow.has(first) && this.wanted(operation)
        this.emit(
          operation,
          operation.operands.map((operand) => (isNarrow ? this.bf16(operand) : this.f32(operand))),
        )
      }
    }
  }

  finish(): FunctionResult {
    const outputs = this.source.outputs.map(({ name, value }) => ({ name, value: this.f32(value) }))
    return {
      function: this.rewriter.finish(outputs),
      changes: [`${this.convolutions} convolutions in bf16, ${this.casts} casts`],
    }
  }

  /** Whether only bf16 readers follow: what rounds (a sum, a float32 part of a concatenation) must not do so for a loss. */
  private onlyNarrow(operation: Operation): boolean {
    return this.wanted(operation) && !operation.results.some((result) => this.wishes.wide.has(result))
  }

  private wanted(operation: Operation): boolean {
    return operation.results.some((result) => this.wishes.narrow.has(result))
  }

  /** The bias of a convolution that stays bf16. */
  private isBias(operation: Operation): boolean {
    const [left, right] = operation.operands
    return (
      left !== undefined &&
      right !== undefined &&
      this.narrow.has(left) &&
      this.source.types.get(right)?.shape.length === 1
    )
  }

  private emit(operation: Operation, operands: readonly ValueId[]): void {
    const results = this.rewriter.emit(operation.op, operands, operation.attributes, operation.path)
    operation.results.forEach((old, place) => {
      const result = results[place]
      if (result === undefined) return
      const known = this.rewriter.type(result).dtype === 'bf16' ? this.narrow : this.wide
      known.set(old, result)
    })
  }

  private f32(old: ValueId): ValueId {
    return this.in(old, this.wide, this.narrow, 'f32')
  }

  private bf16(old: ValueId): ValueId {
    return this.in(old, this.narrow, this.wide, 'bf16')
  }

  /** The value in one precision, cast from the other at its first use; numbers that are no floats stay what they are. */
  private in(
    old: ValueId,
    own: Map<ValueId, ValueId>,
    other: Map<ValueId, ValueId>,
    dtype: TensorType['dtype'],
  ): ValueId {
    const known = own.get(old)
    if (known !== undefined) return known
    const value = other.get(old) ?? this.rewriter.value(old)
    const type = this.rewriter.type(value).dtype
    if (type !== 'f32' && type !== 'bf16') return value
    const cast = this.rewriter.one('cast', [value], { dtype }, this.path(old))
    this.casts += 1
    own.set(old, cast)
    return cast
  }

  private readonly made = new Map<ValueId, Operation>()
  private path(old: ValueId): string | undefined {
    if (this.made.size === 0) for (const [value, operation] of definitions(this.source)) this.made.set(value, operation)
    return this.made.get(old)?.path
  }
}

interface Wishes {
  /** Values that a convolution or batch norm reads, directly or through operators that carry the precision on. */
  readonly narrow: ReadonlySet<ValueId>
  /** Values that something else reads: losses, reductions, outputs. A value may be among both. */
  readonly wide: ReadonlySet<ValueId>
}

function wishesOf(source: IrFunction): Wishes {
  const narrow = new Set<ValueId>()
  const wide = new Set<ValueId>(source.outputs.map((output) => output.value))
  for (let place = source.operations.length - 1; place >= 0; place -= 1) {
    const operation = source.operations[place]
    if (!operation) continue
    const carries = carriers.has(operation.op) || operation.op === 'concat' || operation.op === 'add'
    const wants =
      operation.op === 'conv2d' ||
      operation.op === 'batch_norm_train' ||
      // Resizing is float32, but its operand is read in fewer bytes when only the read casts.
      operation.op === 'resize_bilinear' ||
      (carries && operation.results.some((result) => narrow.has(result)))
    for (const operand of operation.operands) (wants ? narrow : wide).add(operand)
  }
  return { narrow, wide }
}

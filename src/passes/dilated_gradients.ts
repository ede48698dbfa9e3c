import { invariant } from '../diagnostics/invariant.js'
import { numbersOf, stepsOf } from '../ir/ops/attributes.js'
import { fourAxes } from '../ir/ops/shape.js'
import type { IrFunction, IrModule, Operation, ValueId } from '../ir/types.js'
import { counted, type FunctionResult, type Pass, type PassResult, rewriteFunctions } from './pass.js'
import { Rewriter } from './rewriter.js'

/**
 * Gradients of dilated convolutions by a kernel without dilation: its taps stand apart with zeros between, and of its gradient only
 * their places are read. On a CPU TensorFlow has these gradients only where oneDNN computes them: on some processors, in float32.
 */
export const dilatedGradients: Pass = {
  name: 'dilated_gradients',
  summary: 'gradients of dilated convolutions by spread kernels; on a CPU only',
  place: 'after gradients, and before what computes convolutions in other ways',
  device: 'cpu',
  run: (module) => rewriteDilatedGradients(module),
}

export function rewriteDilatedGradients(module: IrModule): PassResult {
  return rewriteFunctions(module, rewritten)
}

function rewritten(source: IrFunction): FunctionResult {
  const found = new Set(source.operations.filter(isDilatedGradient))
  if (found.size === 0) return { function: source, changes: [] }
  const rewriter = new Rewriter(source)
  for (const operation of source.operations) {
    if (found.has(operation)) write(operation, rewriter)
    else rewriter.copy(operation)
  }
  return { function: rewriter.finish(), changes: [`${counted(found.size, 'gradient')} by a spread kernel`] }
}

function isDilatedGradient({ op, attributes }: Operation): boolean {
  if (op !== 'conv2d_input_grad' && op !== 'conv2d_filter_grad') return false
  return stepsOf(attributes, 'dilations').some((dilation) => dilation > 1)
}

function write(operation: Operation, rewriter: Rewriter): void {
  const { op, operands, attributes, results, path } = operation
  const [first, second] = operands.map((operand) => rewriter.value(operand))
  const [result] = results
  invariant(first !== undefined && second !== undefined && result !== undefined, `${op} has two operands and a result`)
  const spread = new SpreadKernel(rewriter, operation)
  const plain = { ...attributes, dilations: [1, 1] }
  if (op === 'conv2d_input_grad') {
    rewriter.replace(result, rewriter.one(op, [spread.of(first), second], plain, path))
  } else {
    const gradient = rewriter.one(op, [first, second], { ...plain, kernel_shape: spread.shape }, path)
    rewriter.replace(result, spread.tapsOf(gradient))
  }
}

/** The kernel of one operation with its taps `dilations` apart: [(h-1) d + 1, (w-1) d + 1, in, out]. */
class SpreadKernel {
  readonly shape: readonly number[]
  readonly #kernel: readonly [number, number, number, number]
  readonly #apart: readonly [number, number]

  constructor(
    private readonly rewriter: Rewriter,
    private readonly operation: Operation,
  ) {
    const { op, operands, attributes } = operation
    const [kernel = -1] = operands
    const shape = op === 'conv2d_input_grad' ? rewriter.sourceType(kernel).shape : numbersOf(attributes, 'kernel_shape')
    this.#kernel = fourAxes(shape, 'a kernel')
    this.#apart = stepsOf(attributes, 'dilations')
    const [height, width, inputs, outputs] = this.#kernel
    const [down, across] = this.#apart
    this.shape = [(height - 1) * down + 1, (width - 1) * across + 1, inputs, outputs]
  }

  of(kernel: ValueId): ValueId {
    const [height, width, inputs, outputs] = this.#kernel
    const [down, across] = this.#apart
    const split = this.#one('reshape', kernel, { shape: [height, 1, width, 1, inputs, outputs] })
    const none = [0, 0]
    const padded = this.#one('pad', split, { paddings: [none, [0, down - 1], none, [0, across - 1], none, none] })
    const whole = this.#one('reshape', padded, { shape: [height * down, width * across, inputs, outputs] })
    return this.#one('slice', whole, { begin: [0, 0, 0, 0], size: this.shape })
  }

  tapsOf(spread: ValueId): ValueId {
    const [height, width, inputs, outputs] = this.#kernel
    const [down, across] = this.#apart
    const paddings = [
      [0, down - 1],
      [0, across - 1],
      [0, 0],
      [0, 0],
    ]
    const padded = this.#one('pad', spread, { paddings })
    const split = this.#one('reshape', padded, { shape: [height, down, width, across, inputs, outputs] })
    const taps = this.#one('slice', split, {
      begin: [0, 0, 0, 0, 0, 0],
      size: [height, 1, width, 1, inputs, outputs],
    })
    return this.#one('reshape', taps, { shape: this.#kernel })
  }

  #one(op: 'reshape' | 'pad' | 'slice', value: ValueId, attributes: Operation['attributes']): ValueId {
    return this.rewriter.one(op, [value], attributes, this.operation.path)
  }
}

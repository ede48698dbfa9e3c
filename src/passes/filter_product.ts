import { invariant } from '../diagnostics/invariant.js'
import { numbersOf, paddingOf } from '../ir/ops/attributes.js'
import type { IrFunction, IrModule, Operation } from '../ir/types.js'
import { counted, type FunctionResult, type Pass, type PassResult, rewriteFunctions } from './pass.js'
import { Rewriter } from './rewriter.js'

/**
 * The gradient of a convolution by a large kernel on a small map as one matrix product: the pixels that each place of the output
 * read, gathered, times dy. The same sums as by the definition (the im2col of Chellapilla and others, "High Performance
 * Convolutional Neural Networks for Document Processing", 2006), but the library multiplies matrices faster, in bf16 twice as fast,
 * and the product comes out in the layout of the kernel.
 */
export const filterProduct: Pass = {
  name: 'filter_product',
  summary: 'gradients by large kernels on small maps as one matrix product; on a CPU only',
  place: 'after winograd, which does float32 maps that are large enough faster',
  device: 'cpu',
  run: (module) => rewriteFilterGradients(module, pays),
}

/** A gradient by a kernel that can be rewritten. */
export interface FilterGradient {
  readonly x: readonly number[]
  readonly dy: readonly number[]
  readonly kernel: readonly number[]
}

export function rewriteFilterGradients(module: IrModule, chosen: (gradient: FilterGradient) => boolean): PassResult {
  return rewriteFunctions(module, (source) => rewritten(source, chosen))
}

/** What is gathered is no more than the gradient itself, and the kernel is large (`npm run bench -- --only bf16`). */
function pays({ dy, kernel }: FilterGradient): boolean {
  const [batch = 1, rows = 1, columns = 1, outputs = 1] = dy
  return batch * rows * columns <= outputs && (kernel[2] ?? 0) >= 256
}

function rewritten(source: IrFunction, chosen: (gradient: FilterGradient) => boolean): FunctionResult {
  const found = new Map<Operation, FilterGradient>()
  for (const operation of source.operations) {
    const gradient = gradientOf(operation, source.types)
    if (gradient && chosen(gradient)) found.set(operation, gradient)
  }
  if (found.size === 0) return { function: source, changes: [] }
  const rewriter = new Rewriter(source)
  for (const operation of source.operations) {
    const gradient = found.get(operation)
    if (gradient) write(operation, gradient, rewriter)
    else rewriter.copy(operation)
  }
  return {
    function: rewriter.finish(),
    changes: [`${counted(found.size, 'gradient')} by a kernel as one matrix product`],
  }
}

/** Steps and dilations of 1, and more than one tap. */
function gradientOf(
  { op, operands, results, attributes }: Operation,
  types: IrFunction['types'],
): FilterGradient | undefined {
  if (op !== 'conv2d_filter_grad') return undefined
  const steps = [...numbersOf(attributes, 'strides'), ...numbersOf(attributes, 'dilations')]
  const [x, dy, kernel] = [...operands, ...results].map((value) => types.get(value)?.shape)
  if (steps.some((step) => step !== 1) || !x || !dy || !kernel) return undefined
  return kernel[0] === 1 && kernel[1] === 1 ? undefined : { x, dy, kernel }
}

function write(operation: Operation, { x: xShape, dy: dyShape, kernel }: FilterGradient, rewriter: Rewriter): void {
  const [x, dy] = operation.operands.map((operand) => rewriter.value(operand))
  const [result] = operation.results
  const [batch = 1, rows = 1, columns = 1, outputs = 1] = dyShape
  const [height = 1, width = 1, inputs = 1] = kernel
  invariant(x !== undefined && dy !== undefined && result !== undefined, 'a filter gradient has x, dy and a result')
  const one: typeof rewriter.one = (op, operands, attributes) => rewriter.one(op, operands, attributes, operation.path)
  const [top, bottom, left, right] = paddingOf(operation.attributes)
  // Not before dy is there: the gathered pixels are large, and an engine would gather them while it runs forward.
  const late = one('after', [x, dy])
  const padded = one('pad', [late], {
    paddings: [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
  })
  const size = [batch, rows, columns, xShape[3] ?? 1]
  const taps = Array.from({ length: height * width }, (_, tap) =>
    one('slice', [padded], { begin: [0, Math.floor(tap / width), tap % width, 0], size }),
  )
  const pixels = batch * rows * columns
  const gathered = one('reshape', [one('concat', taps, { axis: 3 })], { shape: [pixels, height * width * inputs] })
  const gradients = one('reshape', [dy], { shape: [pixels, outputs] })
  const product = one('matmul', [gathered, gradients], { transpose_a: true, transpose_b: false })
  rewriter.replace(result, one('reshape', [product], { shape: kernel }))
}

import type { IrFunction, Operation, ValueId } from '../ir/types.js'
import { countUses } from './analysis.js'
import { Matcher } from './matcher.js'
import { counted, type FunctionResult, type Pass, rewriteFunctions } from './pass.js'
import { Rewriter } from './rewriter.js'

/**
 * In inference batch norm is a scale and a shift a channel, which the convolution before it can do: kernel' = kernel f and
 * bias' = (bias - mean) f + offset with f = scale / sqrt(variance + epsilon). The kernel is scaled anew in each call (the weights
 * are state), which pays where the map that the norm would walk over is larger than the kernel.
 */
export const foldBatchNorm: Pass = {
  name: 'fold_batch_norm',
  summary: 'in inference, let the convolution do what its batch norm does',
  place: 'before simplification, which then meets the scaled kernels too',
  run: (module) => rewriteFunctions(module, foldNorms, ['eval_step', 'predict']),
}

interface Foldable {
  readonly conv: Operation
  readonly bias?: ValueId
}

function foldNorms(source: IrFunction): FunctionResult {
  const matcher = new Matcher(source)
  const uses = countUses(source)
  const foldable = new Map<Operation, Foldable>()
  const skipped = new Set<Operation>()
  for (const norm of source.operations) {
    const found = norm.op === 'batch_norm_inference' ? convolutionOf(norm, matcher, uses, source) : undefined
    if (!found) continue
    foldable.set(norm, found.foldable)
    for (const operation of found.replaced) skipped.add(operation)
  }
  if (foldable.size === 0) return { function: source, changes: [] }
  const rewriter = new Rewriter(source)
  for (const operation of source.operations) {
    const found = foldable.get(operation)
    if (found) writeFolded(operation, found, rewriter)
    else if (!skipped.has(operation)) rewriter.copy(operation)
  }
  return { function: rewriter.finish(), changes: [`${counted(foldable.size, 'batch norm')} folded into convolutions`] }
}

/** The convolution, with or without bias, whose map only this norm reads, if it is larger than the kernel. */
function convolutionOf(
  norm: Operation,
  matcher: Matcher,
  uses: ReadonlyMap<ValueId, number>,
  source: IrFunction,
): { readonly foldable: Foldable; readonly replaced: readonly Operation[] } | undefined {
  const [x] = norm.operands
  const add = matcher.definition(x)
  if (x === undefined || !add || uses.get(x) !== 1) return undefined
  const [product, bias] = add.op === 'add' ? add.operands : [x, undefined]
  const conv = matcher.definition(product)
  if (product === undefined || conv?.op !== 'conv2d' || uses.get(product) !== 1) return undefined
  if (bias !== undefined && matcher.definition(bias)?.op !== 'read') return undefined
  const size = (value: ValueId | undefined) =>
    (source.types.get(value ?? -1)?.shape ?? []).reduce((whole, side) => whole * side, 1)
  if (size(product) <= size(conv.operands[1])) return undefined
  return {
    foldable: bias === undefined ? { conv } : { conv, bias },
    replaced: add === conv ? [conv] : [conv, add],
  }
}

function writeFolded(norm: Operation, { conv, bias }: Foldable, rewriter: Rewriter): void {
  const [scale, offset, mean, variance] = norm.operands.slice(1).map((operand) => rewriter.value(operand))
  const [image, kernel] = conv.operands.map((operand) => rewriter.value(operand))
  const [y] = norm.results
  const epsilon = norm.attributes.epsilon
  if (scale === undefined || offset === undefined || mean === undefined || variance === undefined) return
  if (image === undefined || kernel === undefined || y === undefined || typeof epsilon !== 'number') return
  const one: typeof rewriter.one = (op, operands, attributes) => rewriter.one(op, operands, attributes, norm.path)
  const factor = one('mul', [
    scale,
    one('rsqrt', [one('add', [variance, rewriter.scalar(epsilon, rewriter.type(variance).dtype)])]),
  ])
  const centre = bias === undefined ? one('neg', [mean]) : one('sub', [rewriter.value(bias), mean])
  const shift = one('add', [one('mul', [centre, factor]), offset])
  const folded = rewriter.one('conv2d', [image, one('mul', [kernel, factor])], conv.attributes, conv.path)
  rewriter.replace(y, one('add', [folded, shift]))
}

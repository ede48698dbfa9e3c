import { invariant } from '../../diagnostics/invariant.js'
import { numbersOf, paddingOf } from '../../ir/ops/attributes.js'
import type { IrFunction, IrModule, Operation } from '../../ir/types.js'
import { counted, type FunctionResult, type Pass, type PassResult, rewriteFunctions } from '../pass.js'
import { Rewriter } from '../rewriter.js'
import { type MapShape, TransformWriter, tileCount } from './transforms.js'

/**
 * A 3 x 3 convolution by minimal filtering: 16 products for each tile of 2 x 2 outputs in place of 36, as 16 matrix products over
 * all tiles. It pays where the products saved outweigh the transforms, which move every value several times: with many channels.
 * Errors are of the size of the direct one's (docs/decisions/0008-convolutions-by-other-ways.md has figures). In float32 only.
 */
export const winograd: Pass = {
  name: 'winograd',
  summary:
    'wide 3 x 3 convolutions and their gradients by minimal filtering: 16 products in place of 36; on a CPU only',
  place: 'after gradients, which it rewrites too, and before what tidies up',
  device: 'cpu',
  run: (module) => rewriteConvolutions(module, pays),
}

/** A convolution or gradient that can be rewritten. */
export interface Candidate {
  readonly op: 'conv2d' | 'conv2d_input_grad' | 'conv2d_filter_grad'
  /** Of the map that is cut into tiles of 4 x 4: x, or dy for the gradient by x. */
  readonly map: MapShape
  readonly tiledChannels: number
  /** Of the other map. */
  readonly otherChannels: number
}

export function rewriteConvolutions(module: IrModule, chosen: (candidate: Candidate) => boolean): PassResult {
  return rewriteFunctions(module, (source) => rewritten(source, chosen))
}

/**
 * Per pixel it saves a number of products that grows with in x out, and moves one that grows with in + out: 16 tiles of the map that
 * is cut are gathered and transformed, 4 of the other. The weights are fitted to `npm run bench -- --only convolutions` on 2 cores
 * with AVX-512. With few tiles the transform of the kernel, whatever the map's size, is too much.
 */
function pays({ op, map, tiledChannels, otherChannels }: Candidate): boolean {
  if (tileCount(map) < fewestTiles[op]) return false
  const saved = tiledChannels * otherChannels
  // The library's direct filter gradient is a fifth slower than its other two.
  const worth = op === 'conv2d_filter_grad' ? 1.4 : 1
  return saved * worth >= 128 * tiledChannels + 32 * otherChannels
}

const fewestTiles = { conv2d: 64, conv2d_input_grad: 64, conv2d_filter_grad: 32 } as const

function rewritten(source: IrFunction, chosen: (candidate: Candidate) => boolean): FunctionResult {
  const found = new Map<Operation, Candidate>()
  for (const operation of source.operations) {
    const candidate = candidateOf(operation, source.types)
    if (candidate && chosen(candidate)) found.set(operation, candidate)
  }
  if (found.size === 0) return { function: source, changes: [] }
  const rewriter = new Rewriter(source)
  const transforms = new TransformWriter(rewriter)
  for (const operation of source.operations) {
    const candidate = found.get(operation)
    if (candidate) write(operation, candidate, rewriter, transforms)
    else rewriter.copy(operation)
  }
  return {
    function: rewriter.finish(),
    changes: [`${counted(found.size, 'convolution')} or gradients of one by minimal filtering`],
  }
}

function write(
  { operands, results, path }: Operation,
  { op, map }: Candidate,
  rewriter: Rewriter,
  to: TransformWriter,
) {
  const [a, b] = operands.map((operand) => rewriter.value(operand))
  const [result] = results
  invariant(a !== undefined && b !== undefined && result !== undefined, `${op} has two operands and a result`)
  switch (op) {
    case 'conv2d':
      rewriter.replace(result, to.convolution(a, b, map, path))
      break
    case 'conv2d_input_grad':
      rewriter.replace(result, to.inputGradient(a, b, map, path))
      break
    case 'conv2d_filter_grad':
      rewriter.replace(result, to.filterGradient(a, b, map, path))
  }
}

/** Which of the operands and the result is the map that is cut into tiles, the other map, the kernel. */
const roles = { conv2d: [0, 2, 1], conv2d_input_grad: [1, 2, 0], conv2d_filter_grad: [0, 1, 2] } as const

/** 3 x 3, every step 1, padded by one, even sides, float32. */
function candidateOf(
  { op, operands, results, attributes }: Operation,
  types: IrFunction['types'],
): Candidate | undefined {
  if (op !== 'conv2d' && op !== 'conv2d_input_grad' && op !== 'conv2d_filter_grad') return undefined
  const all = [...operands, ...results].map((value) => types.get(value))
  const [tiled, other, kernel] = roles[op].map((place) => all[place])
  if (!tiled || !other || !kernel || tiled.dtype !== 'f32') return undefined
  const steps = [...numbersOf(attributes, 'strides'), ...numbersOf(attributes, 'dilations'), ...paddingOf(attributes)]
  if (steps.some((step) => step !== 1) || kernel.shape[0] !== 3 || kernel.shape[1] !== 3) return undefined
  const [batch = 0, height = 1, width = 1, tiledChannels = 0] = tiled.shape
  if (height % 2 !== 0 || width % 2 !== 0) return undefined
  return { op, map: { batch, height, width }, tiledChannels, otherChannels: other.shape[3] ?? 0 }
}

import type { ValueId } from '../ir/types.js'
import { type LoweringContext, type LoweringRule, numberOf, pair } from './context.js'

/** Constants of Wang et al. 2004 for values in [0, 1]. */
const c1 = 1e-4
const c2 = 9e-4

/**
 * Mean of clamp((1 - SSIM)/2, 0, 1) over pixels and channels, with a Gaussian window and reflect padding.
 *
 * The window is separable: filtering is G x G', two matrix products by band matrices that hold the padding too, over channels-first
 * maps (one transpose each way). Local moments of one operand are filtered together; those of an operand that depends on no weight
 * (the clean image) stay apart from the rest, so that no gradient is ever computed for them.
 */
export const ssim: LoweringRule = (node, operands, context) => {
  const { emit } = context
  const [first, second] = pair(operands)
  const x = emit.one('transpose', [first.value], { perm: [0, 3, 1, 2] })
  const y = emit.one('transpose', [second.value], { perm: [0, 3, 1, 2] })
  const filter = gaussianFilter(emit.shapeOf(x), numberOf(node, 'window'), numberOf(node, 'sigma'), context)

  const ofX = filter([x, emit.one('square', [x]), emit.one('mul', [x, y])])
  const ofY = filter([y, emit.one('square', [y])])
  const muX = ofX(0)
  const muY = ofY(0)
  const meanSquares = emit.one('add', [ofX(1), ofY(1)])
  const muXY = emit.one('mul', [muX, muY])
  const muXX = emit.one('square', [muX])
  const muYY = emit.one('square', [muY])
  const two = emit.scalar(2)
  const luminance = emit.one('add', [emit.one('mul', [two, muXY]), emit.scalar(c1)])
  const structure = emit.one('add', [emit.one('mul', [two, emit.one('sub', [ofX(2), muXY])]), emit.scalar(c2)])
  const energy = emit.one('add', [muXX, muYY])
  const luminanceNorm = emit.one('add', [energy, emit.scalar(c1)])
  const variances = emit.one('sub', [meanSquares, energy])
  const structureNorm = emit.one('add', [variances, emit.scalar(c2)])
  const similarity = emit.one('div', [
    emit.one('mul', [luminance, structure]),
    emit.one('mul', [luminanceNorm, structureNorm]),
  ])
  const half = emit.scalar(0.5)
  const dissimilarity = emit.one('sub', [half, emit.one('mul', [half, similarity])])
  const clamped = emit.one('maximum', [emit.one('minimum', [dissimilarity, emit.scalar(1)]), emit.scalar(0)])
  return emit.meanOfAll(clamped)
}

/** Filters maps of one shape [N,C,H,W] in one go and gives them back apart. */
function gaussianFilter(shape: readonly number[], window: number, sigma: number, { emit }: LoweringContext) {
  const [batch = 1, channels = 1, height = 1, width = 1] = shape
  const rows = emit.one('gaussian_band', [], { size: height, window, sigma })
  const columns = height === width ? rows : emit.one('gaussian_band', [], { size: width, window, sigma })
  return (maps: readonly ValueId[]): ((place: number) => ValueId) => {
    const together = emit.one('concat', maps, { axis: 0 })
    const images = batch * maps.length * channels
    // Along the width all rows of all maps are one tall matrix.
    const flat = emit.one('reshape', [together], { shape: [images * height, width] })
    const alongWidth = emit.one('matmul', [flat, columns], { transpose_a: false, transpose_b: true })
    const stacked = emit.one('reshape', [alongWidth], { shape: [images, height, width] })
    const filtered = emit.one('matmul', [rows, stacked], { transpose_a: false, transpose_b: false })
    const size = [batch * channels, height, width]
    return (place) => emit.one('slice', [filtered], { begin: [place * batch * channels, 0, 0], size })
  }
}

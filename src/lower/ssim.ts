import type { ValueId } from '../ir/types.js'
import { type LoweringContext, type LoweringRule, pair } from './context.js'

/**
 * Mean of (1 - SSIM)/2 over pixels and channels, with a Gaussian window, and what it sees beyond the border reflected or zero.
 *
 * The window is separable: filtering is G x G', two matrix products by band matrices that hold the padding too, over channels-first
 * maps (one transpose each way). Each map is filtered by itself: put together, they would be copied there and back, in the gradient
 * too. The variances are only needed as a sum, so x^2 + y^2 is filtered once. Nothing here asks for a gradient of the filter of
 * an operand that depends on no weight (the clean image).
 *
 * C1 = (0.01 L)^2 and C2 = (0.03 L)^2 with L the length of the interval that the values lie in (Wang et al. 2004, eq. 7).
 *
 * The usual clamp of (1 - SSIM)/2 to [0, 1] is left out: the window's weights are positive and sum to at most 1, so SSIM is in [-1, 1]
 * whatever the images (Cauchy-Schwarz), and a clamp would only meet rounding.
 */
export const ssim: LoweringRule<'ssim'> = (node, operands, context) => {
  const { emit } = context
  const { window, sigma, range, border } = node.attributes
  const c1 = (0.01 * range) ** 2
  const c2 = (0.03 * range) ** 2
  const [first, second] = pair(operands)
  const x = emit.one('transpose', [first.value], { perm: [0, 3, 1, 2] })
  const y = emit.one('transpose', [second.value], { perm: [0, 3, 1, 2] })
  const filter = gaussianFilter(emit.shapeOf(x), { window, sigma, border }, context)

  const muX = filter(x)
  const muY = filter(y)
  const meanProduct = filter(emit.one('mul', [x, y]))
  const meanSquares = filter(emit.one('add', [emit.one('square', [x]), emit.one('square', [y])]))
  const muXY = emit.one('mul', [muX, muY])
  const energy = emit.one('add', [emit.one('square', [muX]), emit.one('square', [muY])])

  const two = emit.scalar(2)
  const covariance = emit.one('sub', [meanProduct, muXY])
  const luminance = emit.one('add', [emit.one('mul', [muXY, two]), emit.scalar(c1)])
  const structure = emit.one('add', [emit.one('mul', [covariance, two]), emit.scalar(c2)])
  const luminanceNorm = emit.one('add', [energy, emit.scalar(c1)])
  const structureNorm = emit.one('add', [emit.one('sub', [meanSquares, energy]), emit.scalar(c2)])
  const similarity = emit.one('div', [
    emit.one('mul', [luminance, structure]),
    emit.one('mul', [luminanceNorm, structureNorm]),
  ])
  const half = emit.scalar(0.5)
  return emit.one('sub', [half, emit.one('mul', [emit.meanOfAll(similarity), half])])
}

/** Filters a map of this shape [N,C,H,W]; what it gives is [N C, H, W]. */
function gaussianFilter(
  shape: readonly number[],
  of: { readonly window: number; readonly sigma: number; readonly border: 'reflect' | 'zero' },
  { emit }: LoweringContext,
) {
  const [batch = 1, channels = 1, height = 1, width = 1] = shape
  const rows = emit.one('gaussian_band', [], { size: height, ...of, dtype: 'f32' })
  const columns = height === width ? rows : emit.one('gaussian_band', [], { size: width, ...of, dtype: 'f32' })
  const images = batch * channels
  return (map: ValueId): ValueId => {
    // Along the width all rows of all images are one tall matrix.
    const flat = emit.one('reshape', [map], { shape: [images * height, width] })
    const alongWidth = emit.one('matmul', [flat, columns], { transpose_a: false, transpose_b: true })
    const stacked = emit.one('reshape', [alongWidth], { shape: [images, height, width] })
    return emit.one('matmul', [rows, stacked], { transpose_a: false, transpose_b: false })
  }
}

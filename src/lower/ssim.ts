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
  const [first, second] = pair(operands)
  const { luminance, structure, luminanceNorm, structureNorm } = compared(
    first.value,
    second.value,
    node.attributes,
    context,
  )
  const similarity = emit.one('div', [
    emit.one('mul', [luminance, structure]),
    emit.one('mul', [luminanceNorm, structureNorm]),
  ])
  const half = emit.scalar(0.5)
  return emit.one('sub', [half, emit.one('mul', [emit.meanOfAll(similarity), half])])
}

/** What a mean must be, at least, for a power of it to have a gradient. */
const smallestMean = 1e-6

/**
 * 1 - MS-SSIM (Wang, Simoncelli and Bovik 2003, eq. 7), mean over images and channels: the means over the pixels of contrast times
 * structure of each scale, and of the whole similarity of the last, to their exponents. A scale is half the one before, each pixel the mean of
 * four. A mean below 1e-6 counts as 1e-6.
 */
export const msSsim: LoweringRule<'ms_ssim'> = ({ attributes }, operands, context) => {
  const { emit } = context
  const [first, second] = pair(operands)
  const halve = { size: [2, 2], strides: [2, 2], padding: [0, 0, 0, 0] }
  let [x, y] = [first.value, second.value]
  const factors = attributes.exponents.map((exponent, scale) => {
    if (scale > 0) [x, y] = [emit.one('avg_pool', [x], halve), emit.one('avg_pool', [y], halve)]
    const { luminance, structure, luminanceNorm, structureNorm } = compared(x, y, attributes, context)
    const isLast = scale === attributes.exponents.length - 1
    const similarity = isLast
      ? emit.one('div', [emit.one('mul', [luminance, structure]), emit.one('mul', [luminanceNorm, structureNorm])])
      : emit.one('div', [structure, structureNorm])
    const mean = emit.one('reduce_mean', [similarity], { axes: [1, 2], keep_dims: false })
    const positive = emit.one('maximum', [mean, emit.scalar(smallestMean)])
    return emit.one('exp', [emit.one('mul', [emit.one('log', [positive]), emit.scalar(exponent)])])
  })
  const product = factors.reduce((left, right) => emit.one('mul', [left, right]))
  return emit.one('sub', [emit.scalar(1), emit.meanOfAll(product)])
}

interface Window {
  readonly window: number
  readonly sigma: number
  readonly range: number
  readonly border: 'reflect' | 'zero'
}

/** Numerators and denominators of luminance, and of contrast times structure, at each pixel, [N C, H, W]. */
function compared(a: ValueId, b: ValueId, { window, sigma, range, border }: Window, context: LoweringContext) {
  const { emit } = context
  const c1 = (0.01 * range) ** 2
  const c2 = (0.03 * range) ** 2
  const x = emit.one('transpose', [a], { perm: [0, 3, 1, 2] })
  const y = emit.one('transpose', [b], { perm: [0, 3, 1, 2] })
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
  return { luminance, structure, luminanceNorm, structureNorm }
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

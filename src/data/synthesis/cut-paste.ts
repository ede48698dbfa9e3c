import type { ParametersOf } from '../../components/schema.js'
import type { syntheses } from '../../components/synthesis.js'
import type { FaultTarget, SynthesisContext } from './target.js'

type CutPaste = ParametersOf<typeof syntheses.cut_paste>

/**
 * Replaces a patch of the image by another of the same size, brighter or darker by up to `jitter` of itself (Li et al. 2021, section 3.1).
 * Drawn in this order: fault or none, area, ratio, brightness, the place that is cut, the place that is pasted to.
 *
 * @returns the share of the image that is replaced, 0 for no fault
 */
export function drawCutPaste(parameters: CutPaste, target: FaultTarget, context: SynthesisContext): number {
  const { draws, always, scratch, range } = context
  const { height: imageHeight, width: imageWidth, channels, image, imageOffset, mask, maskOffset } = target
  const chance = draws.uniform()
  if (!always && chance >= parameters.probability) return 0
  const area = draws.uniform(...parameters.area) * imageHeight * imageWidth
  const ratio = draws.uniform(...parameters.ratio)
  const factor = 1 + parameters.jitter * draws.uniform(-1, 1)
  const height = Math.max(1, Math.min(imageHeight - 1, Math.round(Math.sqrt(area * ratio))))
  const width = Math.max(1, Math.min(imageWidth - 1, Math.round(Math.sqrt(area / ratio))))
  const [top, left] = [draws.integer(0, imageHeight - height), draws.integer(0, imageWidth - width)]
  let [toTop, toLeft] = [top, left]
  // In its own place only the jitter would show.
  while (toTop === top && toLeft === left)
    [toTop, toLeft] = [draws.integer(0, imageHeight - height), draws.integer(0, imageWidth - width)]
  const stride = width * channels
  const rowOf = (y: number, x: number): number => imageOffset + (y * imageWidth + x) * channels
  // Read whole before anything is written: the places may overlap.
  for (let row = 0; row < height; row += 1) {
    const from = rowOf(top + row, left)
    scratch.set(image.subarray(from, from + stride), row * stride)
  }
  for (let row = 0; row < height; row += 1) {
    const to = rowOf(toTop + row, toLeft)
    for (let at = 0; at < stride; at += 1)
      image[to + at] = Math.min(range[1], Math.max(range[0], factor * (scratch[row * stride + at] ?? 0)))
    const at = maskOffset + (toTop + row) * imageWidth + toLeft
    mask.fill(1, at, at + width)
  }
  return (height * width) / (imageHeight * imageWidth)
}

import { pixelsOf } from '../../components/quantities.js'
import type { ParametersOf } from '../../components/schema.js'
import type { syntheses } from '../../components/synthesis.js'
import type { RandomStream } from '../../random/stream.js'
import type { Fault, FaultTarget } from './target.js'

type Additive = ParametersOf<typeof syntheses.additive>

/**
 * Draws whether a sample gets a fault, and which: in this order fault or none, width, ratio, severity.
 *
 * @param always for validation: a fault is certain, and its severity above 0, so that the label holds.
 */
export function drawFault(
  parameters: Pick<Additive, 'probability' | 'width' | 'ratio' | 'severity'>,
  draws: RandomStream,
  imageHeight: number,
  imageWidth: number,
  always: boolean,
): Fault | undefined {
  const chance = draws.uniform()
  if (!always && chance >= parameters.probability) return undefined
  const [narrowest, widest] = parameters.width
  const drawnWidth = draws.integer(pixelsOf(narrowest, imageWidth), pixelsOf(widest, imageWidth))
  const ratio = between(parameters.ratio, draws.uniform())
  const share = draws.uniform()
  const severity = between(parameters.severity, always ? 1 - share : share)
  return {
    width: Math.max(1, Math.min(drawnWidth, imageWidth - 1)),
    height: Math.max(1, Math.min(Math.floor(drawnWidth * ratio), imageHeight - 1)),
    severity,
  }
}

/**
 * Adds `severity` times a patch of the image to another place of it, `patches` times, and clamps to the range. The
 * source is read as the image is by then. The target's corner is drawn again, at most 10 times, while it overlaps the
 * source by more than 30 % of the patch.
 *
 * @param patch at least height x width x channels of the fault; its content does not matter.
 */
export function applyFault(
  target: FaultTarget,
  { width, height, severity }: Fault,
  patches: number,
  range: readonly [low: number, high: number],
  draws: RandomStream,
  patch: Float32Array,
): void {
  for (let count = 0; count < patches; count += 1) {
    const top = draws.integer(0, target.height - height)
    const left = draws.integer(0, target.width - width)
    let toTop = draws.integer(0, target.height - height)
    let toLeft = draws.integer(0, target.width - width)
    for (let again = 0; again < 10; again += 1) {
      if (overlap(top, toTop, height) * overlap(left, toLeft, width) <= 0.3 * height * width) break
      toTop = draws.integer(0, target.height - height)
      toLeft = draws.integer(0, target.width - width)
    }
    addPatch(target, { width, height, severity }, top, left, toTop, toLeft, patch)
  }
  const { image, imageOffset } = target
  const end = imageOffset + target.height * target.width * target.channels
  for (let at = imageOffset; at < end; at += 1) {
    const value = image[at] ?? 0
    if (value < range[0]) image[at] = range[0]
    else if (value > range[1]) image[at] = range[1]
  }
}

function addPatch(
  { width: imageWidth, channels, image, imageOffset, mask, maskOffset }: FaultTarget,
  { width, height, severity }: Fault,
  top: number,
  left: number,
  toTop: number,
  toLeft: number,
  patch: Float32Array,
): void {
  const stride = width * channels
  // Read whole before anything is written: source and target may overlap.
  for (let row = 0; row < height; row += 1) {
    const from = imageOffset + ((top + row) * imageWidth + left) * channels
    for (let at = 0; at < stride; at += 1) patch[row * stride + at] = image[from + at] ?? 0
  }
  for (let row = 0; row < height; row += 1) {
    const to = imageOffset + ((toTop + row) * imageWidth + toLeft) * channels
    for (let at = 0; at < stride; at += 1) {
      image[to + at] = (image[to + at] ?? 0) + severity * (patch[row * stride + at] ?? 0)
    }
    if (severity > 0) {
      const from = maskOffset + (toTop + row) * imageWidth + toLeft
      mask.fill(1, from, from + width)
    }
  }
}

/** Length that two intervals of this length share. */
function overlap(first: number, second: number, length: number): number {
  return Math.max(0, length - Math.abs(first - second))
}

function between([low, high]: readonly [number, number], share: number): number {
  return low + (high - low) * share
}

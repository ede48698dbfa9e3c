import type { ParametersOf } from '../../components/schema.js'
import { powersOfTwo, type syntheses } from '../../components/synthesis.js'
import type { RandomStream } from '../../random/stream.js'
import { perlinNoise, rotateMap } from './perlin.js'
import { type Bytes, drawPhotometric } from './photometric.js'
import type { FaultTarget, SynthesisContext } from './target.js'

type Draem = ParametersOf<typeof syntheses.draem>

/** How often noise that is nowhere above the threshold is drawn again; then the upper half of its values is marked. */
const tries = 20

/**
 * A fault where turned Perlin noise is above the threshold: the image there with a texture over it, as opaque as drawn (Zavrtanik et al.
 * 2021, section 3.3). Drawn in this order: fault or none, opacity, noise, texture.
 *
 * @returns the opacity, 0 for no fault
 */
export function drawDraemFault(parameters: Draem, target: FaultTarget, context: SynthesisContext): number {
  const { draws, always } = context
  const chance = draws.uniform()
  if (!always && chance >= parameters.probability) return 0
  const [low, high] = parameters.opacity
  const share = draws.uniform()
  const opacity = low + (high - low) * (always ? 1 - share : share)
  if (opacity === 0) return 0
  drawMask(parameters, target, draws)
  blend(target, drawTexture(parameters, target, context), opacity, context.range)
  return opacity
}

function drawMask({ cells, threshold }: Draem, { height, width, mask, maskOffset }: FaultTarget, draws: RandomStream) {
  const [plain, noise] = [new Float64Array(height * width), new Float64Array(height * width)]
  const sizes = powersOfTwo(cells)
  let isAbove = false
  for (let again = 0; again < tries; again += 1) {
    const rows = sizes[draws.integer(0, sizes.length - 1)] ?? 1
    const columns = sizes[draws.integer(0, sizes.length - 1)] ?? 1
    drawNoise(rows, columns, [height, width], draws, plain)
    rotateMap(plain, [height, width], draws.uniform(-0.25, 0.25), noise)
    isAbove = noise.some((value) => value > threshold)
    if (isAbove) break
  }
  const lowest = isAbove ? threshold : middleOf(noise)
  noise.forEach((value, at) => {
    if (isAbove ? value > lowest : value >= lowest) mask[maskOffset + at] = 1
  })
}

/** Between the lowest and the highest. */
function middleOf(values: Float64Array): number {
  const [low, high] = values.reduce(
    ([low, high], value): [number, number] => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  )
  return low + (high - low) / 2
}

function drawNoise(
  rows: number,
  columns: number,
  size: readonly [number, number],
  draws: RandomStream,
  to: Float64Array,
): void {
  const turns = Float64Array.from({ length: (rows + 1) * (columns + 1) }, () => draws.uniform())
  perlinNoise(turns, [rows, columns], size, to)
}

function drawTexture({ texture, cells }: Draem, target: FaultTarget, { draws, range }: SynthesisContext): Bytes {
  const { height, width, channels } = target
  const bytes: Bytes = { height, width, channels, values: new Uint8Array(height * width * channels) }
  switch (texture) {
    case 'image':
      copyMoved(target, bytes, draws.integer(0, height - 1), draws.integer(0, width - 1), range)
      break
    case 'noise': {
      const noise = new Float64Array(height * width)
      const sizes = powersOfTwo(cells)
      const size = () => sizes[draws.integer(0, sizes.length - 1)] ?? 1
      for (let channel = 0; channel < channels; channel += 1) {
        drawNoise(size(), size(), [height, width], draws, noise)
        noise.forEach((value, at) => {
          bytes.values[at * channels + channel] = Math.round(127.5 + 127.5 * Math.max(-1, Math.min(1, value)))
        })
      }
    }
  }
  drawPhotometric(bytes, draws)
  return bytes
}

/** The image itself, moved down and to the right; what leaves on one side comes in on the other. */
function copyMoved(
  { height, width, channels, image, imageOffset }: FaultTarget,
  to: Bytes,
  down: number,
  right: number,
  [low, high]: readonly [number, number],
): void {
  const scale = 255 / (high - low)
  for (let y = 0, at = 0; y < height; y += 1) {
    const row = imageOffset + ((y + down) % height) * width * channels
    for (let x = 0; x < width; x += 1) {
      const from = row + ((x + right) % width) * channels
      for (let channel = 0; channel < channels; channel += 1, at += 1)
        to.values[at] = Math.round(scale * ((image[from + channel] ?? 0) - low))
    }
  }
}

/** (1 - opacity) image + opacity texture where the mask is. */
function blend(
  { channels, image, imageOffset, mask, maskOffset }: FaultTarget,
  { values }: Bytes,
  opacity: number,
  [low, high]: readonly [number, number],
): void {
  const scale = (high - low) / 255
  for (let at = 0; at < values.length; at += 1) {
    if (mask[maskOffset + Math.floor(at / channels)] !== 1) continue
    const value = low + scale * (values[at] ?? 0)
    image[imageOffset + at] = (1 - opacity) * (image[imageOffset + at] ?? 0) + opacity * value
  }
}

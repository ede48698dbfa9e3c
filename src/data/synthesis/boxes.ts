import type { RandomStream } from '../../random/stream.js'
import type { Frame } from './frame.js'

/** In whole pixels. */
export interface Box {
  readonly top: number
  readonly left: number
  readonly height: number
  readonly width: number
}

/**
 * A box at a random place; its sides are rounded down, to at least 1 pixel and at most the image's.
 *
 * @param avoiding drawn again, at most 10 times, while it shares more than `overlap` of its area with this box.
 */
export function drawBox(
  size: Pick<Box, 'height' | 'width'>,
  avoiding: { readonly box: Box; readonly overlap: number } | undefined,
  frame: Frame,
  draws: RandomStream,
): Box {
  const height = Math.max(1, Math.min(frame.height, Math.floor(size.height)))
  const width = Math.max(1, Math.min(frame.width, Math.floor(size.width)))
  const draw = (): Box => ({
    top: draws.integer(0, frame.height - height),
    left: draws.integer(0, frame.width - width),
    height,
    width,
  })
  let box = draw()
  if (avoiding === undefined) return box
  for (let again = 0; again < 10 && shared(box, avoiding.box) > avoiding.overlap * height * width; again += 1)
    box = draw()
  return box
}

/** Pixels that two boxes share. */
function shared(a: Box, b: Box): number {
  const rows = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top)
  const columns = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left)
  return Math.max(0, rows) * Math.max(0, columns)
}

export function fillBox({ top, left, height, width }: Box, frame: Frame, to: Float32Array): Float32Array {
  to.fill(0)
  for (let row = top; row < top + height; row += 1)
    to.fill(1, row * frame.width + left, row * frame.width + left + width)
  return to
}

/** Pixels whose middle is inside. */
export function fillEllipse({ top, left, height, width }: Box, frame: Frame, to: Float32Array): Float32Array {
  to.fill(0)
  for (let row = 0; row < height; row += 1) {
    const down = (2 * row + 1) / height - 1
    for (let column = 0; column < width; column += 1) {
      const across = (2 * column + 1) / width - 1
      if (down * down + across * across <= 1) to[(top + row) * frame.width + left + column] = 1
    }
  }
  return to
}

/** What is in one box in the place of another, zeros elsewhere; bilinear between the middles of pixels where the sizes differ. */
export function moveBox(
  from: Float32Array,
  channels: number,
  source: Box,
  target: Box,
  frame: Frame,
  to: Float32Array,
): Float32Array {
  to.fill(0)
  const isCopy = source.height === target.height && source.width === target.width
  const down = weightsOf(source.height, target.height)
  const across = weightsOf(source.width, target.width)
  for (let row = 0; row < target.height; row += 1) {
    const begin = ((target.top + row) * frame.width + target.left) * channels
    if (isCopy) {
      const at = ((source.top + row) * frame.width + source.left) * channels
      to.set(from.subarray(at, at + target.width * channels), begin)
      continue
    }
    const { first: above, second: below, part: low } = down(row)
    for (let column = 0; column < target.width; column += 1) {
      const { first: left, second: right, part: side } = across(column)
      const value = (y: number, x: number, channel: number): number =>
        from[((source.top + y) * frame.width + source.left + x) * channels + channel] ?? 0
      for (let channel = 0; channel < channels; channel += 1) {
        const top = value(above, left, channel) * (1 - side) + value(above, right, channel) * side
        const bottom = value(below, left, channel) * (1 - side) + value(below, right, channel) * side
        to[begin + column * channels + channel] = top * (1 - low) + bottom * low
      }
    }
  }
  return to
}

interface Between {
  readonly first: number
  readonly second: number
  /** Share of the second. */
  readonly part: number
}

function weightsOf(source: number, target: number): (place: number) => Between {
  return (place) => {
    const at = Math.min(source - 1, Math.max(0, ((place + 0.5) * source) / target - 0.5))
    const first = Math.floor(at)
    return { first, second: Math.min(source - 1, first + 1), part: at - first }
  }
}

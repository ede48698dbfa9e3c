import { onCircle } from '../../random/exact.js'
import type { Box } from './boxes.js'
import type { Frame } from './frame.js'

/** Moved down and to the right; what leaves on one side comes in on the other. */
export function shiftMap(
  from: Float32Array,
  channels: number,
  { height, width }: Frame,
  down: number,
  right: number,
  to: Float32Array,
): Float32Array {
  const wrapped = (place: number, side: number): number => ((place % side) + side) % side
  const cut = wrapped(right, width) * channels
  const row = width * channels
  for (let y = 0; y < height; y += 1) {
    const source = wrapped(y - down, height) * row
    to.set(from.subarray(source, source + row - cut), y * row + cut)
    to.set(from.subarray(source + row - cut, source + row), y * row)
  }
  return to
}

export function flipMap(
  from: Float32Array,
  channels: number,
  { height, width }: Frame,
  axis: 'down' | 'across',
  to: Float32Array,
): Float32Array {
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += channels) {
      const source = axis === 'down' ? (height - 1 - y) * width + x : y * width + (width - 1 - x)
      for (let channel = 0; channel < channels; channel += 1) to[at + channel] = from[source * channels + channel] ?? 0
    }
  }
  return to
}

/** Turned clockwise about the middle of the box, bilinear, zero where nothing is turned to. */
export function rotateMap(
  from: Float32Array,
  channels: number,
  { height, width }: Frame,
  turns: number,
  box: Box,
  to: Float32Array,
): Float32Array {
  const [cosine, sine] = onCircle(turns)
  const [middleY, middleX] = [box.top + (box.height - 1) / 2, box.left + (box.width - 1) / 2]
  to.fill(0)
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += channels) {
      const sourceY = middleY + cosine * (y - middleY) - sine * (x - middleX)
      const sourceX = middleX + sine * (y - middleY) + cosine * (x - middleX)
      const [top, left] = [Math.floor(sourceY), Math.floor(sourceX)]
      if (top < -1 || left < -1 || top >= height || left >= width) continue
      const [down, right] = [sourceY - top, sourceX - left]
      const first = (top * width + left) * channels
      const isAbove = top >= 0
      const isBelow = top + 1 < height
      const isLeft = left >= 0
      const isRight = left + 1 < width
      for (let channel = first; channel < first + channels; channel += 1) {
        let value = 0
        if (isAbove && isLeft) value += (from[channel] ?? 0) * (1 - down) * (1 - right)
        if (isAbove && isRight) value += (from[channel + channels] ?? 0) * (1 - down) * right
        if (isBelow && isLeft) value += (from[channel + width * channels] ?? 0) * down * (1 - right)
        if (isBelow && isRight) value += (from[channel + (width + 1) * channels] ?? 0) * down * right
        to[at + channel - first] = value
      }
    }
  }
  return to
}

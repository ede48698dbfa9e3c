import { invariant } from '../diagnostics/invariant.js'

export type Interpolation = 'bilinear' | 'nearest'

/** [H,W,C] values without their own buffer's bounds: C is interleaved. */
export interface Raster {
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly values: Float32Array
}

/**
 * Resizes as PyTorch's `interpolate(align_corners=False)` does: bilinear with half-pixel centres, the borders repeated;
 * with `antialias` the triangle filter is widened by the scale when shrinking (as Pillow does); nearest takes the
 * pixel at floor(index x scale).
 */
export function resize(
  image: Raster,
  height: number,
  width: number,
  interpolation: Interpolation,
  antialias = false,
): Raster {
  invariant(height > 0 && width > 0, `resize to ${height} x ${width}`)
  if (height === image.height && width === image.width) return image
  if (interpolation === 'nearest') return nearest(image, height, width)
  return resizeRows(resizeColumns(image, taps(image.width, width, antialias)), taps(image.height, height, antialias))
}

/** Output index i is the sum of `weights[i][k]` times input index `first[i] + k`. */
interface Taps {
  readonly size: number
  readonly first: Int32Array
  readonly count: number
  /** [size, count], rows sum to 1. */
  readonly weights: Float64Array
}

const known = new Map<string, Taps>()

function taps(from: number, to: number, antialias: boolean): Taps {
  const key = `${from}/${to}/${antialias}`
  const found = known.get(key)
  if (found !== undefined) return found
  const made = antialias && to < from ? triangleTaps(from, to) : bilinearTaps(from, to)
  // A data set has few sizes; files of every size must not fill the memory.
  if (known.size >= 64) known.clear()
  known.set(key, made)
  return made
}

function bilinearTaps(from: number, to: number): Taps {
  const count = Math.min(2, from)
  const first = new Int32Array(to)
  const weights = new Float64Array(to * count)
  for (let index = 0; index < to; index += 1) {
    const source = Math.max(0, ((index + 0.5) * from) / to - 0.5)
    const low = Math.min(Math.floor(source), from - count)
    first[index] = low
    const fraction = Math.min(source - low, 1)
    weights[index * count] = count === 1 ? 1 : 1 - fraction
    if (count === 2) weights[index * count + 1] = fraction
  }
  return { size: to, first, count, weights }
}

function triangleTaps(from: number, to: number): Taps {
  const scale = from / to
  const count = Math.min(from, Math.ceil(scale) * 2 + 1)
  const first = new Int32Array(to)
  const weights = new Float64Array(to * count)
  for (let index = 0; index < to; index += 1) {
    const centre = (index + 0.5) * scale
    const low = Math.max(0, Math.floor(centre - scale + 0.5))
    const high = Math.min(from, Math.floor(centre + scale + 0.5))
    const start = Math.min(low, from - count)
    first[index] = start
    let sum = 0
    for (let source = low; source < high; source += 1) {
      const weight = Math.max(0, 1 - Math.abs((source - centre + 0.5) / scale))
      weights[index * count + source - start] = weight
      sum += weight
    }
    for (let tap = 0; tap < count; tap += 1) weights[index * count + tap] = (weights[index * count + tap] ?? 0) / sum
  }
  return { size: to, first, count, weights }
}

function resizeColumns(image: Raster, { size, first, count, weights }: Taps): Raster {
  if (size === image.width) return image
  const { height, width, channels, values } = image
  const result = new Float32Array(height * size * channels)
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < size; column += 1) {
      for (let channel = 0; channel < channels; channel += 1) {
        let sum = 0
        for (let tap = 0; tap < count; tap += 1) {
          const from = (row * width + (first[column] ?? 0) + tap) * channels + channel
          sum += (weights[column * count + tap] ?? 0) * (values[from] ?? 0)
        }
        result[(row * size + column) * channels + channel] = sum
      }
    }
  }
  return { height, width: size, channels, values: result }
}

function resizeRows(image: Raster, { size, first, count, weights }: Taps): Raster {
  if (size === image.height) return image
  const { width, channels, values } = image
  const stride = width * channels
  const result = new Float32Array(size * stride)
  for (let row = 0; row < size; row += 1) {
    for (let at = 0; at < stride; at += 1) {
      let sum = 0
      for (let tap = 0; tap < count; tap += 1) {
        sum += (weights[row * count + tap] ?? 0) * (values[((first[row] ?? 0) + tap) * stride + at] ?? 0)
      }
      result[row * stride + at] = sum
    }
  }
  return { height: size, width, channels, values: result }
}

function nearest(image: Raster, height: number, width: number): Raster {
  const { channels, values } = image
  const result = new Float32Array(height * width * channels)
  let to = 0
  for (let row = 0; row < height; row += 1) {
    const fromRow = nearestIndex(row, image.height, height)
    for (let column = 0; column < width; column += 1) {
      const from = (fromRow * image.width + nearestIndex(column, image.width, width)) * channels
      for (let channel = 0; channel < channels; channel += 1) {
        result[to] = values[from + channel] ?? 0
        to += 1
      }
    }
  }
  return { height, width, channels, values: result }
}

/** PyTorch computes the scale in float32, which decides where index x scale is nearly whole. */
function nearestIndex(index: number, from: number, to: number): number {
  return Math.min(Math.floor(Math.fround(index * Math.fround(from / to))), from - 1)
}

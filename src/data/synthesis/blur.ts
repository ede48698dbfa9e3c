import { exponential } from '../../random/exact.js'
import type { Frame } from './frame.js'

/** Gaussian blur, first down, then across, over 3 sigma to each side; beyond the borders their values are repeated. */
export function blurMap(
  from: Float32Array,
  channels: number,
  { height, width }: Frame,
  sigma: number,
  between: Float32Array,
  to: Float32Array,
): Float32Array {
  const weights = gaussian(sigma)
  const row = width * channels
  convolve(from, weights, between, { count: height, step: row, lines: row, line: 1 })
  for (let y = 0; y < height; y += 1) {
    const [source, target] = [between.subarray(y * row, (y + 1) * row), to.subarray(y * row, (y + 1) * row)]
    convolve(source, weights, target, { count: width, step: channels, lines: channels, line: 1 })
  }
  return to
}

/** `count` values, `step` apart, in each of `lines` lines that are `line` apart. */
interface Lines {
  readonly count: number
  readonly step: number
  readonly lines: number
  readonly line: number
}

function convolve(
  from: Float32Array,
  weights: Float64Array,
  to: Float32Array,
  { count, step, lines, line }: Lines,
): void {
  const reach = weights.length - 1
  for (let place = 0; place < count; place += 1) {
    for (let each = 0; each < lines; each += 1) {
      let sum = 0
      for (let offset = -reach; offset <= reach; offset += 1) {
        const at = Math.min(count - 1, Math.max(0, place + offset))
        sum += (weights[Math.abs(offset)] ?? 0) * (from[at * step + each * line] ?? 0)
      }
      to[place * step + each * line] = sum
    }
  }
}

/** From the middle outwards; with both sides they add up to 1. */
function gaussian(sigma: number): Float64Array {
  const weights = Float64Array.from({ length: Math.ceil(3 * sigma) + 1 }, (_, x) =>
    exponential((-x * x) / (2 * sigma * sigma)),
  )
  const sum = weights.reduce((all, weight, x) => all + (x === 0 ? weight : 2 * weight), 0)
  return weights.map((weight) => weight / sum)
}

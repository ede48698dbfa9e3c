import { power } from '../../random/exact.js'
import type { RandomStream } from '../../random/stream.js'

/** An image of 8 bits, height x width x channels, channels of a pixel side by side; operators change it in place. */
export interface Bytes {
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly values: Uint8Array
}

/** One value after the other, all channels alike. */
function mapped(image: Bytes, of: (value: number) => number): void {
  const table = Uint8Array.from({ length: 256 }, (_, value) => of(value))
  lookUp(image, () => table)
}

function lookUp({ channels, values }: Bytes, tableOf: (channel: number) => Uint8Array): void {
  for (let channel = 0; channel < channels; channel += 1) {
    const table = tableOf(channel)
    for (let at = channel; at < values.length; at += channels) values[at] = table[values[at] ?? 0] ?? 0
  }
}

/** Pillow's, which cuts the fraction off. */
function blended(from: number, to: number, factor: number): number {
  return Math.trunc(Math.min(255, Math.max(0, from + factor * (to - from))))
}

function histogram({ channels, values }: Bytes, channel: number): Uint32Array {
  const counts = new Uint32Array(256)
  for (let at = channel; at < values.length; at += channels) {
    const value = values[at] ?? 0
    counts[value] = (counts[value] ?? 0) + 1
  }
  return counts
}

/** The operators, as Pillow 12 defines them (ImageOps, ImageEnhance). */
export const photometric = {
  invert: (image: Bytes) => mapped(image, (value) => 255 - value),
  solarize: (image: Bytes, threshold: number) => mapped(image, (value) => (value < threshold ? value : 255 - value)),
  /** @param bits that are kept, 1 to 8 */
  posterize: (image: Bytes, bits: number) => mapped(image, (value) => value & (256 - 2 ** (8 - bits))),
  brightness: (image: Bytes, factor: number) => mapped(image, (value) => blended(0, value, factor)),
  /** 255 (value / 255)^exponent, to the nearest. */
  gamma: (image: Bytes, exponent: number) => mapped(image, (value) => Math.round(255 * power(value / 255, exponent))),
  /** The values of each channel over the whole range. */
  autocontrast: (image: Bytes) =>
    lookUp(image, (channel) => {
      const counts = histogram(image, channel)
      const [low, high] = [counts.findIndex((count) => count > 0), counts.findLastIndex((count) => count > 0)]
      if (high <= low) return Uint8Array.from(counts, (_, value) => value)
      const scale = 255 / (high - low)
      return Uint8Array.from(counts, (_, value) => Math.min(255, Math.max(0, Math.trunc(value * scale - low * scale))))
    }),
  /** A flat histogram of each channel. */
  equalize: (image: Bytes) =>
    lookUp(image, (channel) => {
      const counts = histogram(image, channel)
      const present = counts.filter((count) => count > 0)
      const pixels = image.values.length / image.channels
      const step = Math.floor((pixels - (present.at(-1) ?? 0)) / 255)
      if (present.length <= 1 || step === 0) return Uint8Array.from(counts, (_, value) => value)
      let sum = Math.floor(step / 2)
      return Uint8Array.from(counts, (count) => {
        const value = Math.floor(sum / step)
        sum += count
        return Math.min(255, value)
      })
    }),
  /** Away from the smoothed image for factors above 1, towards it below; the outermost pixels stay. */
  sharpness: ({ height, width, channels, values }: Bytes, factor: number) => {
    const before = values.slice()
    const row = width * channels
    for (let y = 1; y < height - 1; y += 1) {
      for (let at = y * row + channels; at < (y + 1) * row - channels; at += 1) {
        let sum = 4 * (before[at] ?? 0)
        for (const line of [at - row, at, at + row])
          for (const place of [line - channels, line, line + channels]) sum += before[place] ?? 0
        values[at] = blended(Math.floor(sum / 13 + 0.5), before[at] ?? 0, factor)
      }
    }
  },
  /** Away from grey for factors above 1, towards it below; an image of one channel stays. */
  saturation: ({ channels, values }: Bytes, factor: number) => {
    if (channels !== 3) return
    for (let at = 0; at < values.length; at += 3) {
      const [red, green, blue] = [values[at] ?? 0, values[at + 1] ?? 0, values[at + 2] ?? 0]
      const grey = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16
      values[at] = blended(grey, red, factor)
      values[at + 1] = blended(grey, green, factor)
      values[at + 2] = blended(grey, blue, factor)
    }
  },
} as const

/**
 * The operators with the strengths that DRAEM draws (Zavrtanik et al. 2021, the authors' code), but for two: hue and saturation are
 * changed together there, and rotation is no matter of values.
 */
const drawn: readonly ((image: Bytes, draws: RandomStream) => void)[] = [
  (image, draws) => photometric.gamma(image, draws.uniform(0.5, 2)),
  (image, draws) => photometric.brightness(image, draws.uniform(0.8, 1.2)),
  (image, draws) => photometric.sharpness(image, draws.uniform(0.5, 2)),
  (image, draws) => photometric.solarize(image, draws.integer(32, 128)),
  (image, draws) => photometric.posterize(image, draws.integer(1, 7)),
  (image) => photometric.invert(image),
  (image) => photometric.autocontrast(image),
  (image) => photometric.equalize(image),
  (image, draws) => photometric.saturation(image, draws.uniform(0, 2)),
]

/** Different operators, one after the other. An image of one channel has no saturation. */
export function drawPhotometric(image: Bytes, count: number, draws: RandomStream): void {
  const left = image.channels === 3 ? [...drawn] : drawn.slice(0, -1)
  for (let done = 0; done < count; done += 1) left.splice(draws.integer(0, left.length - 1), 1)[0]?.(image, draws)
}

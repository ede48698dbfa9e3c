import type { ImageHeader } from './headers/image-header.js'

/** Of all workers together. An image that needs more is decoded alone. */
const budgetBytes = 2 ** 30
const unit = 1024

/** One int32: units that images under way have taken. */
export function createDecodeBudget(): SharedArrayBuffer {
  return new SharedArrayBuffer(4)
}

/**
 * Bounds the memory of images that are decoded at once, whatever the number of workers: a PNG of 0.4 MB may hold 67 million
 * pixels.
 */
export class DecodeBudget {
  readonly #taken: Int32Array

  constructor(memory: SharedArrayBuffer) {
    this.#taken = new Int32Array(memory)
  }

  /** Waits for its part of the budget, works, and gives the part back. */
  async within<Result>(header: ImageHeader, work: () => Promise<Result>): Promise<Result> {
    const units = Math.min(budgetBytes / unit, Math.ceil(bytesOf(header) / unit))
    while (!this.#take(units)) await new Promise((resolve) => setTimeout(resolve, 5))
    try {
      return await work()
    } finally {
      Atomics.sub(this.#taken, 0, units)
    }
  }

  #take(units: number): boolean {
    const taken = Atomics.load(this.#taken, 0)
    if (taken + units > budgetBytes / unit) return false
    return Atomics.compareExchange(this.#taken, 0, taken, taken + units) === taken || this.#take(units)
  }
}

/** The samples as they are stored, as float32, and once more while they are resized. */
function bytesOf({ height, width, bits, colour, extra }: ImageHeader): number {
  const channels = colour === 'rgb' || extra === 'bands' ? 3 : 1
  return height * width * channels * (Math.max(8, bits) / 8 + 2 * Float32Array.BYTES_PER_ELEMENT)
}

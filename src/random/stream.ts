import { invariant } from '../diagnostics/invariant.js'
import { keyWords, philoxBlock } from './philox.js'

const twoTo32 = 0x100000000

/**
 * Random numbers for one thing (one sample of one epoch). The counter is (block, index, epoch, attempt): the k-th 32-bit word of the stream is
 * word k mod 4 of block floor(k / 4). So the numbers are a function of (key, epoch, index) alone, whoever draws them and when.
 */
export class RandomStream {
  private readonly words = new Uint32Array(4)
  private readonly key0: number
  private readonly key1: number
  private block = 0
  private used = 4

  /** `key` as `keyFor` gives it; `epoch` and `index` are in 0 .. 2^32 - 1. `attempt`: of what is drawn again, the how manieth time. */
  constructor(
    key: string,
    private readonly epoch: number,
    private readonly index: number,
    private readonly attempt = 0,
  ) {
    for (const part of [epoch, index])
      invariant(Number.isInteger(part) && part >= 0 && part < twoTo32, `${part} is no part of a counter`)
    const [key0, key1] = keyWords(key)
    this.key0 = key0
    this.key1 = key1
  }

  /** Uniform in 0 .. 2^32 - 1. */
  uint32(): number {
    if (this.used === 4) {
      philoxBlock(this.words, 0, this.block, this.index, this.epoch, this.attempt, this.key0, this.key1)
      this.block += 1
      this.used = 0
    }
    const word = this.words[this.used] ?? 0
    this.used += 1
    return word
  }

  /** Uniform in [low, high), from one word (32 bits). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (this.uint32() / twoTo32)
  }

  /** Uniform integer in low .. high, both included; from one word nearly always (rejection keeps it unbiased). */
  integer(low: number, high: number): number {
    const count = high - low + 1
    invariant(
      Number.isInteger(low) && Number.isInteger(high) && count >= 1 && count <= twoTo32,
      `no integer in ${low} .. ${high}`,
    )
    const limit = twoTo32 - (twoTo32 % count)
    for (;;) {
      const word = this.uint32()
      if (word < limit) return low + (word % count)
    }
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.uint32() < probability * twoTo32
  }
}

/** The integers 0 .. count - 1 in an order that the key and the epoch decide (Fisher-Yates, from the last place down). */
export function permutation(key: string, epoch: number, count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_value, place) => place)
  const stream = new RandomStream(key, epoch, 0)
  for (let last = count - 1; last > 0; last -= 1) {
    const other = stream.integer(0, last)
    const moved = order[last] ?? 0
    order[last] = order[other] ?? 0
    order[other] = moved
  }
  return order
}

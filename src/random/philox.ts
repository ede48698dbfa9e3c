import { invariant } from '../diagnostics/invariant.js'

/** Four uint32, least significant first. */
export type Words4 = readonly [number, number, number, number]
/** Two uint32, least significant first. */
export type Words2 = readonly [number, number]

/** Multipliers and Weyl increments of Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", table 2 and section 3.2. */
const multiplier0 = 0xd2511f53
const multiplier1 = 0xcd9e8d57
const weyl0 = 0x9e3779b9
const weyl1 = 0xbb67ae85
const rounds = 10

/** Philox4x32-10: a bijection of the 128-bit counter, picked by the 64-bit key. */
export function philox4x32(counter: Words4, key: Words2): [number, number, number, number] {
  const block = new Uint32Array(4)
  philoxBlock(block, 0, counter[0], counter[1], counter[2], counter[3], key[0], key[1])
  return [block[0] ?? 0, block[1] ?? 0, block[2] ?? 0, block[3] ?? 0]
}

/** Writes the block of a counter to `target[offset .. offset + 3]`; allocates nothing. */
export function philoxBlock(
  target: Uint32Array,
  offset: number,
  counter0: number,
  counter1: number,
  counter2: number,
  counter3: number,
  key0: number,
  key1: number,
): void {
  let [c0, c1, c2, c3] = [counter0 | 0, counter1 | 0, counter2 | 0, counter3 | 0]
  let [k0, k1] = [key0 | 0, key1 | 0]
  for (let round = 0; round < rounds; round += 1) {
    const high0 = multiplyHigh(multiplier0, c0)
    const high1 = multiplyHigh(multiplier1, c2)
    const low0 = Math.imul(multiplier0, c0)
    const low1 = Math.imul(multiplier1, c2)
    c0 = high1 ^ c1 ^ k0
    c1 = low1
    c2 = high0 ^ c3 ^ k1
    c3 = low0
    k0 = (k0 + weyl0) | 0
    k1 = (k1 + weyl1) | 0
  }
  target[offset] = c0
  target[offset + 1] = c1
  target[offset + 2] = c2
  target[offset + 3] = c3
}

/** Upper 32 bits of the 64-bit product of two uint32, by 16-bit halves: every partial sum stays below 2^32. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff
  const aHigh = a >>> 16
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16)
  const carried = aLow * bHigh + (middle & 0xffff)
  return (aHigh * bHigh + (middle >>> 16) + (carried >>> 16)) | 0
}

/** The two words of a key of 16 hex digits, as TensorFlow splits a 64-bit key: low word first. */
export function keyWords(key: string): [number, number] {
  invariant(/^[0-9a-f]{16}$/.test(key), `a key is 16 hex digits, not ${JSON.stringify(key)}`)
  return [Number.parseInt(key.slice(8), 16), Number.parseInt(key.slice(0, 8), 16)]
}

/** A float32 in [0, 1) of the 23 low bits of a word, as TensorFlow makes it. */
export function uniform23(word: number): number {
  return (word & 0x7fffff) / 0x800000
}

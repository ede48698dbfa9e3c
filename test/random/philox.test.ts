import { describe, expect, it } from 'vitest'
import { keyFor } from '../../src/random/key.js'
import { keyWords, philox4x32, uniform23, type Words2, type Words4 } from '../../src/random/philox.js'

/** Known answers of the Random123 distribution (kat_vectors, philox4x32 10). */
const vectors: readonly { counter: Words4; key: Words2; block: Words4 }[] = [
  { counter: [0, 0, 0, 0], key: [0, 0], block: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
  {
    counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    key: [0xffffffff, 0xffffffff],
    block: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  },
  {
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    block: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
]

describe('philox4x32', () => {
  it.each(vectors)('gives the known answer of counter $counter', ({ counter, key, block }) => {
    expect(philox4x32(counter, key)).toEqual(block)
  })

  it('agrees with 64-bit arithmetic on many counters', () => {
    for (let i = 0; i < 200; i += 1) {
      const counter: Words4 = [(i * 0x9e3779b1) >>> 0, (i * i * 77773) >>> 0, ~i >>> 0, (i << 27) >>> 0]
      const key: Words2 = [(i * 0x85ebca6b) >>> 0, (i * 0xc2b2ae35) >>> 0]
      expect(philox4x32(counter, key)).toEqual(byBigInt(counter, key))
    }
  })

  it('splits a key into words, the low one first', () => {
    expect(keyWords('0123456789abcdef')).toEqual([0x89abcdef, 0x01234567])
    expect(() => keyWords('0123')).toThrow('16 hex digits')
  })

  it('makes floats below one of the low 23 bits', () => {
    expect(uniform23(0xffffffff)).toBe(1 - 2 ** -23)
    expect(uniform23(0xff800000)).toBe(0)
  })
})

describe('keyFor', () => {
  it('is the first 8 bytes of SHA-256 of seed/purpose', () => {
    // printf '42/dropout' | sha256sum
    expect(keyFor(42, 'dropout')).toBe('673b22fd249e72f8')
    expect(keyFor(42, 'init')).not.toBe(keyFor(43, 'init'))
  })
})

function byBigInt(counter: Words4, key: Words2): number[] {
  let [c0, c1, c2, c3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint]
  let [k0, k1] = key.map(BigInt) as [bigint, bigint]
  const low = 0xffffffffn
  for (let round = 0; round < 10; round += 1) {
    const first = 0xd2511f53n * c0
    const second = 0xcd9e8d57n * c2
    ;[c0, c1, c2, c3] = [(second >> 32n) ^ c1 ^ k0, second & low, (first >> 32n) ^ c3 ^ k1, first & low]
    k0 = (k0 + 0x9e3779b9n) & low
    k1 = (k1 + 0xbb67ae85n) & low
  }
  return [c0, c1, c2, c3].map(Number)
}

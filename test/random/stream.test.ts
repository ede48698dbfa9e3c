import { describe, expect, it } from 'vitest'
import { keyFor } from '../../src/random/key.js'
import { keyWords, philox4x32 } from '../../src/random/philox.js'
import { permutation, RandomStream } from '../../src/random/stream.js'

const key = keyFor(1, 'synthesis')

describe('RandomStream', () => {
  it('reads the blocks (block, index, epoch, 0) in order', () => {
    const stream = new RandomStream(key, 3, 7)
    const drawn = Array.from({ length: 8 }, () => stream.uint32())
    expect(drawn).toEqual([...philox4x32([0, 7, 3, 0], keyWords(key)), ...philox4x32([1, 7, 3, 0], keyWords(key))])
  })

  it('draws integers uniformly, both ends included', () => {
    const stream = new RandomStream(key, 0, 0)
    const counts = new Map<number, number>()
    for (let i = 0; i < 6000; i += 1) {
      const drawn = stream.integer(-1, 1)
      counts.set(drawn, (counts.get(drawn) ?? 0) + 1)
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([-1, 0, 1])
    for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(150)
  })

  it('keeps probabilities and ranges', () => {
    const stream = new RandomStream(key, 0, 1)
    let hits = 0
    for (let i = 0; i < 4000; i += 1) {
      if (stream.chance(0.25)) hits += 1
      const drawn = stream.uniform(2, 5)
      expect(drawn).toBeGreaterThanOrEqual(2)
      expect(drawn).toBeLessThan(5)
    }
    expect(Math.abs(hits - 1000)).toBeLessThan(100)
    expect(new RandomStream(key, 0, 0).chance(1)).toBe(true)
    expect(new RandomStream(key, 0, 0).chance(0)).toBe(false)
  })

  it('refuses what is no part of a counter', () => {
    expect(() => new RandomStream(key, -1, 0)).toThrow('counter')
    expect(() => new RandomStream(key, 0, 0.5)).toThrow('counter')
    expect(() => new RandomStream(key, 0, 0).integer(2, 1)).toThrow('no integer')
  })
})

describe('permutation', () => {
  it('has every index once, another order each epoch, the same one each time', () => {
    const first = permutation(key, 0, 100)
    expect([...first].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_value, i) => i))
    expect(permutation(key, 0, 100)).toEqual(first)
    expect(permutation(key, 1, 100)).not.toEqual(first)
  })
})

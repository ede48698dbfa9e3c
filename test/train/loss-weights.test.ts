import { describe, expect, test } from 'vitest'
import type { LossWeight } from '../../src/plan/loss-weights.js'
import { LossWeights } from '../../src/train/loss-weights.js'

const ramp: LossWeight = { kind: 'ramp', name: 'weight.r', from: 0.1, to: 1, after: 2, over: 3 }
const terms = ['a', 'b'] as const
const dynamic = terms.map((_, term): LossWeight => {
  return { kind: 'dynamic_weight', name: `weight.t.${term}`, terms, term, temperature: 2 }
})

describe('weights of loss terms', () => {
  test('a ramp stays, grows in a line, and stays', () => {
    const weights = new LossWeights([ramp])
    const values = [1, 2, 3, 4, 5, 6, 9].map((epoch) => weights.feeds(epoch)['weight.r'])
    expect(values).toEqual([0.1, 0.1, 0.1, 0.1 + 0.9 / 3, 0.1 + (0.9 * 2) / 3, 1, 1])
    // It looks at no loss, so there is nothing to keep.
    weights.add({ a: 1 }, true)
    expect(weights.history).toBeUndefined()
  })

  test('a dynamic average follows the means of the last two epochs, softmax of their ratios', () => {
    const weights = new LossWeights(dynamic)
    const epoch = (...losses: readonly (readonly [number, number])[]) => {
      for (const [step, [a, b]] of losses.entries()) weights.add({ a, b, other: 9 }, step === losses.length - 1)
    }
    expect(Object.values(weights.feeds(1))).toEqual([1, 1])
    epoch([1, 4], [3, 4])
    expect(Object.values(weights.feeds(2))).toEqual([1, 1])
    epoch([1, 4], [1, 2])
    // a fell to 1/2 of its mean 2, b to 3/4 of its mean 4.
    const [first, second] = [Math.exp(0.5 / 2), Math.exp(0.75 / 2)]
    const [a = 0, b = 0] = Object.values(weights.feeds(3))
    expect(Math.abs(a - (2 * first) / (first + second))).toBeLessThan(1e-12)
    expect(Math.abs(b - (2 * second) / (first + second))).toBeLessThan(1e-12)
    epoch([2, 3])
    expect(Object.values(weights.feeds(4))[0]).toBeGreaterThan(1)
  })

  test('going on from what is kept, also amid an epoch, gives the same', () => {
    const losses = Array.from({ length: 12 }, (_, step) => ({ a: 1 / (step + 1), b: 2 - step / 12 }))
    const whole = new LossWeights(dynamic)
    let parts = new LossWeights(dynamic)
    for (const [step, each] of losses.entries()) {
      whole.add(each, step % 4 === 3)
      parts.add(each, step % 4 === 3)
      parts = new LossWeights(dynamic, JSON.parse(JSON.stringify(parts.history)))
      expect(parts.feeds(3)).toEqual(whole.feeds(3))
    }
  })
})

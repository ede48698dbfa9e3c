import { expect, test } from 'vitest'
import { purposeKey } from '../../src/data/draws.js'
import { RandomStream } from '../../src/random/stream.js'
import { lossOf, pipeline } from './support/one-loss.js'

const [batch, values] = [2, 6 * 5 * 3]

/** In tenths: many values tie. */
function drawn(seed: number): Float64Array {
  const stream = new RandomStream(purposeKey(seed, 'order'), 0, 0)
  return Float64Array.from({ length: batch * values }, () => Math.round(10 * stream.uniform()) / 10)
}

function obvious(data: Float64Array, share: number): number {
  const count = Math.max(1, Math.round(share * values))
  const tops = Array.from({ length: batch }, (_, image) =>
    [...data.slice(image * values, (image + 1) * values)]
      .sort((a, b) => b - a)
      .slice(0, count)
      .reduce((sum, value) => sum + value / count, 0),
  )
  return tops.reduce((sum, value) => sum + value / batch, 0)
}

test.each([0.001, 0.02, 0.1, 0.5, 1])('top_mean is the mean of the largest values, of a share of %d', (share) => {
  for (const seed of [1, 2, 3]) {
    const data = drawn(seed)
    const text = pipeline('6x5', '[0, 1]', '', `mean(top_mean(recon, share = ${share}))`)
    const image = { shape: [batch, 6, 5, 3], data }
    expect(Math.abs(lossOf(text, { image }) - obvious(data, share))).toBeLessThan(1e-12)
  }
})

test.each([
  ['channel_mean', (pixel: Float64Array) => pixel.reduce((sum, value) => sum + value / 3, 0)],
  ['channel_sum', (pixel: Float64Array) => pixel.reduce((sum, value) => sum + value, 0)],
  ['channel_max', (pixel: Float64Array) => Math.max(...pixel)],
] as const)('%s is one number a pixel', (name, of) => {
  const data = drawn(4)
  const image = { shape: [batch, 6, 5, 3], data }
  const pixels = Array.from({ length: data.length / 3 }, (_, at) => of(data.subarray(3 * at, 3 * at + 3)))
  const expected = pixels.reduce((sum, value) => sum + value ** 2 / pixels.length, 0)
  const text = pipeline('6x5', '[0, 1]', '', `mean(square(${name}(recon)))`)
  expect(Math.abs(lossOf(text, { image }) - expected)).toBeLessThan(1e-12)
})

test('image_sum is one number an image', () => {
  const data = drawn(5)
  const image = { shape: [batch, 6, 5, 3], data }
  const sums = [0, 1].map((at) => data.subarray(at * values, (at + 1) * values).reduce((sum, value) => sum + value, 0))
  const text = pipeline('6x5', '[0, 1]', '', 'mean(square(image_sum(recon)))')
  const expected = sums.reduce((sum, value) => sum + value ** 2 / batch, 0)
  expect(Math.abs(lossOf(text, { image }) - expected)).toBeLessThan(1e-9)
})

import { describe, expect, it, test } from 'vitest'
import { interpret } from '../../src/ir/interpret/run.js'
import { lowerPipeline } from '../../src/lower/lower.js'
import { withGradients } from '../../src/tools/parity/layer.js'
import { checkText } from '../check/harness.js'
import { lossOf, pipeline } from './support/one-loss.js'

type Plane = readonly (readonly number[])[]
const exponents = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]

/** One channel of one image, by the definition: every window by itself, what it sees beyond the border reflected. */
function meansOf(x: Plane, y: Plane, window: number): { readonly whole: number; readonly structure: number } {
  const [c1, c2] = [0.01 ** 2, 0.03 ** 2]
  const half = (window - 1) / 2
  const weights = Array.from({ length: window }, (_, at) => Math.exp(-((at - half) ** 2) / (2 * 1.5 ** 2)))
  const sum = weights.reduce((total, each) => total + each, 0)
  const [height, width] = [x.length, x[0]?.length ?? 0]
  const reflected = (at: number, side: number) => (at < 0 ? -at : at >= side ? 2 * side - 2 - at : at)
  let [whole, structure] = [0, 0]
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const filter = (of: (i: number, j: number) => number): number => {
        let total = 0
        for (let i = 0; i < window; i += 1)
          for (let j = 0; j < window; j += 1) {
            const weight = ((weights[i] ?? 0) * (weights[j] ?? 0)) / sum ** 2
            total += weight * of(reflected(row + i - half, height), reflected(column + j - half, width))
          }
        return total
      }
      const at = (plane: Plane) => (i: number, j: number) => plane[i]?.[j] ?? Number.NaN
      const [one, two] = [at(x), at(y)]
      const [muX, muY] = [filter(one), filter(two)]
      const covariance = filter((i, j) => one(i, j) * two(i, j)) - muX * muY
      const variances = filter((i, j) => one(i, j) ** 2 + two(i, j) ** 2) - muX ** 2 - muY ** 2
      const contrast = (2 * covariance + c2) / (variances + c2)
      structure += contrast / (height * width)
      whole += (((2 * muX * muY + c1) / (muX ** 2 + muY ** 2 + c1)) * contrast) / (height * width)
    }
  }
  return { whole, structure }
}

function halved(plane: Plane): Plane {
  return Array.from({ length: Math.floor(plane.length / 2) }, (_row, i) =>
    Array.from({ length: Math.floor((plane[0]?.length ?? 0) / 2) }, (_pixel, j) => {
      const at = (row: number, column: number) => plane[row]?.[column] ?? Number.NaN
      return (at(2 * i, 2 * j) + at(2 * i, 2 * j + 1) + at(2 * i + 1, 2 * j) + at(2 * i + 1, 2 * j + 1)) / 4
    }),
  )
}

function similarity(x: Plane, y: Plane, window: number, scales: number): number {
  const used = exponents.slice(0, scales)
  const sum = used.reduce((total, each) => total + each, 0)
  let [a, b, product] = [x, y, 1]
  used.forEach((exponent, scale) => {
    if (scale > 0) [a, b] = [halved(a), halved(b)]
    const { whole, structure } = meansOf(a, b, window)
    product *= Math.max(1e-6, scale === scales - 1 ? whole : structure) ** (exponent / sum)
  })
  return product
}

function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1103515245 + 12345) % 2 ** 31
    return state / 2 ** 31
  }
}

describe('ms_ssim is what its definition says', () => {
  it.each([
    [24, 20, 3, 3],
    [23, 29, 3, 3],
    [16, 16, 5, 1],
    [48, 32, 3, 5],
  ])('%i x %i, a window of %i, %i scales', (height, width, window, scales) => {
    const next = random(height * width)
    const image = { shape: [2, height, width, 3], data: Float64Array.from({ length: 6 * height * width }, next) }
    // The label follows the prediction in some images and channels more than in others, and is its negative in one.
    const clean = {
      ...image,
      data: image.data.map((value, at) => (at % 3 === 0 ? 1 - value : value + 0.3 * (at % 3) * (next() - 0.5))),
    }
    const plane = (of: typeof image, n: number, c: number): Plane =>
      Array.from({ length: height }, (_row, i) =>
        Array.from({ length: width }, (_pixel, j) => of.data[((n * height + i) * width + j) * 3 + c] ?? Number.NaN),
      )
    let expected = 0
    for (const n of [0, 1])
      for (const c of [0, 1, 2])
        expected += (1 - similarity(plane(image, n, c), plane(clean, n, c), window, scales)) / 6
    const text = pipeline(
      `${height}x${width}`,
      '[0, 1]',
      '',
      `ms_ssim(recon, clean, window = ${window}, scales = ${scales})`,
    )
    expect(Math.abs(lossOf(text, { image, clean }) - expected)).toBeLessThan(1e-6)
    expect(lossOf(text, { image, clean: image })).toBeCloseTo(0, 6)
  })
})

test('its gradient is that of central differences', () => {
  const next = random(7)
  const [height, width] = [24, 20]
  const image = { shape: [2, height, width, 3], data: Float64Array.from({ length: 6 * height * width }, next) }
  const clean = { ...image, data: image.data.map((value) => 0.7 * value + 0.2 * next()) }
  const text = pipeline('24x20', '[0, 1]', '', 'ms_ssim(recon, clean, window = 3, scales = 3)')
  const { pipeline: checked } = checkText(text)
  if (checked === undefined) throw new Error('it has mistakes')
  const { module, training } = lowerPipeline(checked)
  const { state } = interpret(module, 'init', {})
  const { outputs } = interpret(withGradients(module, training), 'train_step', { image, clean }, state)
  const [gradient = Number.NaN] = outputs['grad.offset.value']?.data ?? []
  // The offset is added to every pixel of the image.
  const moved = (by: number) =>
    lossOf(text, { image: { ...image, data: image.data.map((value) => value + by) }, clean })
  const difference = (moved(1e-5) - moved(-1e-5)) / 2e-5
  expect(Math.abs(gradient)).toBeGreaterThan(1e-3)
  expect(Math.abs(gradient - difference)).toBeLessThan(1e-6 * Math.abs(gradient) + 1e-8)
})

test('maps that are too small for the scales are reported with what fits', () => {
  const told = (loss: string) =>
    checkText(pipeline('64x64', '[0, 1]', '', loss)).diagnostics.map(
      ({ code, message, help }) => `${code} ${message}: ${help}`,
    )
  expect(told('ms_ssim(recon, clean)')).toEqual([
    expect.stringMatching(/^D\d+ .*at least 96 pixels a side for a window of 11 at 5 scales.*: Write `window = 7`\.$/),
  ])
  expect(told('ms_ssim(recon, clean, window = 7)')).toEqual([])
})

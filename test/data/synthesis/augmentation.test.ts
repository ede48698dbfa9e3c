import { describe, expect, test } from 'vitest'
import { Augmenter } from '../../../src/data/synthesis/augmenter.js'
import { RandomStream } from '../../../src/random/stream.js'
import { checkText } from '../../check/harness.js'

const [height, width, channels] = [24, 32, 3]
const size = height * width * channels

function augmenterOf(steps: string, seed = 1): Augmenter {
  const { pipeline, diagnostics } = checkText(`
pipeline p {
  data = hdmap(root = "data", source = domain_A, image = ${height}x${width}, batch = 4)
  augmentation = ${steps}
  synthesis = additive(width = 8px .. 16px)
  model {
    recon = image |> conv2d(3, kernel = 3)
    score = image_mean(clamp(recon, 0.0, 1.0))
  }
  loss { total = l2(recon, clean) }
  train { optimizer = sgd(lr = 1e-3)
    epochs = 1 }
  evaluate { image = [auroc(score)] }
}
`)
  const augmentation = pipeline?.augmentation
  if (augmentation === undefined) throw new Error(diagnostics.map(({ message }) => message).join())
  return new Augmenter(augmentation, { height, width, channels, range: [0, 1] }, seed)
}

const pixels = new RandomStream('0123456789abcdef', 1, 0)
const clean = Float32Array.from({ length: size }, () => pixels.uniform())

function made(augmenter: Augmenter, epoch: number, index: number): Float32Array {
  // Between two others, which stay.
  const batch = new Float32Array(3 * size).fill(7)
  batch.set(clean, size)
  augmenter.apply(batch, size, epoch, index)
  expect([...batch.subarray(0, size), ...batch.subarray(2 * size)].every((value) => value === 7)).toBe(true)
  return batch.slice(size, 2 * size)
}

describe('augmentations', () => {
  const all = '[flipped(probability = 50%), turned(probability = 30%), moved(), brighter(by = 50%), noisy()]'

  test('are a function of seed, epoch and image, and stay in the range', () => {
    const augmenter = augmenterOf(all)
    const seen = new Set<string>()
    for (const [epoch, index] of [
      [0, 0],
      [0, 1],
      [1, 0],
    ] as const) {
      const image = made(augmenter, epoch, index)
      expect(made(augmenterOf(all), epoch, index)).toEqual(image)
      expect(image.every((value) => value >= 0 && value <= 1)).toBe(true)
      seen.add(image.join())
    }
    expect(made(augmenterOf(all, 2), 0, 0)).not.toEqual(made(augmenter, 0, 0))
    expect(seen.size).toBe(3)
  })

  test('come to as many images as their probability says', () => {
    const augmenter = augmenterOf('[turned(probability = 30%)]')
    const changed = Array.from({ length: 300 }, (_, index) => made(augmenter, 0, index)).filter((image) =>
      image.some((value, at) => value !== clean[at]),
    )
    expect(Math.abs(changed.length / 300 - 0.3)).toBeLessThan(0.09)
  })

  test('flipped twice is the image, and a move is taken back', () => {
    expect(made(augmenterOf('[flipped(), flipped()]'), 0, 0)).toEqual(clean)
    expect(made(augmenterOf('[flipped(upside_down = true)]'), 0, 0).slice(0, width * channels)).toEqual(
      clean.slice((height - 1) * width * channels),
    )
    const moved = made(augmenterOf('[moved(down = 50%, right = 50%)]'), 0, 3)
    expect([...moved].sort()).toEqual([...clean].sort())
  })

  test('a step that is added changes the draws of no other', () => {
    const [alone, after] = [
      augmenterOf('[brighter(by = 50%)]'),
      augmenterOf('[flipped(), flipped(), brighter(by = 50%)]'),
    ]
    expect(made(after, 2, 5)).toEqual(made(alone, 2, 5))
  })
})

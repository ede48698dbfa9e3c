import { expect, test } from 'vitest'
import { readFixture } from '../support/fixture.js'
import { lossOf, pipeline } from './support/one-loss.js'

const pieces = readFixture('test/fixtures/pieces/family_pieces.safetensors')

/** A batch of PyTorch, [N, C, H, W], as [N, H, W, C]. */
function channelsLast(
  values: Float64Array,
  [batch, channels, height, width]: readonly [number, number, number, number],
) {
  const data = new Float64Array(values.length)
  for (let n = 0, from = 0; n < batch; n += 1)
    for (let c = 0; c < channels; c += 1)
      for (let pixel = 0; pixel < height * width; pixel += 1, from += 1)
        data[(n * height * width + pixel) * channels + c] = values[from] ?? 0
  return { shape: [batch, height, width, channels], data }
}

test('the SSIM of the authors of DRAEM sees zeros beyond the border, and is twice ours', () => {
  const [a, b] = ['a', 'b'].map((name) => channelsLast(pieces(`ssim_2021/${name}`), [2, 3, 24, 20]))
  if (a === undefined || b === undefined) throw new Error('two images')
  const text = pipeline('24x20', '[0, 1]', '', '2.0 * ssim(recon, clean, border = zero)')
  const [expected = 0] = pieces('ssim_2021/loss')
  expect(Math.abs(lossOf(text, { image: a, clean: b }) - expected)).toBeLessThan(1e-6 * expected)
})

test('their focal loss softens labels and probabilities', () => {
  const logits = channelsLast(pieces('focal_2021/logits'), [2, 2, 8, 8])
  const mask = { shape: [2, 8, 8, 1], data: pieces('focal_2021/target') }
  // The logits come in as two of the three channels of an image.
  const image = {
    shape: [2, 8, 8, 3],
    data: Float64Array.from({ length: 384 }, (_, at) =>
      at % 3 === 2 ? 0 : (logits.data[2 * Math.floor(at / 3) + (at % 3)] ?? 0),
    ),
  }
  const text = pipeline('8x8', '[-100, 100]', 'logits = concat(recon[0], recon[1])', 'focal_2021(logits, fault_mask)')
  const [expected = 0] = pieces('focal_2021/loss')
  expect(Math.abs(lossOf(text, { image, fault_mask: mask }) - expected)).toBeLessThan(1e-6 * expected)
})

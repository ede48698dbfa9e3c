import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { lowerPipeline } from '../../src/lower/lower.js'
import { projectRoot } from '../support/draemc.js'
import { checkText } from './harness.js'

const shipped = readFileSync(`${projectRoot}/pipelines/hdmap_sevnet.draem`, 'utf8')

test('a head of the shipped study that ends at 2 already is a warning at that head', () => {
  expect(checkText(shipped).diagnostics).toEqual([])
  const { diagnostics } = checkText(
    shipped.replace('severity_cnn(inputs = with_original, maximum = 1.0)', 'severity_cnn(inputs = with_original)'),
  )
  expect(diagnostics.map(({ code, severity }) => [code, severity])).toEqual([['D094', 'warning']])
  expect(diagnostics[0]?.message).toContain('a prediction in [0, 4] with a label in [0, 2]')
})

function pipeline(image: string, loss: string): string {
  return `pipeline p {
  data = hdmap(root = "data", source = domain_A, batch = 4, ${image})
  synthesis = additive(width = 8px .. 16px)
  model {
    recon = image |> conv2d(3)
    score = image_mean(recon)
  }
  loss { total = ${loss} }
  train { optimizer = adam(lr = 1e-3)
    epochs = 1 }
  evaluate { image = [auroc(score)] }
}
`
}

/** The numbers that one pipeline's training step adds. */
function constants(image: string, loss: string): readonly unknown[] {
  const { pipeline: checked, diagnostics } = checkText(pipeline(image, loss))
  expect(diagnostics).toEqual([])
  if (checked === undefined) throw new Error('it is whole')
  const step = lowerPipeline(checked).module.functions.find(({ name }) => name === 'train_step')
  return (step?.operations ?? []).flatMap(({ op, attributes }) => (op === 'constant' ? [attributes.value] : []))
}

describe("ssim's constants are (0.01 L)^2 and (0.03 L)^2", () => {
  test.each([
    ['image = 32x32', 'ssim(recon, clean)', 1],
    ['image = 32x32, range = [0, 255]', 'ssim(recon, clean)', 255],
    ['image = 32x32, range = [-1, 1]', 'ssim(clean, recon)', 2],
    ['image = 32x32, range = [0, 255]', 'ssim(recon, clean / 255.0)', 1],
    ['image = 32x32', 'ssim(recon, clean, range = 0 .. 4)', 4],
  ])('%s: %s', (image, loss, length) => {
    expect(constants(image, loss)).toEqual(expect.arrayContaining([(0.01 * length) ** 2, (0.03 * length) ** 2]))
  })
})

test('a batch norm over one value a channel is reported once, and not where there are two images or two pixels', () => {
  const codes = (batch: number, window: number): readonly string[] =>
    checkText(
      pipeline('image = 32x32', 'l2(recon, clean) + mean(square(again))')
        .replace('batch = 4', `batch = ${batch}`)
        .replace(
          'score =',
          `pooled = recon |> max_pool(${window})\n    normed = batch_norm(pooled)\n    again = batch_norm(normed)\n    score =`,
        ),
    ).diagnostics.map(({ code }) => code)
  expect(codes(1, 32)).toEqual(['D068'])
  expect(codes(2, 32)).toEqual([])
  expect(codes(1, 16)).toEqual([])
})

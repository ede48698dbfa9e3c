import { describe, expect, it } from 'vitest'
import { checkText } from './harness.js'

/** A pipeline over the library with the full widths of the originals. */
function pipeline(
  model: string,
  loss = '',
  score = 'image_max(softmax(seg.mask)[anomaly])',
  evaluate = 'auroc(score)',
): string {
  return `import "std/draem"
pipeline p {
  data = hdmap(root = "data", source = domain_A, image = 256x256)
  synthesis = additive()
  model {
${model}
    score = ${score}
  }
  loss {
    segmentation = focal(seg.mask, fault_mask)
    total = segmentation${loss}
  }
  train {
    optimizer = adam()
    epochs = 1
  }
  evaluate {
    image = [${evaluate}]
  }
}
`
}

const networks = `    recon = reconstructive(image, width = 128)
    seg = discriminative(concat(image, recon), width = 64)`
const plain = ' + l2(recon, clean)'

function weights(text: string, of = ''): number {
  const result = checkText(text)
  expect(result.diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([])
  return (result.pipeline?.parameters ?? [])
    .filter(({ kind, name }) => kind === 'weight' && name.startsWith(of))
    .reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0)
}

function withHead(head: string): string {
  return pipeline(
    `${networks}\n    severity = ${head}`,
    `${plain} + smooth_l1(severity, fault_severity)`,
    undefined,
    'auroc(score), auroc(severity)',
  )
}

/** Counts of the originals. */
describe('the networks have the parameters of the originals', () => {
  it('DRAEM', () => expect(weights(pipeline(networks, plain))).toBe(97_422_725))
  it('Wide ResNet-50-2 without its classifier', () => {
    const wide = pipeline(
      `${networks}\n    wide = imagenet_normalised(image) |> wide_resnet\n    last = image_mean(wide[3])`,
    )
    const text = wide.replace('import "std/draem"', 'import "std/draem"\nimport "std/resnet"')
    const withLoss = text.replace('total = segmentation', `total = segmentation${plain} + mean(last)`)
    expect(weights(withLoss.replace('[auroc(score)]', '[auroc(score), auroc(last)]'), 'wide.')).toBe(66_834_240)
  })
  it('reconstructive', () => expect(weights(pipeline(networks, plain), 'recon.')).toBe(69_048_579))
  it('discriminative', () => expect(weights(pipeline(networks, plain), 'seg.')).toBe(28_374_146))

  it.each([
    ['single', 97_496_710],
    ['multi', 97_676_934],
  ])('DRAEM with SevNet %s', (scale, count) => {
    expect(weights(withHead(`2.0 * sevnet(image, recon, seg, scale = ${scale})`))).toBe(count)
  })

  it.each([
    ['discriminative_only', 100_289],
    ['with_original', 102_017],
    ['with_reconstruction', 102_017],
    ['with_error_map', 102_017],
    ['multi_modal', 105_473],
  ])('the severity CNN on %s', (inputs, count) => {
    expect(weights(withHead(`severity_cnn(image, recon, seg, inputs = ${inputs})`), 'severity.')).toBe(count)
  })

  it('DRAEM with SSPCAB', () => {
    const model = `    restored = reconstructive_sspcab(image, width = 128)
    recon = restored.image
    seg = discriminative(concat(image, recon), width = 64)`
    expect(weights(pipeline(model, `${plain} + 0.1 * mse(restored.predicted, restored.masked)`))).toBe(83_003_909)
  })
})

it('weights are named by their bindings', () => {
  const names =
    checkText(withHead('2.0 * sevnet(image, recon, seg, scale = single)')).pipeline?.parameters.map(
      ({ name }) => name,
    ) ?? []
  expect(names).toEqual(
    expect.arrayContaining(['recon.encoder.block1.conv1.kernel', 'recon.decoder.up4.norm.running_variance']),
  )
  expect(names).toEqual(
    expect.arrayContaining(['seg.decoder.up_b.conv.bias', 'seg.encoder.block6.norm2.scale', 'severity.dense3.kernel']),
  )
  expect(new Set(names).size).toBe(names.length)
})

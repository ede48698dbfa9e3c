import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makePlan } from '../../src/driver/plan.js'
import { interpret } from '../../src/ir/interpret/run.js'
import { sizeOf } from '../../src/ir/ops/shape.js'
import { lowerPipeline } from '../../src/lower/lower.js'
import { runPasses } from '../../src/passes/runner.js'
import { decodeSafetensors, toFloat64 } from '../../src/plan/safetensors.js'
import { targets } from '../../src/targets/registry.js'
import { ourMap } from '../../src/tools/parity/layout.js'
import { loadPretrained } from '../../src/train/pretrained.js'
import type { NamedState } from '../../src/train/step-runner.js'
import { readWeightTable } from '../../src/weights/file.js'
import { checkText } from '../check/harness.js'
import { projectRoot } from '../support/draemc.js'

const fixtures = join(projectRoot, 'test/fixtures')
const { tensors } = decodeSafetensors(readFileSync(join(fixtures, 'draem.safetensors')))

function fixture(name: string) {
  const stored = tensors.get(name)
  if (stored === undefined) throw new Error(name)
  return ourMap({ shape: stored.shape, values: toFloat64(stored) })
}

describe("the authors' two files, in a pipeline", () => {
  it('give the outputs of the model that they are of', () => {
    const weights = (file: string, block: string) =>
      `weights(${JSON.stringify(join(fixtures, 'weights', file))}, ${block}, names = draem)`
    const text = `import "std/draem"
pipeline p {
  data = hdmap(root = "data", source = domain_A, targets = [domain_B], image = 32x32, batch = 2, eval_batch = 2)
  synthesis = additive(width = 2px .. 4px)
  model {
    recon = image |> ${weights('author_width4.pckl', 'reconstructive(width = 4)')}
    seg = concat(image, recon) |> ${weights('author_width4_seg.pckl', 'discriminative(width = 2)')}
    anomaly_map = softmax(seg.mask)[anomaly]
    mask_score = image_max(anomaly_map)
  }
  loss { total = l2(recon, clean) + focal(seg.mask, fault_mask) }
  train {
    optimizer = adam(lr = 1e-3)
    epochs = 1
    ema = 0.5
  }
  evaluate {
    image = [auroc(mask_score)]
    pixel = [auroc(anomaly_map)]
  }
}
`
    const { pipeline, diagnostics } = checkText(text, { readWeights: readWeightTable })
    expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([])
    if (pipeline === undefined) throw new Error('it was not checked')
    expect(pipeline.origins.filter(({ path }) => path.includes('.weights')).map(({ path }) => path)).toEqual([
      'model.recon.weights',
      'model.recon.weights.names',
      'model.seg.weights',
      'model.seg.weights.names',
    ])
    const { module, training } = lowerPipeline(pipeline)
    const optimised = runPasses(module, training)
    const plan = makePlan(pipeline, targets.tensorflow.emit(optimised.module, 'cpu'))
    const state = new Map(plan.state.map(({ name, shape }) => [name, new Float64Array(sizeOf(shape))]))
    const setState = (states: Iterable<NamedState>) => {
      for (const { name, values } of states) state.set(name, Float64Array.from(values))
      return 0
    }
    const taken = loadPretrained({ runner: { setState } }, plan)
    expect(taken.map(({ file, format }) => [basename(file), format])).toEqual([
      ['author_width4.pckl', 'a checkpoint of PyTorch'],
      ['author_width4_seg.pckl', 'a checkpoint of PyTorch'],
    ])
    // Evaluation computes with the averages, which begin as the weights.
    expect(plan.state.filter(({ name }) => name.endsWith('.average')).length).toBeGreaterThan(50)
    const image = fixture('input/image')
    const { outputs } = interpret(
      optimised.module,
      'eval_step',
      { image: { shape: image.shape, data: image.values } },
      state,
    )
    for (const name of ['anomaly_map', 'mask_score']) {
      const expected = fixture(`eval/${name}`).values
      const largest = Math.max(...expected.map(Math.abs))
      const errors = expected.map((value, at) => Math.abs(value - (outputs[name]?.data[at] ?? Number.NaN)) / largest)
      expect(Math.max(...errors)).toBeLessThan(1e-6)
    }
  })
})

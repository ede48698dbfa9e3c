import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { draemc, temporaryDirectory } from '../support/draemc.js'
import { describeNative } from '../support/native.js'

/** Without batch norm, whose statistics are those of a part. */
const pipeline = `
pipeline plain {
  data = hdmap(root = "data", source = domain_A, targets = [domain_B], image = 32x96, channels = 1, range = [0, 1], batch = 8,
               validation = held_out(10%, faults = synthetic))
  synthesis = additive(width = 8px .. 16px, severity = 0.1 .. 2.0)
  model {
    hidden      = image |> conv2d(8, kernel = 3) |> relu
    recon       = hidden |> conv2d(1, kernel = 3)
    logits      = hidden |> conv2d(2, kernel = 3)
    anomaly_map = softmax(logits)[anomaly]
    score       = image_max(anomaly_map)
  }
  loss {
    reconstruction = l2(recon, clean)
    segmentation   = focal(logits, fault_mask)
    total          = reconstruction + segmentation
  }
  train {
    optimizer = adam(lr = 1e-3)
    clip_norm = 0.5
    epochs    = 3
  }
  evaluate {
    on    = [source.test]
    image = [auroc(score)]
  }
}
`

describeNative('a batch in parts', () => {
  it('trains as the whole batch does', () => {
    const directory = temporaryDirectory()
    expect(draemc(['data', 'hdmap-example', join(directory, 'data'), '--size', '0.2']).status).toBe(0)
    writeFileSync(join(directory, 'plain.draem'), pipeline)
    const losses = (out: string, ...set: readonly string[]) => {
      const options = set.flatMap((text) => ['--set', text])
      expect(draemc(['run', 'plain.draem', ...options, '--out', out], { cwd: directory }).status).toBe(0)
      const plan = JSON.parse(readFileSync(join(directory, out, 'plan.json'), 'utf8'))
      const events = readFileSync(join(directory, out, 'events.jsonl'), 'utf8')
        .trim()
        .split('\n')
      const parsed = events.map((line) => JSON.parse(line).event)
      const steps = parsed.filter(({ type }) => type === 'step')
      return { plan, events: parsed, steps, total: steps.at(-1)?.losses.total }
    }
    const whole = losses('whole', 'train.gradient_norms=every(1 epoch)')
    const parts = losses('parts', 'train.micro_batch=2')
    expect(whole.plan.functions.accumulate_step).toBeUndefined()
    expect(parts.plan.functions.accumulate_step.inputs[0].shape).toEqual([2, 32, 96, 1])
    expect(parts.steps.at(-1)?.step).toBe(whole.steps.at(-1)?.step)
    expect(parts.total).toBeCloseTo(whole.total, 4)
    // Each term's gradient, on the last step of each epoch, and none of their sum is larger than theirs together.
    const norms = whole.events.filter(({ type }) => type === 'gradient_norms')
    expect(norms.map(({ epoch }) => epoch)).toEqual([1, 2, 3])
    for (const { norms: of } of norms) {
      expect(Object.keys(of)).toEqual(['reconstruction', 'segmentation', 'total'])
      expect(of.total).toBeLessThanOrEqual((of.reconstruction + of.segmentation) * 1.0001)
      expect(of.total).toBeGreaterThan(0)
    }
    expect(parts.events.filter(({ type }) => type === 'gradient_norms')).toEqual([])
  }, 60_000)
})

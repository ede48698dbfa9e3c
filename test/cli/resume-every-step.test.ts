import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { commandFile, draemc, temporaryDirectory } from '../support/draemc.js'
import { describeNative } from '../support/native.js'

/** 20 steps in 5 epochs with everything that a step can depend on: each validates, so that each is reported. */
const pipeline = `import "std/draem"

pipeline everything {
  seed = 3
  data = hdmap(root = "data", source = domain_A, targets = [domain_B], image = 32x96, channels = 1, range = [0, 1], batch = 2,
               validation = held_out(10%, faults = synthetic))
  augmentation = [flipped(probability = 50%), turned(probability = 30%, degrees = -5 .. 5), noisy()]
  synthesis = mix(faults = [additive(width = 8px .. 16px, severity = 0.1 .. 1.0), draem(), blended_patch(width = 8% .. 20%)])
  model {
    recon       = reconstructive(image, width = 4, channels = 1)
    seg         = discriminative(concat(image, recon), width = 4)
    pooled      = global_average_pool(seg.features[5]) |> dropout(0.2)
    number      = dense(pooled, 1)
    severity    = sigmoid(squeeze(number))
    anomaly_map = softmax(seg.mask)[anomaly]
    score       = average(image_max(anomaly_map), severity)
  }
  loss {
    reconstruction = l2(recon, clean) + ssim(recon, clean, window = 5)
    mask_weight    = ramp(from = 0.1, after = 1 epoch, over = 2 epochs)
    segmentation   = mask_weight * focal(seg.mask, fault_mask)
    overlap        = dice(seg.mask, fault_mask)
    regression     = smooth_l1(severity, fault_severity)
    learnt         = uncertainty(regression)
    shared         = dynamic_average(reconstruction, segmentation, overlap, temperature = 2.0)
    total          = shared + learnt
  }
  train {
    optimizer     = adamw(lr = 1e-3, weight_decay = 1e-2)
    learning_rate = cosine(lowest = 1e-5)
    warm_up       = linear(epochs = 2)
    clip_norm     = 1.0
    ema           = 0.9
    micro_batch   = 1
    epochs        = 5
    max_steps     = 20
    validate      = every(1 step)
    checkpoint    = keep_best(val.average_precision(anomaly_map), keep = 2)
  }
  evaluate {
    on    = [source.test]
    image = [auroc(score)]
    pixel = [average_precision(anomaly_map)]
  }
}
`

describeNative('a run with everything on', () => {
  it('ends with the same bits, whether it was stopped at every step or never', async () => {
    const directory = temporaryDirectory()
    expect(draemc(['data', 'hdmap-example', 'data', '--size', '0.05'], { cwd: directory }).status).toBe(0)
    writeFileSync(join(directory, 'everything.draem'), pipeline)
    const whole = draemc(['run', 'everything.draem', '--out', 'whole', '--plain'], { cwd: directory })
    expect([whole.status, whole.stderr]).toEqual([0, expect.stringContaining('completed after 20 steps')])
    let stops = 0
    for (let status = await stopped(directory, ['everything.draem', '--out', 'run']); status !== 0; stops += 1) {
      expect(status).toBe(130)
      status = await stopped(directory, ['--resume', 'run'])
    }
    // A signal is heard while the step after is under way.
    expect(stops).toBeGreaterThanOrEqual(8)
    for (const file of ['checkpoints/last.safetensors', 'results.json', 'predictions.csv'])
      expect(
        readFileSync(join(directory, 'run', file)).equals(readFileSync(join(directory, 'whole', file))),
        file,
      ).toBe(true)
    const epochs = (run: string) =>
      readFileSync(join(directory, run, 'events.jsonl'), 'utf8')
        .split('\n')
        .filter((line) => line.includes('"epoch_started"'))
        .map((line) => JSON.parse(line).event)
    const weights = new Map(epochs('run').map(({ epoch, lossWeights }) => [epoch, lossWeights]))
    expect(new Map(epochs('whole').map(({ epoch, lossWeights }) => [epoch, lossWeights]))).toEqual(weights)
    const ramp = [1, 2, 3, 4].map((epoch) => weights.get(epoch)['weight.mask_weight'])
    expect(ramp).toEqual([0.1, 0.1, 0.55, 1])
    const dynamic = (epoch: number) =>
      Object.entries<number>(weights.get(epoch)).flatMap(([name, value]) =>
        name.startsWith('weight.shared') ? value : [],
      )
    expect(dynamic(2)).toEqual([1, 1, 1])
    expect(dynamic(3)).not.toEqual([1, 1, 1])
    expect(Math.abs(dynamic(3).reduce((sum, weight) => sum + weight, 0) - 3)).toBeLessThan(1e-12)
    // Some fifteen processes, one after the other.
  }, 360_000)
})

/** Runs until the first step that it reports. */
async function stopped(cwd: string, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [commandFile, 'run', ...args, '--json'], {
    cwd,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (text.includes('"type":"step"')) child.kill('SIGTERM')
  })
  return await new Promise((done) => child.on('close', (code) => done(code ?? -1)))
}

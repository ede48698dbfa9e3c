import { describe, expect, test } from 'vitest'
import { interpret } from '../../src/ir/interpret/run.js'
import { printModule } from '../../src/ir/print.js'
import { verifyModule } from '../../src/ir/verifier.js'
import { lowerPipeline } from '../../src/lower/lower.js'
import { inferenceOutputs, planOutputs } from '../../src/lower/outputs.js'
import { runPasses } from '../../src/passes/runner.js'
import { evaluatePlan, keepBest, metric, monitor } from '../support/components.js'
import { type DraemConfig, draem } from './support/draem.js'

const small: DraemConfig = { reconstructive_width: 4, discriminative_width: 2, image: 32, batch: 2 }
const sevnet = { kind: 'sevnet', mode: 'single_scale', hidden: 16, dropout: 0.1 } as const

describe('lowerPipeline', () => {
  const pipeline = draem({ ...small, severity: sevnet }, { evalBatch: 3 })
  const { module, training } = lowerPipeline(pipeline)
  const byName = Object.fromEntries(module.functions.map((source) => [source.name, source]))

  test('gives four functions with static batches', () => {
    verifyModule(module)
    expect(module.functions.map((source) => source.name)).toEqual(['init', 'train_step', 'eval_step', 'predict'])
    const image = (name: string) => byName[name]?.types.get(byName[name]?.inputs[0]?.value ?? -1)?.shape
    expect(image('train_step')).toEqual([2, 32, 32, 3])
    expect(image('eval_step')).toEqual([3, 32, 32, 3])
    expect(byName.predict?.operations).toBe(byName.eval_step?.operations)
  })

  test('feeds what is used and gives every loss term', () => {
    const names = byName.train_step?.inputs.map((input) => input.name).sort()
    expect(names).toEqual(['batch_norm_momentum', 'clean', 'fault_mask', 'fault_severity', 'image', 'step'])
    expect(byName.train_step?.outputs.map((output) => output.name)).toEqual([
      'loss.l2',
      'loss.ssim',
      'loss.focal',
      'loss.severity',
      'loss.total',
    ])
    expect(training.loss).toBe('loss.total')
  })

  test('without dropout no step is fed', () => {
    const plain = lowerPipeline(draem(small)).module.functions.find((source) => source.name === 'train_step')
    expect(plain?.inputs.map((input) => input.name)).not.toContain('step')
  })

  test('inference gives what is measured, and what can be shown, in the order of the model', () => {
    const monitored = {
      ...pipeline,
      evaluate: evaluatePlan({ image: [metric('auroc', 'severity')] }),
      train: { ...pipeline.train, checkpoint: keepBest(monitor('auroc', 'mask_score'), 1) },
    }
    expect(inferenceOutputs(monitored).map(({ name }) => name)).toEqual([
      'reconstruction',
      'anomaly_map',
      'mask_score',
      'severity',
    ])
    expect(planOutputs(monitored).map(({ name, kind }) => [name, kind])).toEqual([
      ['reconstruction', 'picture'],
      ['anomaly_map', 'map'],
      ['mask_score', 'value'],
      ['severity', 'value'],
    ])
  })
})

describe('init', () => {
  const start = (config: DraemConfig, seed: number) =>
    interpret(lowerPipeline(draem(config, { seed })).module, 'init', {}).state

  test('a weight depends on the seed and its name alone: a head changes no other', () => {
    const plain = start(small, 1)
    const withHead = start({ ...small, severity: sevnet }, 1)
    for (const [name, values] of plain) expect(withHead.get(name), name).toEqual(values)
    expect(withHead.size).toBeGreaterThan(plain.size)
    const name = 'recon.encoder.block1.conv1.kernel'
    expect(start(small, 2).get(name)).not.toEqual(plain.get(name))
    expect(plain.get('recon.encoder.block1.conv2.kernel')).not.toEqual(plain.get('recon.decoder.block4.conv1.kernel'))
  })

  test('uniform weights fill their range, statistics start at 0 and 1', () => {
    const state = start(small, 1)
    const kernel = state.get('recon.encoder.block5.conv1.kernel') ?? new Float64Array()
    const bound = 1 / Math.sqrt(9 * 32)
    const largest = kernel.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    expect(largest).toBeLessThanOrEqual(bound)
    expect(largest).toBeGreaterThan(0.98 * bound)
    const mean = kernel.reduce((sum, value) => sum + value, 0) / kernel.length
    expect(Math.abs(mean)).toBeLessThan(0.03 * bound)
    expect(state.get('recon.encoder.block1.norm1.running_mean')).toEqual(new Float64Array(4))
    expect(state.get('recon.encoder.block1.norm1.running_variance')).toEqual(new Float64Array(4).fill(1))
  })
})

test('a head whose loss weighs nothing, and that nothing evaluates, leaves the plain pipeline', () => {
  const plain = draem(small)
  const weightless = draem({ ...small, severity: { ...sevnet, dropout: 0 }, severity_weight: 0 })
  const outputs = weightless.outputs.filter((output) => output.name !== 'severity')
  const text = (pipeline: typeof plain) => {
    const { module, training } = lowerPipeline(pipeline)
    return printModule(runPasses(module, training, { verify: true }).module)
  }
  expect(text({ ...weightless, outputs })).toBe(text(plain))
})

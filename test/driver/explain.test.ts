import { describe, expect, test } from 'vitest'
import type { CheckedPipeline } from '../../src/check/checked.js'
import { type ExplainFacts, type Explanation, explainPipeline } from '../../src/driver/explain.js'
import { grouped, renderExplanation } from '../../src/driver/explain-text.js'
import { lowerPipeline } from '../../src/lower/lower.js'
import { runPasses } from '../../src/passes/runner.js'
import { draem } from '../lower/support/draem.js'

function explain(pipeline: CheckedPipeline, facts?: ExplainFacts): Explanation {
  const lowered = lowerPipeline(pipeline)
  return explainPipeline({ pipeline, lowered, optimised: runPasses(lowered.module, lowered.training) }, facts)
}

const config = {
  reconstructive_width: 128,
  discriminative_width: 64,
  image: 256,
  batch: 2,
  severity: { kind: 'sevnet', mode: 'single_scale', hidden: 128 },
  severity_loss: 'smooth_l1',
} as const
const pipeline = {
  ...draem(config),
  origins: [{ path: 'data.batch', value: '2', origin: 'file', where: 'full.draem:3:11' }] as const,
}
const explanation = explain(pipeline, { trainImages: 901 })

describe('explain', () => {
  test('counts what the family is known to have', () => {
    const blocks = Object.fromEntries(explanation.blocks.map(({ block, parameters }) => [block, parameters]))
    expect(blocks).toMatchObject({ recon: 69_048_579, seg: 28_374_146, severity: 73_985 })
    expect(explanation.parameters).toEqual({ total: 97_496_710, trained: 97_496_710, frozen: 0 })
    expect(explanation.total.parameters).toBe(97_496_710)
    // Two moments a trained weight; biases before batch norm have none.
    expect(explanation.slotBytes).toBeLessThan(2 * 4 * 97_496_710)
    expect(explanation.slotBytes).toBeGreaterThan(2 * 4 * 97_400_000)
  })

  test('a first convolution costs what its sizes say, and a step three forwards less its first gradient', () => {
    const tiny = explain(draem({ ...config, reconstructive_width: 4, discriminative_width: 2, image: 32, batch: 2 }))
    const recon = tiny.blocks.find(({ block }) => block === 'recon')
    expect(recon?.forwardFlops).toBeGreaterThan(2 * 32 * 32 * 9 * 3 * 4)
    const ratio = explanation.total.stepFlops / (2 * explanation.total.forwardFlops)
    expect(ratio).toBeGreaterThan(2.9)
    expect(ratio).toBeLessThan(3)
  })

  test('bf16 halves what is kept of convolutions', () => {
    const narrow = explain(draem(config, { precision: 'bf16' }))
    const share = narrow.total.activationBytes / explanation.total.activationBytes
    expect(share).toBeGreaterThan(0.45)
    expect(share).toBeLessThan(0.75)
  })

  test('counts steps from images, and says so where they cannot be counted', () => {
    expect(explanation.data).toEqual({ trainImages: 901, stepsPerEpoch: 450 })
    expect(renderExplanation(explanation)).toContain('1 epoch of 450 steps (901 images): 450 steps')
    expect(renderExplanation(explain(pipeline))).toContain('the images could not be counted')
    const cut = renderExplanation({ ...explanation, maxSteps: 7 })
    expect(cut).toContain('1 epoch of 450 steps (901 images): 7 steps, by `max_steps`')
  })

  test('tables are aligned, numbers grouped, settings have their place', () => {
    const lines = renderExplanation(explanation).split('\n')
    const start = lines.findIndex((line) => line.startsWith('block '))
    const rows = lines.slice(
      start,
      lines.findIndex((line) => line.startsWith('FLOPs')),
    )
    expect(new Set(rows.map((row) => row.length)).size).toBe(1)
    expect(lines).toContainEqual(expect.stringMatching(/^all +97,496,710 /))
    expect(lines).toContainEqual(expect.stringMatching(/^data\.batch +2 +file +full\.draem:3:11$/))
    expect([0, 999, 1000, 97_496_710].map(grouped)).toEqual(['0', '999', '1,000', '97,496,710'])
  })

  test('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation)
  })
})

import { describe, expect, it } from 'vitest'
import { largestBatch, machineBytes, predictPeakBytes } from '../../src/driver/memory.js'
import { peakLiveBytes } from '../../src/ir/ops/live-bytes.js'
import { parseModule } from '../../src/ir/parse.js'
import { lowerPipeline } from '../../src/lower/lower.js'
import { runPasses } from '../../src/passes/runner.js'
import { draem } from '../lower/support/draem.js'

const config = {
  reconstructive_width: 32,
  discriminative_width: 16,
  image: 128,
  batch: 4,
  severity: { kind: 'sevnet', mode: 'single_scale', hidden: 128 },
  severity_loss: 'smooth_l1',
} as const

function predicted(
  changes: Partial<Record<'reconstructive_width' | 'discriminative_width' | 'image' | 'batch', number>>,
) {
  const { module, training } = lowerPipeline(draem({ ...config, ...changes }))
  return predictPeakBytes(runPasses(module, training).module) / 2 ** 20
}

describe('the peak of memory', () => {
  // Peaks of the engine process, MiB: `VmHWM` at the end of eight steps, by `bench/memory.py`.
  it.each([
    [{}, 1101],
    [{ batch: 8 }, 1481],
    [{ image: 256 }, 2133],
    [{ image: 64, batch: 8, reconstructive_width: 16, discriminative_width: 8 }, 680],
    [{ batch: 2, reconstructive_width: 64, discriminative_width: 32 }, 1765],
  ])('of %j is predicted within 25 % of %i MiB', (changes, measured) => {
    expect(predicted(changes) / measured).toBeGreaterThan(0.75)
    expect(predicted(changes) / measured).toBeLessThan(1.25)
  })

  it('counts what is alive together, elementwise results in the place of what dies', () => {
    // %0 100, %1 200 values; %2 and %3 take the place of %1; %4 is a second copy beside what it is made of.
    const module = parseModule(`module m

function f(%0 x: f32[100]) -> (%4 y) {
  %1: f32[2,100] = broadcast_to(%0) {shape = [2, 100]}
  %2: f32[2,100] = exp(%1)
  %3: f32[2,100] = add(%2, %2)
  %4: f32[100,2] = transpose(%3) {permutation = [1, 0]}
}
`)
    const [fn] = module.functions
    expect(fn && peakLiveBytes(fn)).toBe(1600)
  })

  it('the largest batch is found by halving', () => {
    const asked: number[] = []
    const predict = (batch: number) => {
      asked.push(batch)
      return 10 * batch
    }
    expect(largestBatch(100, 370, predict)).toBe(37)
    expect(asked.length).toBeLessThan(9)
    expect(largestBatch(100, 5, predict)).toBeUndefined()
  })

  it('of the machine is known', () => {
    expect(machineBytes()).toBeGreaterThan(2 ** 30)
  })
})

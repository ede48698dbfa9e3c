import { describe, expect, test } from 'vitest'
import type { TrainPlan } from '../../src/plan/run-plan.js'
import { cosineOfPi } from '../../src/random/exact.js'
import { Schedule } from '../../src/train/schedule.js'
import { readFixture } from '../support/fixture.js'

const pieces = readFixture('test/fixtures/pieces/family_pieces.safetensors')

function rates(plan: Pick<TrainPlan, 'learning_rate' | 'warm_up'>): readonly number[] {
  const optimizer = {
    component: 'adam',
    parameters: { lr: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0 },
  } as const
  const schedule = new Schedule({ optimizer, epochs: 20, ...plan }, 1, 0)
  return Array.from({ length: 20 }, () => schedule.next().learning_rate)
}

describe('learning rates are those of PyTorch', () => {
  const cosine = (lowest: number) => ({ component: 'cosine', parameters: { lowest } }) as const
  const warmUp = { component: 'linear', parameters: { epochs: 5, from: 0.1 } } as const
  const steps = { component: 'steps', parameters: { at: [{ epoch: 16 }, { percent: 90 }], factor: 0.2 } } as const
  test.each([
    ['cosine_T20_min1e-6', { learning_rate: cosine(1e-6) }],
    ['linear_warmup5_then_cosine', { learning_rate: cosine(0), warm_up: warmUp }],
    ['multistep_16_18_x0.2', { learning_rate: steps }],
  ])('%s', (name, plan) => {
    const expected = pieces(`learning_rate/${name}`)
    for (const [epoch, rate] of rates(plan).entries())
      expect(Math.abs(rate / (expected[epoch] ?? 0) - 1)).toBeLessThan(1e-12)
  })
})

test('the cosine is the cosine', () => {
  for (let i = 0; i <= 1000; i++)
    expect(Math.abs(cosineOfPi(i / 1000) - Math.cos((Math.PI * i) / 1000))).toBeLessThan(1e-15)
  expect([cosineOfPi(0), cosineOfPi(0.5), cosineOfPi(1)]).toEqual([1, 0, -1])
})

import { describe, expect, test } from 'vitest'
import { interpret } from '../../src/ir/interpret/run.js'
import { parseModule } from '../../src/ir/parse.js'
import type { OptimizerRule } from '../../src/lower/training.js'
import { runPasses } from '../../src/passes/runner.js'
import { readFixture } from '../lower/support/fixture.js'

const fixture = readFixture('optimizers')
const adam = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const

const cases: Readonly<Record<string, { readonly rate: number; readonly rule: OptimizerRule }>> = {
  'adam_lr1e-2': { rate: 1e-2, rule: { ...adam, weightDecay: 0, decoupled: false } },
  'adamw_lr1e-2_decay1e-1': { rate: 1e-2, rule: { ...adam, weightDecay: 0.1, decoupled: true } },
  'adam_l2_decay1e-1': { rate: 1e-2, rule: { ...adam, weightDecay: 0.1, decoupled: false } },
  'sgd_lr1e-1': { rate: 1e-1, rule: { kind: 'sgd', momentum: 0, weightDecay: 0 } },
  'sgd_lr1e-1_momentum0.9_decay1e-2': { rate: 1e-1, rule: { kind: 'sgd', momentum: 0.9, weightDecay: 1e-2 } },
}

/** The gradient by w of sum(g w) is g: the step is fed with the fixture's gradients. */
const forward = `module optimizer
state w: weight f32[7]

function train_step(%0 gradient: f32[7]) -> (%3 loss.total) {
  %1: f32[7] = read {state = "w"}
  %2: f32[7] = mul(%0, %1)
  %3: f32[] = reduce_sum(%2) {axes = [0], keep_dims = false}
}
`

describe('six updates against PyTorch, float64', () => {
  describe.each([
    ['in primitive arithmetic', ['fuse_optimizer']],
    ['fused', []],
  ])('%s', (_, without) => {
    test.each(Object.entries(cases))('%s', (name, { rate, rule }) => {
      const training = { loss: 'loss.total', weights: ['w'], optimizer: rule, precision: 'float32' } as const
      const { module } = runPasses(parseModule(forward), training, { without, verify: true })
      let state: ReadonlyMap<string, Float64Array> = new Map(
        module.state.map(({ name: variable }) => [variable, new Float64Array(7)]),
      )
      state = new Map(state).set('w', fixture.tensor('start').values)
      const gradients = fixture.tensor('gradients').values
      const wanted = fixture.tensor(`${name}/after`).values
      let power1 = 1
      let power2 = 1
      for (let step = 0; step < 6; step += 1) {
        power1 *= 0.9
        power2 *= 0.999
        const number = (value: number) => ({ shape: [], data: Float64Array.of(value) })
        const inputs = {
          gradient: { shape: [7], data: gradients.slice(step * 7, step * 7 + 7) },
          learning_rate: number(rate),
          correction1: number(1 - power1),
          correction2: number(1 - power2),
        }
        state = interpret(module, 'train_step', inputs, state).state
        const expected = wanted.slice(step * 7, step * 7 + 7)
        const errors = expected.map((value, place) => Math.abs(value - (state.get('w')?.[place] ?? Number.NaN)))
        const largest = Math.max(...expected.map(Math.abs))
        expect(Math.max(...errors) / largest).toBeLessThan(1e-9)
      }
    })
  })

  test('every optimiser of the fixture is compared', () => {
    const names = fixture.names.flatMap((key) => (key.endsWith('/after') ? [key.replace('/after', '')] : []))
    expect(names.sort()).toEqual(Object.keys(cases).sort())
  })
})

import { expect, test } from 'vitest'
import { interpret } from '../../src/ir/interpret/run.js'
import { parseModule } from '../../src/ir/parse.js'
import { runPasses } from '../../src/passes/runner.js'
import { readFixture } from '../support/fixture.js'

const pieces = readFixture('test/fixtures/pieces/family_pieces.safetensors')

/** The gradient by the weight is what the step is fed with. */
const source = `module averaging
state w: weight f32[5]

function init() -> () {
  %0: f32[5] = constant {value = 0.5, shape = [5], dtype = "f32"}
  assign(%0) {state = "w"}
}

function train_step(%0 gradient: f32[5]) -> (%3 loss.total) {
  %1: f32[5] = read {state = "w"}
  %2: f32[5] = mul(%0, %1)
  %3: f32[] = reduce_sum(%2) {axes = [0], keep_dims = false}
}

function eval_step() -> (%0 score) {
  %0: f32[5] = read {state = "w"}
}
`

test.each(['sgd', 'adam'] as const)(
  'averages follow the weights that %s makes: torch.optim.swa_utils, decay 0.9',
  (kind) => {
    const optimizer =
      kind === 'sgd'
        ? ({ kind, momentum: 0, weightDecay: 0 } as const)
        : ({ kind, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, decoupled: false } as const)
    const training = { loss: 'loss.total', weights: ['w'], optimizer, averageDecay: 0.9, precision: 'float32' } as const
    const { module } = runPasses(parseModule(source), training, { verify: true })
    expect(module.state.map(({ name, kind }) => [name, kind]).at(-1)).toEqual(['w.average', 'statistic'])
    let { state } = interpret(module, 'init', {})
    expect(state.get('w.average')).toEqual(state.get('w'))
    let average = [...(state.get('w') ?? [])]
    for (let step = 1; step <= 4; step += 1) {
      const scalar = (value: number) => ({ shape: [], data: Float64Array.of(value) })
      const gradient = { shape: [5], data: Float64Array.from({ length: 5 }, (_, at) => Math.sin(step + at)) }
      const corrections =
        kind === 'sgd' ? {} : { correction1: scalar(1 - 0.9 ** step), correction2: scalar(1 - 0.999 ** step) }
      state = interpret(module, 'train_step', { gradient, learning_rate: scalar(0.1), ...corrections }, state).state
      const weight = state.get('w') ?? new Float64Array()
      average = average.map((value, at) => 0.9 * value + 0.1 * (weight[at] ?? Number.NaN))
      for (const [at, value] of average.entries()) expect(state.get('w.average')?.[at]).toBeCloseTo(value, 12)
      expect([...(interpret(module, 'eval_step', {}, state).outputs.score?.data ?? [])]).toEqual([
        ...(state.get('w.average') ?? []),
      ])
    }
  },
)

test('the fixture: the average begins as the weights do', () => {
  const [weights, averages] = [pieces('ema_0.9/weights'), pieces('ema_0.9/average')]
  const training = {
    loss: 'loss.total',
    weights: ['w'],
    optimizer: { kind: 'sgd', momentum: 0, weightDecay: 0 },
    averageDecay: 0.9,
    precision: 'float32',
  } as const
  const { module } = runPasses(parseModule(source), training, { verify: true })
  let state: ReadonlyMap<string, Float64Array> = new Map([
    ['w', weights.slice(0, 5)],
    ['w.average', averages.slice(0, 5)],
  ])
  expect([...averages.slice(0, 5)]).toEqual([...weights.slice(0, 5)])
  for (let step = 1; step < 6; step += 1) {
    const [before, after] = [weights.slice(5 * step - 5, 5 * step), weights.slice(5 * step, 5 * step + 5)]
    const gradient = { shape: [5], data: before.map((value, at) => value - (after[at] ?? 0)) }
    const learning_rate = { shape: [], data: Float64Array.of(1) }
    state = interpret(module, 'train_step', { gradient, learning_rate }, state).state
    for (let at = 0; at < 5; at += 1)
      expect(state.get('w.average')?.[at]).toBeCloseTo(averages[5 * step + at] ?? Number.NaN, 10)
  }
})

import { describe, expect, test } from 'vitest'
import { interpret } from '../../src/ir/interpret/run.js'
import { parseModule } from '../../src/ir/parse.js'
import { runPasses } from '../../src/passes/runner.js'
import { readFixture } from '../support/fixture.js'

const pieces = readFixture('test/fixtures/pieces/family_pieces.safetensors')

/** The gradients by the weights are what the step is fed with. */
const forward = `module clipping
state v: weight f32[3,4]
state w: weight f32[3,4]

function train_step(%0 first: f32[3,4], %1 second: f32[3,4]) -> (%8 loss.total) {
  %2: f32[3,4] = read {state = "v"}
  %3: f32[3,4] = read {state = "w"}
  %4: f32[3,4] = mul(%0, %2)
  %5: f32[3,4] = mul(%1, %3)
  %6: f32[] = reduce_sum(%4) {axes = [0, 1], keep_dims = false}
  %7: f32[] = reduce_sum(%5) {axes = [0, 1], keep_dims = false}
  %8: f32[] = add(%6, %7)
}
`

/** What plain gradient descent with the rate 1 takes off weights that are 0. */
function clipped(clipNorm: number | undefined): readonly (readonly number[])[] {
  const optimizer = { kind: 'sgd', momentum: 0, weightDecay: 0 } as const
  const training = { loss: 'loss.total', weights: ['v', 'w'], optimizer, precision: 'float32' } as const
  const given = clipNorm === undefined ? training : { ...training, clipNorm }
  const { module } = runPasses(parseModule(forward), given, { verify: true })
  const inputs = {
    first: { shape: [3, 4], data: pieces('clip_norm_1/grad0') },
    second: { shape: [3, 4], data: pieces('clip_norm_1/grad1') },
    learning_rate: { shape: [], data: Float64Array.of(1) },
  }
  const zeros = new Map(['v', 'w'].map((name) => [name, new Float64Array(12)]))
  const { state } = interpret(module, 'train_step', inputs, zeros)
  return ['v', 'w'].map((name) => [...(state.get(name) ?? [])].map((value) => -value))
}

describe('gradients clipped by their norm', () => {
  test('have the norm of the limit: the fixture', () => {
    clipped(1).forEach((gradient, index) => {
      const expected = pieces(`clip_norm_1/clipped${index}`)
      for (const [place, value] of gradient.entries()) expect(value).toBeCloseTo(expected[place] ?? Number.NaN, 12)
    })
  })

  test('stay what they are where their norm is smaller, and without a limit', () => {
    const plain = clipped(undefined)
    expect(plain[0]).toEqual([...pieces('clip_norm_1/grad0')])
    expect(clipped(1e6)).toEqual(plain)
  })
})

describe('norms of gradients', () => {
  test('are those of each term by all weights, and change nothing', () => {
    const two = forward.replace('(%8 loss.total)', '(%6 loss.first, %7 loss.second, %8 loss.total)')
    const optimizer = { kind: 'sgd', momentum: 0, weightDecay: 0 } as const
    const training = { loss: 'loss.total', weights: ['v', 'w'], optimizer, precision: 'float32' } as const
    const { module } = runPasses(parseModule(two), { ...training, gradientNorms: true }, { verify: true })
    const first = { shape: [3, 4], data: pieces('clip_norm_1/grad0') }
    const second = { shape: [3, 4], data: pieces('clip_norm_1/grad1') }
    const state = new Map(['v', 'w'].map((name) => [name, new Float64Array(12).fill(0.5)]))
    const squares = ({ data }: { readonly data: Float64Array }) => data.reduce((sum, value) => sum + value * value, 0)
    const expected = { first: squares(first), second: squares(second), total: squares(first) + squares(second) }
    for (const [term, square] of Object.entries(expected)) {
      const name = `gradient_norm.${term}`
      const inputs = module.functions.find((fn) => fn.name === name)?.inputs.map((input) => input.name) ?? []
      const given = Object.fromEntries(Object.entries({ first, second }).filter(([input]) => inputs.includes(input)))
      const result = interpret(module, name, given, state)
      expect(result.outputs.norm?.data[0]).toBeCloseTo(Math.sqrt(square), 12)
      expect(result.state).toEqual(state)
    }
  })
})

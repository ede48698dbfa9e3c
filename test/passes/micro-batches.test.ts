import fc from 'fast-check'
import { expect, it } from 'vitest'
import { interpret, type Value } from '../../src/ir/interpret/run.js'
import { parseModule } from '../../src/ir/parse.js'
import type { OptimizerRule } from '../../src/lower/training.js'
import { runPasses } from '../../src/passes/runner.js'

/** A weight, a bias and a loss that is a mean over the images. */
const forward = (images: number) => `module parts
state w: weight f32[3,2]
state b: weight f32[2]

function init() -> () {
  %0: f32[3,2] = constant {value = 0.5, shape = [3,2], dtype = "f32"}
  assign(%0) {state = "w"}
  %1: f32[2] = constant {value = -0.25, shape = [2], dtype = "f32"}
  assign(%1) {state = "b"}
}

function train_step(%0 image: f32[${images},3]) -> (%7 loss.total) {
  %1: f32[3,2] = read {state = "w"}
  %2: f32[2] = read {state = "b"}
  %3: f32[${images},2] = matmul(%0, %1) {transpose_a = false, transpose_b = false}
  %4: f32[${images},2] = add(%3, %2)
  %5: f32[${images},2] = tanh(%4)
  %6: f32[${images},2] = square(%5)
  %7: f32[] = reduce_mean(%6) {axes = [0,1], keep_dims = false}
}
`

const rules: readonly OptimizerRule[] = [
  { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1, decoupled: true },
  { kind: 'sgd', momentum: 0.9, weightDecay: 0.1 },
]

/** State after two steps on these images, in so many parts. */
function trained(images: Float64Array, parts: number, optimizer: OptimizerRule, clipNorm: number) {
  const size = images.length / 3 / parts
  const training = { loss: 'loss.total', weights: ['w', 'b'], optimizer, clipNorm, precision: 'float32' } as const
  const asked = parts === 1 ? training : { ...training, parts }
  const { module } = runPasses(parseModule(forward(size)), asked, { verify: true })
  expect(module.functions.map(({ name }) => name)).toEqual(
    parts === 1 ? ['init', 'train_step'] : ['init', 'accumulate_step', 'train_step'],
  )
  let state = interpret(module, 'init', {}).state
  let loss = 0
  for (const step of [1, 2]) {
    loss = 0
    for (let part = 0; part < parts; part += 1) {
      const data = images.slice(3 * size * part, 3 * size * (part + 1))
      const name = part === parts - 1 ? 'train_step' : 'accumulate_step'
      const scalars: Record<string, number> = {
        learning_rate: 0.1,
        correction1: 1 - 0.9 ** step,
        correction2: 1 - 0.999 ** step,
      }
      const fn = module.functions.find((each) => each.name === name)
      const feeds = (fn?.inputs ?? []).map((input): readonly [string, Value] => [
        input.name,
        input.name === 'image'
          ? { shape: [size, 3], data }
          : { shape: [], data: Float64Array.of(scalars[input.name] ?? Number.NaN) },
      ])
      const result = interpret(module, name, Object.fromEntries(feeds), state)
      state = result.state
      loss += (result.outputs['loss.total']?.data[0] ?? Number.NaN) / parts
    }
  }
  return { state, loss }
}

/** Gradients of about the size of Adam's epsilon. */
const cancelling = Array.from({ length: 36 }, (_, at) =>
  at === 10 ? -1.9999999662340697 : at === 11 ? 1.9999998807324697 : at === 9 || at === 23 ? -1.9999999922 : 0,
)

it('a step in parts is the step of the whole batch, and leaves its sums at zero', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 36, maxLength: 36 }),
      fc.constantFrom(...rules),
      fc.constantFrom(2, 3, 4, 6, 12),
      fc.constantFrom(0.01, 100),
      (values, optimizer, parts, clipNorm) => {
        const images = Float64Array.from(values)
        const [whole, split] = [1, parts].map((count) => trained(images, count, optimizer, clipNorm))
        for (const [name, expected] of whole?.state ?? []) {
          const actual = split?.state.get(name)
          // Adam divides by the gradient's own size: of one that is nearly 0 the rounding is all.
          for (const [place, value] of expected.entries()) expect(actual?.[place]).toBeCloseTo(value, 6)
        }
        for (const name of ['w', 'b'])
          expect(split?.state.get(`${name}.gradient_sum`)?.every((value) => value === 0)).toBe(true)
        expect(split?.loss).toBeCloseTo(whole?.loss ?? Number.NaN, 10)
      },
    ),
    { numRuns: 60, examples: [[cancelling, rules[0] as OptimizerRule, 12, 100]] },
  )
})

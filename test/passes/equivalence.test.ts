import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { interpret, type Value } from '../../src/ir/interpret/run.js'
import { printModule } from '../../src/ir/print.js'
import type { IrModule } from '../../src/ir/types.js'
import { type LoweredPipeline, lowerPipeline } from '../../src/lower/lower.js'
import {
  algorithmNames,
  algorithms,
  rewriteConvolutions,
} from '../../src/passes/convolution_algorithms/convolution_algorithms.js'
import { passes } from '../../src/passes/registry.js'
import { runPasses } from '../../src/passes/runner.js'
import { checkText } from '../check/harness.js'
import { drawnPipeline, type PipelineRecipe, recipes } from '../lower/support/drawn.js'
import { pipeline } from '../lower/support/one-loss.js'
import { DrawStream } from './support/draws.js'

/**
 * Passes that may be left out of a whole step. Two make what the step is, and `dead_conv_bias` is right to change one thing: with the
 * bias added, its gradient is rounding noise, which Adam scales up to whole steps. It is compared by itself, with nothing moving.
 */
const needed = ['differentiate', 'apply_optimizer', 'dead_conv_bias']
const optional = passes.map((pass) => pass.name).filter((name) => !needed.includes(name))

const small: PipelineRecipe = {
  layers: ['unit', 'pool', 'conv', 'leaky_relu', 'upsample', 'unit'],
  dropout: 0.25,
  zeroTerm: true,
  optimizer: 'adamw',
}

interface Ran {
  readonly outputs: Readonly<Record<string, Value>>
  readonly state: ReadonlyMap<string, Float64Array>
}

/** `init`, then two training steps and an evaluation on drawn images. */
function runAll(module: IrModule, seed: number, learningRate = 0.01): Ran {
  const draws = new DrawStream(seed)
  const given = new Map<string, Value>()
  const scalars: Readonly<Record<string, number>> = {
    learning_rate: learningRate,
    correction1: 0.1,
    correction2: 0.001,
    batch_norm_momentum: 0.1,
    step: 3,
  }
  let state = interpret(module, 'init', {}).state
  const run = (name: string) => {
    const source = module.functions.find((candidate) => candidate.name === name)
    const inputs: Record<string, Value> = {}
    for (const input of source?.inputs ?? []) {
      const shape = source?.types.get(input.value)?.shape ?? []
      const fixed = scalars[input.name]
      const known = given.get(input.name)
      const data = fixed === undefined ? draws.forInput(input.name, shape) : Float64Array.of(fixed)
      const value = known ?? { shape, data }
      given.set(input.name, value)
      inputs[input.name] = value
    }
    const ran = interpret(module, name, inputs, state)
    state = ran.state
    return ran.outputs
  }
  run('train_step')
  const losses = run('train_step')
  return { outputs: { ...losses, ...run('eval_step') }, state }
}

/** Names of what both have and what differs; what a pass took away is not compared. */
function differing(a: Ran, b: Ran, tolerance: number): readonly string[] {
  const found: string[] = []
  const compare = (name: string, x: Float64Array | undefined, y: Float64Array | undefined) => {
    if (!x || !y) return
    const largest = x.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3)
    const worst = x.reduce((most, value, place) => Math.max(most, Math.abs(value - (y[place] ?? Number.NaN))), 0)
    if (!(worst / largest <= tolerance)) found.push(`${name}: off by ${worst / largest}`)
  }
  for (const [name, { data }] of Object.entries(a.outputs)) compare(name, data, b.outputs[name]?.data)
  for (const [name, data] of a.state) compare(name, data, b.state.get(name))
  return found
}

function passed({ module, training }: LoweredPipeline, without: readonly string[]): IrModule {
  return runPasses(module, training, { without, verify: true }).module
}

describe('a whole step with and without a pass', () => {
  const lowered = lowerPipeline(drawnPipeline(small))
  const all = runAll(passed(lowered, []), 5)

  test.each(optional)('%s', (name) => {
    expect(differing(all, runAll(passed(lowered, [name]), 5), 1e-7)).toEqual([])
  })

  test.each(algorithmNames)('%s, on whatever it can compute', (name) => {
    const { module, changes } = rewriteConvolutions(passed(lowered, []), (convolution) =>
      algorithms[name].applies(convolution) ? name : undefined,
    )
    expect(changes[0]).toMatch(/^train_step: /)
    expect(differing(all, runAll(module, 5), 1e-7)).toEqual([])
  })

  test('dead_conv_bias, at learning rate 0', () => {
    const withBiases = runAll(passed(lowered, ['dead_conv_bias']), 5, 0)
    expect(differing(withBiases, runAll(passed(lowered, []), 5, 0), 1e-7)).toEqual([])
  })

  test('kernels, windows and distances that differ by side', () => {
    const text = pipeline(
      '8x12',
      '[0, 1]',
      `spread = recon |> conv2d(4, kernel = 3x2, dilation = 1x3) |> relu
    halved = spread |> max_pool(1x2) |> resize(to = 5x7, align_corners = false)
    mixed = avg_pool(halved, 3x1, stride = 1, padding = 1x0) |> conv2d(3, kernel = 1x3, stride = 2x1, padding = 0x2)`,
      'mean(square(mixed))',
    )
    const { pipeline: checked } = checkText(text)
    if (checked === undefined) throw new Error('the pipeline has mistakes')
    const sided = lowerPipeline(checked)
    expect(differing(runAll(passed(sided, []), 5), runAll(passed(sided, optional), 5), 1e-7)).toEqual([])
  })

  test('the losses are those of the lowered step', () => {
    const plain = runAll(passed(lowered, optional), 5)
    expect(Object.keys(all.outputs)).toContain('loss.total')
    expect(differing(plain, all, 1e-7)).toEqual([])
  })
})

test('drawn pipelines do the same with all passes as with those that make the step', () => {
  fc.assert(
    fc.property(recipes, (recipe) => {
      const lowered = lowerPipeline(drawnPipeline(recipe))
      const first = runAll(passed(lowered, []), 11)
      const second = runAll(passed(lowered, optional), 11)
      expect(differing(first, second, 1e-6)).toEqual([])
    }),
    { numRuns: 12, seed: 20 },
  )
})

test('the same pipeline gives the same text', () => {
  const text = () => printModule(passed(lowerPipeline(drawnPipeline(small)), []))
  expect(text()).toBe(text())
})

test('float64 is the same step, with nothing left in float32 but what is fed and random', () => {
  const lowered = lowerPipeline(drawnPipeline(small))
  const asked = { ...lowered, training: { ...lowered.training, precision: 'float64' as const } }
  const wide = passed(asked, [])
  expect(differing(runAll(passed(lowered, []), 5), runAll(wide, 5), 1e-12)).toEqual([])
  expect(wide.state.filter(({ type }) => type.dtype !== 'f64')).toEqual([])
  const narrow = wide.functions.flatMap(({ operations, types }) =>
    operations
      .filter(({ results }) => results.some((result) => types.get(result)?.dtype === 'f32'))
      .map(({ op }) => op),
  )
  expect(narrow.filter((op) => !op.startsWith('random_'))).toEqual([])
})

test('bf16 rounds what convolutions see and stays near float32', () => {
  const exact = lowerPipeline(drawnPipeline(small))
  const narrow = lowerPipeline(drawnPipeline({ ...small, precision: 'bf16' }))
  const state = interpret(exact.module, 'init', {}).state
  const draws = new DrawStream(3)
  const train = (lowered: LoweredPipeline, roundBf16: boolean) => {
    const module = runPasses(lowered.module, lowered.training, { stopAfter: 'differentiate', verify: true }).module
    const source = module.functions.find((candidate) => candidate.name === 'train_step')
    const inputs: Record<string, Value> = {}
    for (const { name, value } of source?.inputs ?? []) {
      const shape = source?.types.get(value)?.shape ?? []
      inputs[name] = given.get(name) ?? {
        shape,
        data: shape.length === 0 ? Float64Array.of(1) : draws.forInput(name, shape),
      }
      given.set(name, inputs[name])
    }
    return interpret(module, 'train_step', inputs, state, { roundBf16 }).outputs
  }
  const given = new Map<string, Value>()
  const wide = train(exact, false)
  const rounded = train(narrow, true)
  const loss = (outputs: Readonly<Record<string, Value>>) => outputs['loss.total']?.data[0] ?? Number.NaN
  expect(Object.keys(rounded)).toEqual(Object.keys(wide))
  expect(loss(rounded)).not.toBe(loss(wide))
  expect(Math.abs(loss(rounded) / loss(wide) - 1)).toBeLessThan(0.03)
})

import { describe, expect, test } from 'vitest'
import { invariant } from '../../src/diagnostics/invariant.js'
import { interpret, type Value } from '../../src/ir/interpret/run.js'
import { lowerPipeline } from '../../src/lower/lower.js'
import { runPasses } from '../../src/passes/runner.js'
import { type DraemConfig, draem } from './support/draem.js'
import { channelsLast, engineKernel, type Fixture, readFixture, weightName } from './support/fixture.js'

const models = ['draem', 'sevnet_single_scale', 'severity_cnn_with_error_map', 'draem_sspcab'] as const

/** Relative to the tensor's largest entry, as the fixtures' README demands of float64. */
const allowed = 1e-6

describe.each(models)('%s against PyTorch, float64', (name) => {
  const fixture = readFixture(name)
  const config = fixture.config as unknown as DraemConfig & {
    readonly parameters: number
    readonly dead_biases: readonly string[]
  }
  const pipeline = draem(config)
  const { module, training } = lowerPipeline(pipeline)
  const state = weightsOf(fixture)
  const image = input(fixture, 'input/image')

  test('parameters', () => {
    const count = pipeline.parameters
      .filter((parameter) => parameter.kind === 'weight')
      .reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0)
    expect(count).toBe(config.parameters)
  })

  test.each(['lowered', 'optimised'])('evaluation, %s', (stage) => {
    const used = stage === 'lowered' ? module : runPasses(module, training, { verify: true }).module
    const { outputs } = interpret(used, 'eval_step', { image }, state)
    const errors = Object.entries(outputs).map(([output, { data }]): [string, number] => [
      output,
      relativeError(data, fixture, `eval/${output}`),
    ])
    expect(errors.filter(([, error]) => !(error <= allowed))).toEqual([])
    expect(errors.length).toBeGreaterThanOrEqual(4)
  })

  test.each([
    ['with all biases', ['dead_conv_bias']],
    ['without dead biases', []],
  ])('training, %s', (_, without) => {
    const differentiated = runPasses(module, training, { stopAfter: 'differentiate', without, verify: true }).module
    const inputs = {
      image,
      clean: input(fixture, 'input/clean'),
      fault_mask: input(fixture, 'input/mask'),
      fault_severity: input(fixture, 'input/severity'),
      batch_norm_momentum: { shape: [], data: Float64Array.of(0.1) },
    }
    const { outputs, state: after } = interpret(differentiated, 'train_step', inputs, state)
    const errors: [string, number][] = []
    for (const [output, { data }] of Object.entries(outputs)) {
      const wanted = output.startsWith('loss.') ? output.replace('loss.', 'loss/') : undefined
      if (wanted) errors.push([output, relativeError(data, fixture, wanted)])
    }
    const dead = new Set(config.dead_biases)
    for (const key of fixture.names) {
      const [kind, torch = ''] = key.split('/')
      if (kind === 'grad' && !dead.has(torch)) {
        const gradient = outputs[`grad.${weightName(torch)}`]
        invariant(gradient, `no gradient for ${torch}`)
        errors.push([key, relativeError(gradient.data, fixture, key, engineKernel)])
      } else if (kind === 'after' && torch.includes('running')) {
        errors.push([key, relativeError(after.get(weightName(torch)), fixture, key)])
      }
    }
    expect(errors.filter(([, error]) => !(error <= allowed))).toEqual([])
    expect(errors.length).toBeGreaterThan(100)
  })
})

function input(fixture: Fixture, name: string): Value {
  const { shape, values } = channelsLast(fixture.tensor(name))
  return { shape, data: values }
}

function weightsOf(fixture: Fixture): ReadonlyMap<string, Float64Array> {
  const torch = fixture.names.flatMap((key) => (key.startsWith('weights/') ? [key.slice('weights/'.length)] : []))
  return new Map(
    torch
      .filter((key) => !key.endsWith('num_batches_tracked'))
      .map((key) => [weightName(key), engineKernel(fixture.tensor(`weights/${key}`)).values]),
  )
}

function relativeError(
  actual: Float64Array | undefined,
  fixture: Fixture,
  name: string,
  layout: typeof channelsLast = channelsLast,
): number {
  const { values } = layout(fixture.tensor(name))
  invariant(actual?.length === values.length, `${name}: ${actual?.length} values, not ${values.length}`)
  let difference = 0
  let largest = 0
  for (const [place, value] of values.entries()) {
    difference = Math.max(difference, Math.abs(value - (actual[place] ?? Number.NaN)))
    largest = Math.max(largest, Math.abs(value))
  }
  return difference / Math.max(largest, 1e-300)
}

import { describe, expect, test } from 'vitest'
import type { Applied, AttributesOf, Pair, PrimitiveName } from '../../src/check/primitives/table.js'
import { FunctionBuilder } from '../../src/ir/builder.js'
import { interpret, type Value } from '../../src/ir/interpret/run.js'
import type { IrFunction, IrModule, ValueId } from '../../src/ir/types.js'
import { lowerForward } from '../../src/lower/lower.js'
import { differentiate } from '../../src/passes/autodiff/differentiate.js'
import { channelsLast, readFixture } from './support/fixture.js'
import { CheckedGraph } from './support/graph.js'

const fixture = readFixture('losses_and_metrics')

type LossCase = Applied & { readonly on: 'image' | 'severity' | 'mask' }

const both = [1, 1] as const
const cases: Readonly<Record<string, LossCase>> = {
  l1: { op: 'l1', attributes: {}, on: 'image' },
  l2: { op: 'l2', attributes: {}, on: 'image' },
  ssim11: { op: 'ssim', attributes: { window: 11, sigma: 1.5, range: 1, border: 'reflect' }, on: 'image' },
  ssim7: { op: 'ssim', attributes: { window: 7, sigma: 1.5, range: 1, border: 'reflect' }, on: 'image' },
  severity_mae: { op: 'l1', attributes: {}, on: 'severity' },
  severity_mse: { op: 'l2', attributes: {}, on: 'severity' },
  severity_smooth_l1_b1: { op: 'smooth_l1', attributes: { beta: 1 }, on: 'severity' },
  'severity_smooth_l1_b0.5': { op: 'smooth_l1', attributes: { beta: 0.5 }, on: 'severity' },
  cross_entropy: { op: 'cross_entropy', attributes: { class_weights: both }, on: 'mask' },
  focal_gamma2: focal(2, both),
  'focal_alpha0.25_gamma3': focal(3, [0.75, 0.25]),
  kornia09_focal_alpha1_gamma2: focal(2, [0, 1], true),
  'kornia09_focal_alpha0.25_gamma3': focal(3, [0.75, 0.25], true),
}

function focal(gamma: number, weights: Pair, divide = false): LossCase & Applied<'focal'> {
  return { op: 'focal', attributes: { gamma, class_weights: weights, divide_by_classes: divide }, on: 'mask' }
}

const operandNames = {
  image: ['image/prediction', 'image/target'],
  severity: ['severity/prediction', 'severity/target'],
  mask: ['mask/logits', 'mask/target_int64'],
} as const

describe('each loss against PyTorch, float64', () => {
  test.each(Object.entries(cases))('%s: value and gradient', (name, { op, attributes, on }) => {
    const [prediction, target] = operandNames[on].map((operand) => tensor(operand))
    if (!prediction || !target) throw new Error('two operands are due')
    const { value, gradient } = run(op, attributes, prediction, target)
    expect(Math.abs(value - scalar(`${name}/value`)) / Math.abs(scalar(`${name}/value`))).toBeLessThan(1e-6)
    const wanted = tensor(`${name}/grad`).data
    const largest = wanted.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0)
    const worst = wanted.reduce(
      (most, entry, place) => Math.max(most, Math.abs(entry - (gradient[place] ?? Number.NaN))),
      0,
    )
    expect(worst / largest).toBeLessThan(1e-6)
  })

  test('every loss of the fixture is compared', () => {
    const others = ['dwa', 'uncertainty', 'ramp', 'metric', 'image', 'mask', 'severity']
    const names = new Set(fixture.names.map((key) => key.split('/')[0] ?? ''))
    expect([...names].filter((name) => !others.includes(name)).sort()).toEqual(Object.keys(cases).sort())
  })

  test('a gamma that is no integer takes the other way to the same values', () => {
    const [logits, mask] = operandNames.mask.map((operand) => tensor(operand))
    if (!logits || !mask) throw new Error('two operands are due')
    const near = (gamma: number) => run('focal', { ...focal(gamma, both).attributes }, logits, mask).value
    expect(near(2 + 1e-9)).toBeCloseTo(near(2), 7)
  })

  test('logits of any size give finite values', () => {
    const logits = { shape: [1, 1, 2, 2], data: Float64Array.of(1e4, -1e4, -1e4, 1e4) }
    const mask = { shape: [1, 1, 2, 1], data: Float64Array.of(1, 1) }
    const { value, gradient } = run('focal', { ...focal(2, both).attributes }, logits, mask)
    expect(value).toBeCloseTo(1e4, 6)
    expect(gradient.every(Number.isFinite)).toBe(true)
  })
})

function run<Op extends PrimitiveName>(op: Op, attributes: AttributesOf<Op>, prediction: Value, target: Value) {
  const graph = new CheckedGraph()
  const inner = (value: Value) => value.shape.slice(1)
  const a = graph.input('image', inner(prediction))
  const b = graph.input('clean', inner(target))
  const loss = graph.loss(op, [a, b], attributes)
  const forward = lowerForward({ nodes: graph.nodes, seed: 1 }, [], {
    name: 'loss',
    phase: 'train',
    batch: prediction.shape[0] ?? 1,
    outputs: [{ name: 'value', node: loss }],
  })
  const module: IrModule = { name: 'test', state: [], functions: [withGradient(forward)] }
  const { outputs } = interpret(module, 'loss', { image: prediction, clean: target })
  return { value: outputs.value?.data[0] ?? Number.NaN, gradient: outputs.gradient?.data ?? new Float64Array() }
}

/** The function with the gradient of its output by its first input. */
function withGradient(source: IrFunction): IrFunction {
  const builder = new FunctionBuilder(source.name)
  const now = new Map<ValueId, ValueId>()
  const at = (value: ValueId) => now.get(value) ?? -1
  for (const { name, value } of source.inputs)
    now.set(value, builder.input(name, source.types.get(value) ?? { dtype: 'f32', shape: [] }))
  for (const { op, operands, attributes, results } of source.operations) {
    const made = builder.emit(op, operands.map(at), attributes)
    for (const [place, result] of results.entries()) now.set(result, made[place] ?? -1)
  }
  const [value] = source.outputs
  const loss = at(value?.value ?? -1)
  const [gradient] = differentiate(builder, builder.operations, loss, [at(source.inputs[0]?.value ?? -1)])
  builder.output('value', loss)
  if (gradient !== undefined) builder.output('gradient', gradient)
  return builder.build()
}

function tensor(name: string): Value {
  const found = fixture.tensor(name)
  // Class indices [N,H,W] are a mask of one channel.
  const { shape, values } =
    found.shape.length === 3 ? { shape: [...found.shape, 1], values: found.values } : channelsLast(found)
  return { shape, data: values }
}

function scalar(name: string): number {
  return fixture.tensor(name).values[0] ?? Number.NaN
}

import type { Applied, Pair } from '../../check/primitives/table.js'
import { gradientPrefix } from '../../passes/differentiate.js'
import { type Comparison, compare } from './compare.js'
import type { ParityEngine } from './engines.js'
import { checkTensors, type ExpectedTensors } from './expected.js'
import { type Fixture, FixtureError, type FixtureTensor, groups, tensor } from './fixture.js'
import { layerFunction, layerLoss, layerProgram } from './layer.js'
import { ourMap } from './layout.js'
import { compareMetrics, compareWeightTraces, traceTensors } from './traces.js'

type Loss = Applied & { readonly of: 'image' | 'mask' | 'severity' }

function classWeights(alpha: string | undefined): Pair {
  return alpha === undefined ? [1, 1] : [1 - Number(alpha), Number(alpha)]
}

const losses: readonly { readonly pattern: RegExp; readonly loss: (match: RegExpExecArray) => Loss }[] = [
  { pattern: /^(l1|l2)$/, loss: ([, op]) => ({ op: op === 'l1' ? 'l1' : 'l2', attributes: {}, of: 'image' }) },
  {
    pattern: /^ssim(\d+)$/,
    loss: ([, window]) => ({
      op: 'ssim',
      attributes: { window: Number(window), sigma: 1.5, range: 1, border: 'reflect' },
      of: 'image',
    }),
  },
  {
    pattern: /^(kornia09_)?focal(?:_alpha([\d.]+))?_gamma([\d.]+)$/,
    loss: ([, kornia, alpha, gamma]) => ({
      op: 'focal',
      attributes: {
        gamma: Number(gamma),
        class_weights: classWeights(alpha),
        divide_by_classes: kornia !== undefined,
      },
      of: 'mask',
    }),
  },
  {
    pattern: /^cross_entropy$/,
    loss: () => ({ op: 'cross_entropy', attributes: { class_weights: [1, 1] }, of: 'mask' }),
  },
  {
    pattern: /^severity_(mae|mse)$/,
    loss: ([, kind]) => ({ op: kind === 'mae' ? 'l1' : 'l2', attributes: {}, of: 'severity' }),
  },
  {
    pattern: /^severity_smooth_l1_b([\d.]+)$/,
    loss: ([, beta]) => ({ op: 'smooth_l1', attributes: { beta: Number(beta) }, of: 'severity' }),
  },
]

/** What the losses are applied to, and what is no loss. */
const inputGroups = {
  image: ['image/prediction', 'image/target'],
  mask: ['mask/logits', 'mask/target_int64'],
  severity: ['severity/prediction', 'severity/target'],
} as const
const otherGroups = new Set(['metric', 'uncertainty', 'dwa', 'ramp'])

export function compareLosses(fixture: Fixture, engines: readonly ParityEngine[]): readonly Comparison[] {
  const names = groups(fixture).filter((name) => !(name in inputGroups) && !otherGroups.has(name))
  checkTensors(fixture, expectedTensors(fixture, names))
  const comparisons = names.flatMap((name) => compareLoss(fixture, name, engines))
  return [...comparisons, ...compareMetrics(fixture), ...compareWeightTraces(fixture, engines)]
}

/** A value and a gradient of every loss. Predictions and targets may stand there without one. */
function expectedTensors(fixture: Fixture, names: readonly string[]): ExpectedTensors {
  const traces = traceTensors(fixture)
  const inputs = new Map(traces.inputs)
  const results = new Map(traces.results)
  const optional = new Map<string, readonly number[]>()
  const groupShapes = (of: Loss['of']) => {
    const [prediction, target] = inputGroups[of]
    const shape = tensor(fixture, prediction).shape
    return new Map([
      [prediction, shape],
      [target, of === 'mask' ? shape.filter((_, axis) => axis !== 1) : shape],
    ])
  }
  for (const name of names) {
    const { of } = lossOf(name)
    for (const [input, shape] of groupShapes(of)) inputs.set(input, shape)
    results.set(`${name}/value`, [])
    results.set(`${name}/grad`, tensor(fixture, inputGroups[of][0]).shape)
  }
  for (const of of ['image', 'mask', 'severity'] as const) {
    if (!fixture.tensors.has(inputGroups[of][0])) continue
    for (const [input, shape] of groupShapes(of)) optional.set(input, shape)
  }
  return { inputs, results, optional }
}

function compareLoss(fixture: Fixture, name: string, engines: readonly ParityEngine[]): readonly Comparison[] {
  const loss = lossOf(name)
  const [prediction, target] = operandsOf(fixture, loss.of)
  const per = loss.of === 'severity' ? 'image' : 'pixel'
  const program = layerProgram({
    ...loss,
    operands: [
      { name: 'prediction', per, tensor: prediction, isTrained: true },
      { name: 'target', per, tensor: target, isTrained: false },
    ],
    parameters: [],
    phase: 'train',
  })
  return engines.flatMap((engine) => {
    const loaded = engine.load(program)
    try {
      const outputs = loaded.run(layerFunction, {})
      const actuals = [
        ['value', outputs[layerLoss]],
        ['grad', outputs[`${gradientPrefix}prediction`]],
      ] as const
      return actuals.flatMap(([part, actual]) => {
        const found = fixture.tensors.get(`${name}/${part}`)
        if (found === undefined) return []
        const expectation = {
          fixture: fixture.name,
          group: 'losses',
          tensor: `${name}/${part}`,
          expected: ourMap(found),
        }
        return [compare(engine.name, expectation, actual)]
      })
    } finally {
      loaded.close()
    }
  })
}

function operandsOf(fixture: Fixture, of: Loss['of']): readonly [FixtureTensor, FixtureTensor] {
  switch (of) {
    case 'image':
      return [ourMap(tensor(fixture, 'image/prediction')), ourMap(tensor(fixture, 'image/target'))]
    case 'mask': {
      const { shape, values } = tensor(fixture, 'mask/target_int64')
      return [ourMap(tensor(fixture, 'mask/logits')), { shape: [...shape, 1], values }]
    }
    case 'severity':
      return [tensor(fixture, 'severity/prediction'), tensor(fixture, 'severity/target')]
  }
}

function lossOf(name: string): Loss {
  for (const { pattern, loss } of losses) {
    const match = pattern.exec(name)
    if (match !== null) return loss(match)
  }
  throw new FixtureError(`the loss ${name} is not known`)
}

import type { CheckedNode } from '../../check/checked.js'
import type { PrimitiveName } from '../../check/primitives.js'
import { gradientPrefix } from '../../passes/differentiate.js'
import { type Comparison, compare } from './compare.js'
import type { ParityEngine } from './engines.js'
import { type Fixture, FixtureError, type FixtureTensor, tensor } from './fixture.js'
import { layerFunction, layerLoss, layerProgram } from './layer.js'
import { ourMap } from './layout.js'
import { compareMetrics, compareWeightTraces } from './traces.js'

interface Loss {
  readonly op: PrimitiveName
  readonly attributes: CheckedNode['attributes']
  readonly of: 'image' | 'mask' | 'severity'
}

function classWeights(alpha: string | undefined): readonly number[] {
  return alpha === undefined ? [1, 1] : [1 - Number(alpha), Number(alpha)]
}

const losses: readonly { readonly pattern: RegExp; readonly loss: (match: RegExpExecArray) => Loss }[] = [
  { pattern: /^(l1|l2)$/, loss: ([, op]) => ({ op: op === 'l1' ? 'l1' : 'l2', attributes: {}, of: 'image' }) },
  {
    pattern: /^ssim(\d+)$/,
    loss: ([, window]) => ({ op: 'ssim', attributes: { window: Number(window), sigma: 1.5 }, of: 'image' }),
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
const inputGroups = new Set(['image', 'mask', 'severity'])
const otherGroups = new Set(['metric', 'uncertainty', 'dwa', 'ramp'])

export function compareLosses(fixture: Fixture, engines: readonly ParityEngine[]): readonly Comparison[] {
  const names = new Set([...fixture.tensors.keys()].map((name) => name.split('/')[0] ?? ''))
  const comparisons = [...names]
    .filter((name) => !inputGroups.has(name) && !otherGroups.has(name))
    .flatMap((name) => compareLoss(fixture, name, engines))
  return [...comparisons, ...compareMetrics(fixture), ...compareWeightTraces(fixture, engines)]
}

function compareLoss(fixture: Fixture, name: string, engines: readonly ParityEngine[]): readonly Comparison[] {
  const loss = lossOf(name)
  const [prediction, target] = operandsOf(fixture, loss.of)
  const per = loss.of === 'severity' ? 'image' : 'pixel'
  const program = layerProgram({
    op: loss.op,
    attributes: loss.attributes,
    operands: [
      { name: 'prediction', per, tensor: prediction, isTrained: true },
      { name: 'target', per, tensor: target, isTrained: false },
    ],
    parameters: [],
    phase: 'train',
  })
  const value = tensor(fixture, `${name}/value`)
  const gradient = ourMap(tensor(fixture, `${name}/grad`))
  return engines.flatMap((engine) => {
    const loaded = engine.load(program)
    try {
      const outputs = loaded.run(layerFunction, {})
      const base = { fixture: fixture.name, group: 'losses' }
      return [
        compare(engine.name, { ...base, tensor: `${name}/value`, expected: value }, outputs[layerLoss] ?? []),
        compare(
          engine.name,
          { ...base, tensor: `${name}/grad`, expected: gradient },
          outputs[`${gradientPrefix}prediction`] ?? [],
        ),
      ]
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

import fc from 'fast-check'
import type { CheckedPipeline } from '../../../src/check/checked.js'
import { optimizers } from '../../../src/components/training.js'
import { withDefaults } from '../../support/components.js'
import { CheckedGraph, type Node } from './graph.js'

const layerKinds = ['unit', 'conv', 'pool', 'upsample', 'leaky_relu', 'skip', 'attention', 'arithmetic'] as const
type Layer = (typeof layerKinds)[number]

/** A small model with everything around it: reconstruction, segmentation, a head, losses, an optimiser. */
export interface PipelineRecipe {
  readonly layers: readonly Layer[]
  readonly dropout: number
  /** Whether the head's loss has weight 0. */
  readonly zeroTerm: boolean
  readonly optimizer: 'adam' | 'adamw' | 'sgd'
  readonly precision?: 'float32' | 'bf16'
}

export const recipes: fc.Arbitrary<PipelineRecipe> = fc.record({
  layers: fc.array(fc.constantFrom(...layerKinds), { minLength: 1, maxLength: 6 }),
  dropout: fc.constantFrom(0, 0.25),
  zeroTerm: fc.boolean(),
  optimizer: fc.constantFrom('adam', 'adamw', 'sgd'),
})

export function drawnPipeline(recipe: PipelineRecipe): CheckedPipeline {
  const graph = new CheckedGraph()
  const side = 8
  const image = graph.input('image', [side, side, 1])
  const clean = graph.input('clean', [side, side, 1])
  const mask = graph.input('fault_mask', [side, side, 1])
  const label = graph.input('fault_severity', [])
  const norm = (x: Node, path: string) =>
    graph.same('relu', graph.batchNorm(graph.conv2d(x, `${path}.conv`, 3), `${path}.norm`))
  const layer = (x: Node, kind: Layer, path: string): Node => {
    switch (kind) {
      case 'unit':
        return norm(x, path)
      case 'conv':
        return graph.conv2d(x, path, 2)
      case 'pool':
        return (graph.shape(x)[0] ?? 0) >= 4 ? graph.maxPool(x) : x
      case 'upsample':
        return (graph.shape(x)[0] ?? 0) <= 4 ? graph.upsample(x) : x
      case 'leaky_relu':
        return graph.same('leaky_relu', x, { slope: 0.1 })
      case 'skip':
        return graph.concat(x, graph.same('relu', graph.same('neg', x)))
      case 'attention':
        return graph.binary(
          'mul',
          x,
          graph.same('sigmoid', graph.dense(graph.averaged(x), path, graph.shape(x)[2] ?? 1)),
        )
      case 'arithmetic':
        return graph.binary('add', graph.binary('mul', graph.constant(0.5), graph.same('neg', x)), graph.constant(1))
    }
  }
  let x = image
  for (const [place, kind] of recipe.layers.entries()) x = layer(x, kind, `body.layer${place}`)
  while ((graph.shape(x)[0] ?? 0) < side) x = graph.upsample(x)
  const recon = graph.conv2d(x, 'recon', 1)
  const logits = graph.conv2d(graph.concat(image, recon), 'seg', 2)
  const hidden = graph.same('tanh', graph.dense(graph.averaged(x), 'head.dense1', 4))
  const dropped = graph.same('dropout', hidden, { rate: recipe.dropout }, 'head.dropout')
  const severity = graph.value('squeeze', graph.dense(dropped, 'head.dense2', 1))

  const reconstruction = graph.binary(
    'add',
    graph.loss('l2', [recon, clean]),
    graph.loss('ssim', [recon, clean], { window: 5, sigma: 1.5, range: 1, border: 'reflect' }),
  )
  const segmentation = graph.loss('focal', [logits, mask], {
    gamma: 2,
    class_weights: [1, 1],
    divide_by_classes: false,
  })
  const regression = graph.loss('smooth_l1', [severity, label], { beta: 1 })
  const weighted = graph.binary('mul', graph.constant(recipe.zeroTerm ? 0 : 0.5), regression)
  const total = graph.binary('add', graph.binary('add', reconstruction, segmentation), weighted)
  const map = graph.channels(graph.same('softmax', logits), 1, 1)
  const weight_decay = recipe.optimizer === 'sgd' ? 1e-3 : 1e-2
  return graph.pipeline({
    batch: 2,
    losses: [
      { name: 'reconstruction', node: reconstruction },
      { name: 'segmentation', node: segmentation },
      { name: 'regression', node: regression },
      { name: 'total', node: total },
    ],
    outputs: [
      { name: 'anomaly_map', node: map },
      { name: 'score', node: graph.value('image_max', map) },
      ...(recipe.zeroTerm ? [] : [{ name: 'severity', node: severity }]),
    ],
    optimizer: withDefaults(optimizers, recipe.optimizer, { lr: 0.01, weight_decay }),
    ...(recipe.precision === undefined ? {} : { precision: recipe.precision }),
  })
}

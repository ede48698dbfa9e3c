import type { CheckedPipeline } from '../../../src/check/checked.js'
import { CheckedGraph, type Node, type PipelineSettings } from './graph.js'

/** What a fixture's `config` says of its model. */
export interface DraemConfig {
  readonly reconstructive_width: number
  readonly discriminative_width: number
  readonly image: number
  readonly batch: number
  readonly sspcab?: boolean
  readonly sspcab_weight?: number
  readonly severity?: SeverityConfig
  readonly severity_loss?: 'mse' | 'smooth_l1'
  readonly severity_weight?: number
}

type SeverityConfig =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'sevnet'
      readonly mode: 'single_scale' | 'multi_scale'
      readonly hidden: number
      readonly dropout?: number
    }
  | { readonly kind: 'cnn'; readonly mode: 'with_error_map'; readonly severity_max: number }

/** The DRAEM family as a checked graph, with the names that `grammar/std` gives its weights. */
export function draem(config: DraemConfig, settings: Partial<PipelineSettings> = {}): CheckedPipeline {
  const graph = new CheckedGraph()
  const side = config.image
  const image = graph.input('image', [side, side, 3])
  const clean = graph.input('clean', [side, side, 3])
  const mask = graph.input('fault_mask', [side, side, 1])
  const { output: recon, attended } = reconstructive(graph, image, config)
  const seg = discriminative(graph, graph.concat(image, recon), config.discriminative_width)
  const map = graph.channels(graph.same('softmax', seg.mask, {}, 'anomaly_map'), 1, 1)
  const score = graph.value('image_max', map)
  const severity = severityHead(graph, config.severity ?? { kind: 'none' }, { image, recon, seg })

  const times = (factor: number, node: Node) => graph.binary('mul', graph.constant(factor), node)
  const l2 = graph.loss('l2', [recon, clean], {}, 'loss.l2')
  const ssim = times(
    2,
    graph.loss('ssim', [recon, clean], { window: 11, sigma: 1.5, range: 1, border: 'reflect' }, 'loss.ssim'),
  )
  const focal = graph.loss(
    'focal',
    [seg.mask, mask],
    { gamma: 2, class_weights: [1, 1], divide_by_classes: false },
    'loss.focal',
  )
  const losses = [
    { name: 'l2', node: l2 },
    { name: 'ssim', node: ssim },
    { name: 'focal', node: focal },
  ]
  let total = graph.binary('add', graph.binary('add', l2, ssim), focal)
  if (severity !== undefined) {
    const label = graph.input('fault_severity', [])
    const kind = config.severity_loss ?? 'mse'
    const term =
      kind === 'mse'
        ? graph.loss('l2', [severity, label], {}, 'loss.severity')
        : graph.loss('smooth_l1', [severity, label], { beta: 1 }, 'loss.severity')
    losses.push({ name: 'severity', node: term })
    total = graph.binary('add', total, times(config.severity_weight ?? 1, term))
  }
  if (attended) {
    const term = graph.loss('l2', attended, {}, 'loss.sspcab')
    losses.push({ name: 'sspcab', node: term })
    total = graph.binary('add', total, times(config.sspcab_weight ?? 0.1, term))
  }
  losses.push({ name: 'total', node: total })
  const outputs = [
    { name: 'reconstruction', node: recon },
    { name: 'mask_logits', node: seg.mask },
    { name: 'anomaly_map', node: map },
    { name: 'mask_score', node: score },
    ...(severity === undefined ? [] : [{ name: 'severity', node: severity }]),
  ]
  return graph.pipeline({ batch: config.batch, losses, outputs, ...settings })
}

function unit(graph: CheckedGraph, x: Node, path: string, channels: number, place: number | '' = ''): Node {
  const conv = graph.conv2d(x, `${path}.conv${place}`, channels)
  return graph.same('relu', graph.batchNorm(conv, `${path}.norm${place}`))
}

function double(graph: CheckedGraph, x: Node, path: string, first: number, second = first): Node {
  return unit(graph, unit(graph, x, path, first, 1), path, second, 2)
}

function reconstructive(
  graph: CheckedGraph,
  image: Node,
  { reconstructive_width: w, sspcab = false }: DraemConfig,
): { readonly output: Node; readonly attended?: readonly [Node, Node] } {
  let x = image
  for (const [place, channels] of [w, 2 * w, 4 * w, 8 * w].entries())
    x = graph.maxPool(double(graph, x, `recon.encoder.block${place + 1}`, channels))
  const before = x
  x = sspcab ? attention(graph, x, 'recon.encoder.block5') : double(graph, x, 'recon.encoder.block5', 8 * w)
  const after = x
  for (const [place, [channels, halved]] of [
    [8 * w, 4 * w],
    [4 * w, 2 * w],
    [2 * w, w],
    [w, w],
  ].entries()) {
    x = unit(graph, graph.upsample(x), `recon.decoder.up${place + 1}`, channels ?? w)
    x = double(graph, x, `recon.decoder.block${place + 1}`, channels ?? w, halved ?? w)
  }
  const output = graph.conv2d(x, 'recon.decoder.output', 3)
  return sspcab ? { output, attended: [before, after] } : { output }
}

/** SSPCAB (Ristea et al. 2022): four shifted 1 x 1 convolutions, then channel attention. */
function attention(graph: CheckedGraph, x: Node, path: string): Node {
  const [height = 0, width = 0, channels = 0] = graph.shape(x)
  const padded = graph.pad(x, 2)
  const corners = [
    [0, 0],
    [0, 4],
    [4, 0],
    [4, 4],
  ] as const
  const parts = corners.map(([top, left], place) =>
    graph.conv2d(graph.crop(padded, top, left, height, width), `${path}.masked${place + 1}`, channels, { kernel: 1 }),
  )
  const summed = parts.reduce((sum, part) => graph.binary('add', sum, part))
  const squeezed = graph.same('relu', graph.dense(graph.averaged(summed), `${path}.dense1`, Math.floor(channels / 8)))
  const gate = graph.same('sigmoid', graph.dense(squeezed, `${path}.dense2`, channels))
  return graph.binary('mul', summed, gate)
}

interface Segmentation {
  readonly mask: Node
  readonly features: readonly Node[]
}

function discriminative(graph: CheckedGraph, input: Node, d: number): Segmentation {
  const features: Node[] = []
  let x = input
  for (const [place, channels] of [d, 2 * d, 4 * d, 8 * d, 8 * d, 8 * d].entries()) {
    if (place > 0) x = graph.maxPool(x)
    x = double(graph, x, `seg.encoder.block${place + 1}`, channels)
    features.push(x)
  }
  const stages = [
    ['_b', 8 * d, 8 * d, 4],
    ['1', 4 * d, 4 * d, 3],
    ['2', 2 * d, 2 * d, 2],
    ['3', d, d, 1],
    ['4', d, d, 0],
  ] as const
  for (const [name, up, out, skip] of stages) {
    const upsampled = unit(graph, graph.upsample(x), `seg.decoder.up${name}`, up)
    x = double(graph, graph.concat(upsampled, features[skip] ?? x), `seg.decoder.block${name}`, out)
  }
  return { mask: graph.conv2d(x, 'seg.decoder.output', 2), features }
}

function severityHead(
  graph: CheckedGraph,
  config: SeverityConfig,
  { image, recon, seg }: { readonly image: Node; readonly recon: Node; readonly seg: Segmentation },
): Node | undefined {
  const finished = (x: Node) => graph.value('squeeze', graph.same('sigmoid', x))
  switch (config.kind) {
    case 'none':
      return undefined
    case 'sevnet': {
      const scales = config.mode === 'single_scale' ? seg.features.slice(5) : seg.features.slice(1)
      const pooled = scales.map((map) => graph.averaged(map))
      let x = pooled.length === 1 ? (pooled[0] ?? 0) : graph.concat(...pooled)
      for (const [place, units] of [config.hidden, config.hidden / 2].entries()) {
        x = graph.same('relu', graph.dense(x, `severity.dense${place + 1}`, units))
        x = graph.same('dropout', x, { rate: config.dropout ?? 0 }, `severity.dropout${place + 1}`)
      }
      return finished(graph.dense(x, 'severity.dense3', 1))
    }
    case 'cnn': {
      const error = graph.same('abs', graph.binary('sub', image, recon))
      let x = graph.concat(seg.mask, error)
      x = graph.maxPool(unit(graph, x, 'severity', 64, 1))
      x = graph.averaged(graph.maxPool(unit(graph, x, 'severity', 128, 2)))
      x = graph.same('relu', graph.dense(x, 'severity.dense1', 128))
      x = graph.same('relu', graph.dense(x, 'severity.dense2', 64))
      return graph.binary('mul', graph.constant(config.severity_max), finished(graph.dense(x, 'severity.dense3', 1)))
    }
  }
}

import type { CheckedPipeline } from '../../check/checked.js'
import { draemcName } from '../anomalib-names.js'
import { checkTensors } from './expected.js'
import { type Fixture, FixtureError, groupNames, tensor } from './fixture.js'
import type { ModelConfig } from './model-config.js'
import { isScore } from './model-text.js'

/** Names of weights and statistics that PyTorch counts batches with: nothing of ours. */
export function isCounter(name: string): boolean {
  return name.endsWith('num_batches_tracked')
}

export function ourName(anomalib: string): string {
  const name = draemcName(anomalib)
  if (name === undefined) throw new FixtureError(`the weight ${anomalib} is not known`)
  return name
}

/** Groups of results of one pass of training. */
const trainingGroups = ['train', 'loss', 'grad', 'after'] as const
const resultGroups = ['eval', ...trainingGroups] as const

export function isTrained(fixture: Fixture): boolean {
  return trainingGroups.some((group) => groupNames(fixture, group).length > 0)
}

/** Refuses a fixture whose tensors are not those of its model. Its weights are known to be ours. */
export function checkModelTensors(fixture: Fixture, config: ModelConfig, pipeline: CheckedPipeline): void {
  const { batch, image } = config
  const hasHead = config.severity.kind !== 'none'
  const map = [batch, 3, image, image]
  const logits = [batch, 2, image, image]
  const one = [batch]
  const severity = hasHead ? [['severity', one] as const] : []
  const results = new Map<string, readonly number[]>()
  const optional = new Map<string, readonly number[] | undefined>()
  const add = (group: string, shapes: Iterable<readonly [string, readonly number[]]>, to = results) => {
    for (const [name, shape] of shapes) to.set(`${group}/${name}`, shape)
  }
  const heatmap = [
    ['anomaly_map', [batch, image, image]],
    ['mask_score', one],
  ] as const
  const outputs = [['reconstruction', map], ['mask_logits', logits], ...severity] as const
  add('eval', [...outputs, ...heatmap])
  add('train', outputs)
  for (const [name, shape] of heatmap) optional.set(`train/${name}`, shape)
  for (const name of groupNames(fixture, 'eval')) if (isScore(config, name)) optional.set(`eval/${name}`, one)
  const sspcab = config.sspcab.kind === 'none' ? [] : ['sspcab']
  const terms = ['l2', 'ssim', 'focal', ...sspcab, ...(hasHead ? ['severity'] : []), 'total']
  add(
    'loss',
    terms.map((name) => [name, []]),
  )

  const inputs = new Map<string, readonly number[] | undefined>([['input/image', map]])
  const labels = [
    ['clean', map],
    ['mask', [batch, 1, image, image]],
    ['severity', one],
  ] as const
  for (const [name, shape] of labels) (isTrained(fixture) ? inputs : optional).set(`input/${name}`, shape)
  const kinds = new Map(pipeline.parameters.map(({ name, kind }) => [name, kind]))
  const dead = deadBiases(fixture, config, pipeline)
  for (const name of groupNames(fixture, 'weights')) {
    inputs.set(`weights/${name}`, undefined)
    const { shape } = tensor(fixture, `weights/${name}`)
    if (isCounter(name)) optional.set(`after/${name}`, shape)
    else if (kinds.get(ourName(name)) === 'statistic') results.set(`after/${name}`, shape)
    else if (dead.has(name)) optional.set(`grad/${name}`, shape)
    else results.set(`grad/${name}`, shape)
  }
  for (const name of groupNames(fixture, 'after')) if (isCounter(name)) optional.set(`after/${name}`, undefined)
  checkTensors(fixture, { inputs, results, optional }, promised(fixture, config, results.keys()))
}

/**
 * A maker who says how far float32 is off for every result says with it which results there are; a group of which there is
 * one is whole.
 */
function promised(
  fixture: Fixture,
  { results, measured }: ModelConfig,
  ours: Iterable<string>,
): ReadonlySet<string> | undefined {
  if (results !== undefined || measured.length === 0) return results
  const started = resultGroups.filter((group) =>
    [...measured, ...fixture.tensors.keys()].some((name) => name.startsWith(`${group}/`)),
  )
  return new Set([...measured, ...[...ours].filter((name) => started.some((group) => name.startsWith(`${group}/`)))])
}

/**
 * Biases of convolutions that nothing but a batch norm sees, by anomalib's names: it subtracts them again, their gradient is
 * exactly zero. What a fixture calls so must be one of these, or its gradient would never be compared.
 */
export function deadBiases(fixture: Fixture, config: ModelConfig, pipeline: CheckedPipeline): ReadonlySet<string> {
  const nodes = new Map(pipeline.nodes.map((node) => [node.id, node]))
  const uses = new Map<number, number>()
  for (const id of [
    ...pipeline.nodes.flatMap(({ operands }) => operands),
    ...pipeline.outputs.map(({ node }) => node),
  ]) {
    uses.set(id, (uses.get(id) ?? 0) + 1)
  }
  const ours = new Set<string>()
  for (const norm of pipeline.nodes) {
    const convolution = nodes.get(norm.operands[0] ?? -1)
    const bias = convolution?.parameters[1]
    if (norm.op !== 'batch_norm' || convolution?.op !== 'conv2d' || bias === undefined) continue
    if (uses.get(convolution.id) === 1) ours.add(bias)
  }
  const live = config.deadBiases.find((name) => !ours.has(ourName(name)))
  if (live !== undefined) {
    throw new FixtureError(`its dead_biases hold ${live}, which is no bias of a convolution that feeds a batch norm`)
  }
  return new Set(groupNames(fixture, 'weights').filter((name) => !isCounter(name) && ours.has(ourName(name))))
}

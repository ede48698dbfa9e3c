import type { CheckedPipeline, NamedOutput, TensorType } from '../check/checked.js'
import { invariant } from '../diagnostics/invariant.js'
import { monitorsOf, type PlanOutput } from '../plan/run-plan.js'

/**
 * What inference computes, in the order of the model section: what is measured, numbers of an image, maps and pictures. Features
 * inside the networks are left out. Where nothing is measured, everything is computed.
 */
export function inferenceOutputs(pipeline: CheckedPipeline): readonly NamedOutput[] {
  const measured = measuredNames(pipeline)
  if (measured.size === 0) return pipeline.outputs
  const shown = new Set(planOutputs(pipeline).map(({ name }) => name))
  return pipeline.outputs.filter(({ name }) => measured.has(name) || shown.has(name))
}

/** The outputs that mean something to whoever uses the model. */
export function planOutputs(pipeline: CheckedPipeline): readonly PlanOutput[] {
  const measured = new Set(pipeline.evaluate.pixel.map(({ parameters }) => parameters.output as string))
  return pipeline.outputs.flatMap(({ name, node }) => {
    const type = pipeline.nodes.find(({ id }) => id === node)?.type
    invariant(type, `the output ${name} is a node`)
    const kind = kindOf(type, measured.has(name), pipeline)
    return kind === undefined ? [] : [{ name, kind, ...(type.range === undefined ? {} : { range: type.range }) }]
  })
}

function kindOf(
  { per, shape, meaning }: TensorType,
  isMeasured: boolean,
  { image }: CheckedPipeline,
): PlanOutput['kind'] | undefined {
  const channels = shape.at(-1) ?? 1
  if (per === 'image') return channels === 1 ? 'value' : undefined
  if (per !== 'pixel' || shape[0] !== image.height || shape[1] !== image.width) return undefined
  if (channels === 1 && (isMeasured || meaning === 'probabilities' || image.channels !== 1)) return 'map'
  return channels === image.channels && meaning === 'plain' ? 'picture' : undefined
}

function measuredNames({ evaluate, train }: CheckedPipeline): ReadonlySet<string> {
  const measured = [...evaluate.image, ...evaluate.pixel, ...evaluate.values, ...monitorsOf(train)]
  return new Set(measured.map(({ parameters }) => parameters.output))
}

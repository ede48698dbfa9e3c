import type { IrFunction, ValueId } from '../ir/types.js'
import type { TrainingDescription } from '../lower/training.js'
import { constantValue, liveValues, stateOf } from './analysis.js'
import { differentiate as gradientsOf } from './autodiff/differentiate.js'
import { counted, type FunctionResult, type Pass, rewriteFunctions } from './pass.js'
import { Rewriter } from './rewriter.js'

/** Prefix of the outputs that hold gradients between this pass and `apply_optimizer`. */
export const gradientPrefix = 'grad.'

/**
 * Appends the gradient of the loss by every trained weight to `train_step`, as outputs `grad.<weight>`. A weight that the loss does
 * not depend on has none (and so no update and no decay).
 */
export const differentiate: Pass = {
  name: 'differentiate',
  summary: 'append the gradient of the loss by every trained weight',
  place: 'after what shortens the forward computation, so that the gradient is short too',
  run: (module, training) => rewriteFunctions(module, (source) => withGradients(source, training), ['train_step']),
}

interface Trained {
  readonly weight: string
  readonly value: ValueId
}

function withGradients(source: IrFunction, { loss, weights }: TrainingDescription): FunctionResult {
  const total = source.outputs.find((output) => output.name === loss)
  if (!total) return { function: source, changes: [] }
  const rewriter = new Rewriter(source)
  for (const operation of source.operations) rewriter.copy(operation)

  const trained = readsOf(source, new Set(weights), liveValues(source, [total.value]))
  const gradients = gradientsOf(
    rewriter,
    rewriter.operations,
    rewriter.value(total.value),
    trained.map(({ value }) => rewriter.value(value)),
  )
  const outputs = source.outputs.map(({ name, value }) => ({ name, value: rewriter.value(value) }))
  for (const [place, { weight }] of trained.entries()) {
    const gradient = gradients[place]
    // A constant zero: every path is cut, as by stop_gradient.
    if (gradient === undefined || constantValue(rewriter.definition(gradient)) === 0) continue
    outputs.push({ name: gradientPrefix + weight, value: gradient })
  }
  const count = outputs.length - source.outputs.length
  const without = weights.length - count
  const rest = without > 0 ? `; ${counted(without, 'weight')} without one` : ''
  return { function: rewriter.finish(outputs), changes: [`gradients by ${counted(count, 'weight')}${rest}`] }
}

/** The first reads of these weights among what is live. */
export function readsOf(
  source: IrFunction,
  weights: ReadonlySet<string>,
  live: ReadonlySet<ValueId>,
): readonly Trained[] {
  const seen = new Set<string>()
  return source.operations.flatMap((operation): readonly Trained[] => {
    const weight = operation.op === 'read' ? stateOf(operation) : undefined
    const [value] = operation.results
    if (weight === undefined || value === undefined || !weights.has(weight) || !live.has(value)) return []
    if (seen.has(weight)) return []
    seen.add(weight)
    return [{ weight, value }]
  })
}

import type { IrFunction, ValueId } from '../ir/types.js'
import { lossPrefix } from '../lower/lower.js'
import type { TrainingDescription } from '../lower/training.js'
import { gradientNormPrefix } from '../plan/state-names.js'
import { constantValue, liveValues } from './analysis.js'
import { differentiate as gradientsOf } from './autodiff/differentiate.js'
import { normOf } from './clip_norm.js'
import { removeDead } from './dce.js'
import { readsOf } from './differentiate.js'
import { counted, type Pass } from './pass.js'
import { Rewriter } from './rewriter.js'

/**
 * A function for each term of the loss that depends on a weight, `gradient_norm.<term>`: forward as `train_step`, and the norm of the
 * gradient of that term by all weights together. They change no state. One a term, so that none holds the activations of another's gradients.
 */
export const gradientNorms: Pass = {
  name: 'gradient_norms',
  summary: 'a function for the norm of the gradient of each loss term, where the norms are asked for',
  place: 'before the gradients of the step, from the same forward computation',
  run: (module, training) => {
    const step = module.functions.find(({ name }) => name === 'train_step')
    if (training.gradientNorms !== true || step === undefined) return { module, changes: [] }
    const functions = step.outputs.flatMap(({ name, value }) => normFunction(step, name, value, training) ?? [])
    if (functions.length === 0) return { module, changes: [] }
    return {
      module: { ...module, functions: [...module.functions, ...functions] },
      changes: [`norms of the gradients of ${counted(functions.length, 'loss term')}`],
    }
  },
}

function normFunction(
  step: IrFunction,
  output: string,
  term: ValueId,
  { weights }: TrainingDescription,
): IrFunction | undefined {
  const rewriter = new Rewriter(step)
  for (const operation of step.operations) if (operation.op !== 'assign') rewriter.copy(operation)
  const trained = readsOf(step, new Set(weights), liveValues(step, [term]))
  const gradients = gradientsOf(
    rewriter,
    rewriter.operations,
    rewriter.value(term),
    trained.map(({ value }) => rewriter.value(value)),
  ).flatMap((gradient) =>
    gradient === undefined || constantValue(rewriter.definition(gradient)) === 0 ? [] : [gradient],
  )
  if (gradients.length === 0) return undefined
  const norm = normOf(rewriter, gradients)
  const name = gradientNormPrefix + output.slice(lossPrefix.length)
  return { ...removeDead(rewriter.finish([{ name: 'norm', value: norm }])).function, name }
}

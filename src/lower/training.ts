import type { TrainPlan } from '../plan/run-plan.js'

/** How one weight moves by its gradient. The learning rate is fed, so that a schedule needs no new graph. */
export type OptimizerRule =
  | {
      readonly kind: 'adam'
      readonly beta1: number
      readonly beta2: number
      readonly epsilon: number
      readonly weightDecay: number
      /** True (AdamW): the weight shrinks by lr x decay. False (Adam): decay x weight is added to the gradient. */
      readonly decoupled: boolean
    }
  | { readonly kind: 'sgd'; readonly momentum: number; readonly weightDecay: number }

/** What the passes need to turn a forward `train_step` into a whole one. */
export interface TrainingDescription {
  /** Name of the output that is minimised: a scalar. */
  readonly loss: string
  /** State names of the weights that are trained. */
  readonly weights: readonly string[]
  /** Those of them that weight decay leaves alone. */
  readonly undecayed?: readonly string[]
  readonly optimizer: OptimizerRule
  /** How many micro-batches a step is made of. */
  readonly parts?: number
  /** Whether the norm of each loss term's gradient can be asked for. */
  readonly gradientNorms?: true
  /** The largest norm of all gradients together; any where it is absent. */
  readonly clipNorm?: number
  /** Of the average of the weights that evaluation computes with; the weights themselves where it is absent. */
  readonly averageDecay?: number
  readonly precision: TrainPlan['precision']
}

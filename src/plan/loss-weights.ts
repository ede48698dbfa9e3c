/** Weights of loss terms that the epochs decide: computed on the host and fed to each training step by name. */
export type LossWeight =
  | {
      readonly kind: 'ramp'
      /** Of the step's input. */
      readonly name: string
      readonly from: number
      readonly to: number
      /** Epochs at `from`, then epochs over which it goes to `to`. */
      readonly after: number
      readonly over: number
    }
  | {
      readonly kind: 'dynamic_weight'
      readonly name: string
      /** The terms that are weighed against each other, as the loss section names them, and which of them this weighs. */
      readonly terms: readonly string[]
      readonly term: number
      readonly temperature: number
    }

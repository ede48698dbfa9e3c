import type { Precision } from '../components/precision.js'
import type { ComponentValue, RecordedAllow, SettingOrigin } from './settings.js'

export type Every = { readonly unit: 'epoch' | 'step'; readonly count: number }

/** A number that evaluation produces: `val.auroc(score)`. */
export interface MetricReference {
  readonly split: 'val' | 'source' | 'targets'
  readonly metric: string
  /** Name of a model output. */
  readonly output: string
}

export interface TrainPlan {
  readonly optimizer: ComponentValue
  readonly epochs: number
  /** Ends sooner where given: for tests and benches. */
  readonly maxSteps?: number
  /** What training computes in, and with float64 evaluation too. */
  readonly precision: Precision
  readonly dropLast: boolean
  readonly validate: Every
  readonly earlyStop?: { readonly monitor: MetricReference; readonly patience: number; readonly minDelta: number }
  readonly checkpoint: { readonly monitor?: MetricReference; readonly keep: number }
  /** Multiplies the learning rate by `factor` at the start of each epoch listed. */
  readonly learningRateSteps: readonly { readonly epoch: number; readonly factor: number }[]
}

export interface MetricRequest {
  /** Registered name: auroc, f1_max, average_precision, mae, rmse, within. */
  readonly metric: string
  readonly output: string
  readonly parameters: Readonly<Record<string, number>>
}

export interface EvaluatePlan {
  readonly on: readonly ('source.test' | 'targets.test')[]
  readonly image: readonly MetricRequest[]
  readonly pixel: readonly MetricRequest[]
  readonly values: readonly MetricRequest[]
}

/** One tensor that a compiled function takes or gives. */
export interface PlanTensor {
  readonly name: string
  readonly dtype: 'f32' | 'f64' | 'i32'
  readonly shape: readonly number[]
}

/** A function of the compiled program (a signature of the SavedModel). */
export interface PlanFunction {
  readonly inputs: readonly PlanTensor[]
  readonly outputs: readonly PlanTensor[]
}

export interface PlanState {
  readonly name: string
  readonly kind: 'weight' | 'statistic' | 'slot'
  /** As `precision` says; checkpoints hold the same. */
  readonly dtype: 'f32' | 'f64'
  readonly shape: readonly number[]
}

/** Everything that the engine process needs: written as `plan.json` beside `graph/saved_model.pb` in the run directory. No compiler is needed to read it. */
export interface RunPlan {
  readonly format: 1
  readonly name: string
  /** Hash of the resolved pipeline (short, hex). */
  readonly hash: string
  readonly seed: number
  readonly image: { readonly height: number; readonly width: number; readonly channels: number }
  readonly batch: number
  readonly evalBatch: number
  readonly functions: Readonly<Record<'init' | 'train_step' | 'eval_step' | 'predict', PlanFunction>>
  readonly state: readonly PlanState[]
  readonly data: ComponentValue
  readonly synthesis: ComponentValue
  readonly train: TrainPlan
  readonly evaluate: EvaluatePlan
  readonly lossTerms: readonly string[]
  readonly origins: readonly SettingOrigin[]
  readonly allows: readonly RecordedAllow[]
}

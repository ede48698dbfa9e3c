import type { dataSources } from '../components/data.js'
import type { Monitor } from '../components/metrics.js'
import type { ParametersOf, ValueOf } from '../components/schema.js'
import type { sections } from '../components/sections.js'
import type { LossWeight } from './loss-weights.js'
import type { FaultProgram, PixelProgram } from './pixel-program.js'
import type { ComponentValue, RecordedAllow, SettingOrigin } from './settings.js'
import type { gradientNormPrefix } from './state-names.js'

/** The settings of the pipeline as the components declare them, resolved: nothing is parsed or defaulted again. */
export type DataValue = ValueOf<typeof dataSources>
/** A synthesis of faults with its parameters, and what it was compiled to. */
export interface SynthesisValue extends ComponentValue {
  /** Share of the training images that get a fault. */
  readonly probability: number
  readonly program: FaultProgram
}

/** What training images go through before they get their faults. */
export interface AugmentationValue {
  /** In their order. */
  readonly steps: readonly ComponentValue[]
  readonly program: PixelProgram
}
export type TrainPlan = ParametersOf<typeof sections.train>
export type EvaluatePlan = ParametersOf<typeof sections.evaluate>

/** The numbers of the validation that decide something. */
export function monitorsOf({ checkpoint, early_stop: stop }: TrainPlan): readonly Monitor[] {
  return [checkpoint?.parameters.monitor, stop?.parameters.monitor].filter((monitor) => monitor !== undefined)
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

/** A weight or statistic that begins as a file has it. */
export interface PretrainedState {
  readonly name: string
  /** Absolute. */
  readonly file: string
  /** Its name in the file. */
  readonly tensor: string
  readonly layout: 'same' | 'oihw' | 'transposed'
}

/** An output of `eval_step` and `predict` that means something by itself. */
export interface PlanOutput {
  readonly name: string
  /** A number an image; a number a pixel, [H, W, 1]; an image like those of the data, [H, W, C]. */
  readonly kind: 'value' | 'map' | 'picture'
  /** Closed interval that its values lie in, where the checker knows one. */
  readonly range?: readonly [low: number, high: number]
}

/** `accumulate_step`: of every part of a step but the last, where a step has several; the others by loss term, where norms are asked for. */
export type PlanFunctions = Readonly<Record<'init' | 'train_step' | 'eval_step' | 'predict', PlanFunction>> & {
  readonly accumulate_step?: PlanFunction
  readonly [norm: `${typeof gradientNormPrefix}${string}`]: PlanFunction
}

/** Images that are computed at once in training. */
export function microBatchOf({ batch, train }: Pick<RunPlan, 'batch' | 'train'>): number {
  return train.micro_batch ?? batch
}

/** 2: the synthesis is a program. */
export const planFormat = 2

/** Everything that the engine process needs: written as `plan.json` beside `graph/saved_model.pb` in the run directory. No compiler is needed to read it. */
export interface RunPlan {
  readonly format: typeof planFormat
  readonly name: string
  /** Hash of the resolved pipeline (short, hex). */
  readonly hash: string
  readonly seed: number
  readonly image: { readonly height: number; readonly width: number; readonly channels: number }
  readonly batch: number
  readonly evalBatch: number
  readonly functions: PlanFunctions
  readonly outputs: readonly PlanOutput[]
  readonly state: readonly PlanState[]
  /** What does not begin as `init` makes it; absent where everything does. */
  readonly pretrained?: readonly PretrainedState[]
  readonly data: DataValue
  readonly synthesis: SynthesisValue
  readonly augmentation?: AugmentationValue
  readonly train: TrainPlan
  readonly evaluate: EvaluatePlan
  readonly lossTerms: readonly string[]
  /** Weights of loss terms that are fed to each training step. */
  readonly lossWeights: readonly LossWeight[]
  readonly origins: readonly SettingOrigin[]
  readonly allows: readonly RecordedAllow[]
}

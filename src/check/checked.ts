import type { AugmentationValue, DataValue, EvaluatePlan, SynthesisValue, TrainPlan } from '../plan/run-plan.js'
import type { RecordedAllow, SettingOrigin } from '../plan/settings.js'
import type { Span } from '../source/span.js'
import type { Assignment } from '../weights/assign.js'
import type { AttributesOf, ModelPrimitive, PrimitiveName } from './primitives/table.js'
import type { WeightSource } from './values/value.js'

/** What one value of a tensor is for: a pixel's, an image's, or one for the whole batch. */
export type Per = 'pixel' | 'image' | 'batch'

/**
 * Type of a tensor in the checked graph. `shape` leaves the batch out:
 * pixel: [H, W, C]; image: [C], or [] for one number an image; batch: [].
 */
export interface TensorType {
  readonly per: Per
  readonly shape: readonly number[]
  /** Logits and probabilities are told apart so that a loss or metric can refuse the wrong one. */
  readonly meaning: 'plain' | 'logits' | 'log_probabilities' | 'probabilities'
  /** Closed interval that every value lies in, where it is known. */
  readonly range?: readonly [number, number]
}

/** One primitive applied: blocks are inlined, sizes are numbers, only the batch is symbolic. */
export interface NodeOf<Op extends PrimitiveName> {
  readonly id: number
  readonly op: Op
  readonly attributes: AttributesOf<Op>
  readonly operands: readonly number[]
  /** Names of the weights and statistics that it owns, in the order of the primitive's row. */
  readonly parameters: readonly string[]
  readonly type: TensorType
  /** Binding path that made it (`recon.encoder.block1.conv1`); unique only for parametric nodes. */
  readonly path: string
  readonly span: Span
}

/** A node of any primitive, or of some: `op` tells its attributes. */
export type CheckedNode<Op extends PrimitiveName = ModelPrimitive> = { [Name in Op]: NodeOf<Name> }[Op]

export type Initializer =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  | { readonly kind: 'normal'; readonly mean: number; readonly deviation: number }

/** A weight (trained) or a statistic (running mean and variance). `shape` is the engine's: conv kernels HWIO, dense (in, out). */
export interface CheckedParameter {
  readonly name: string
  readonly kind: 'weight' | 'statistic'
  readonly shape: readonly number[]
  readonly initializer: Initializer
  /** False: it is `frozen`, or no loss reaches it and that was allowed; without decay then. Statistics are false too. */
  readonly trainable: boolean
  /** False: weight decay leaves it alone. */
  readonly decays?: false
  /** Where it begins in place of its initializer. */
  readonly source?: ParameterSource
  readonly span: Span
}

/** A tensor of a file of weights; without its place where the file was not looked at. */
export interface ParameterSource extends WeightSource {
  readonly place?: Pick<Assignment, 'tensor' | 'layout'>
  /** Where the file is named. */
  readonly span: Span
}

/** One scalar that is reported while training: a binding of the loss section. `node` is a batch scalar. */
export interface LossTerm {
  readonly name: string
  readonly node: number
}

/** A tensor that a user can name: bindings of the model section, records flattened (`seg.mask`, `seg.features.0`). */
export interface NamedOutput {
  readonly name: string
  readonly node: number
}

/** A pipeline without mistakes: every name resolved, every size known, every setting with its origin. */
export interface CheckedPipeline {
  readonly name: string
  readonly doc?: string
  readonly seed: number
  readonly image: { readonly height: number; readonly width: number; readonly channels: number }
  readonly batch: number
  readonly evalBatch: number
  readonly data: DataValue
  readonly synthesis: SynthesisValue
  readonly augmentation?: AugmentationValue
  readonly nodes: readonly CheckedNode[]
  readonly parameters: readonly CheckedParameter[]
  /** Node ids by phase input name: image, clean, fault_mask, fault_severity (those that are used). */
  readonly inputs: Readonly<Partial<Record<PhaseInput, number>>>
  readonly outputs: readonly NamedOutput[]
  readonly lossTerms: readonly LossTerm[]
  /** The node that is minimised: `loss.total`. */
  readonly total: number
  readonly train: TrainPlan
  readonly evaluate: EvaluatePlan
  /** Every setting with where its value came from, for `explain` and the manifest. */
  readonly origins: readonly SettingOrigin[]
  readonly allows: readonly RecordedAllow[]
}

export type PhaseInput = 'image' | 'clean' | 'fault_mask' | 'fault_severity'

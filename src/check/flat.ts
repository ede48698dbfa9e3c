import type { ComponentValue } from '../plan/settings.js'
import type { Span } from '../source/span.js'
import type { AllowStatement, ExpectStatement, ParamDeclaration, PipelineDeclaration } from '../syntax/ast.js'
import type { FlatSetting } from './settings/context.js'

/** A section after `extends`, `remove` and `--set`: its bindings in the order of the text, those of the base first. */
export interface FlatSection {
  readonly name: string
  /** The section's name in the text, for reports that concern the section as a whole. */
  readonly span: Span
  readonly bindings: ReadonlyMap<string, FlatSetting>
}

/** A param with the expression that holds: its default, or the one that `--set` or a derived pipeline gave. */
export interface FlatParam {
  readonly declaration: ParamDeclaration
  readonly value: FlatSetting | undefined
}

/** One pipeline with everything that it inherits, names not yet resolved. */
export interface FlatPipeline {
  readonly name: string
  readonly doc?: string
  readonly declaration: PipelineDeclaration
  readonly params: ReadonlyMap<string, FlatParam>
  /** `seed`, `data`, `synthesis`. */
  readonly settings: ReadonlyMap<string, FlatSetting>
  /** `model`, `loss`, `train`, `evaluate`. */
  readonly sections: ReadonlyMap<string, FlatSection>
  readonly expects: readonly ExpectStatement[]
  readonly allows: readonly FlatAllow[]
}

/** An `allow`; `over` is the statement that it stands before, absent where it holds for the whole pipeline. */
export interface FlatAllow {
  readonly statement: AllowStatement
  readonly over?: Span
}

/**
 * What `settings/data.ts` gives for `data = hdmap(...)`:
 * `checkData(setting: FlatSetting | undefined, context: SettingsContext, at: Span): CheckedData | undefined`.
 * Given even after mistakes, as long as the image's size is known, so that the model can be checked in the same run.
 */
export interface CheckedData {
  readonly component: ComponentValue
  readonly image: { readonly height: number; readonly width: number; readonly channels: number }
  readonly batch: number
  readonly evalBatch: number
  /** Declared range of the images' values. */
  readonly range: readonly [number, number]
  /** Where the image's size is written, for sizes that the network's poolings do not divide. */
  readonly imageSpan: Span
}

/** What `settings/synthesis.ts` gives: `checkSynthesis(setting, context, at, data: CheckedData | undefined): CheckedSynthesis | undefined`. */
export interface CheckedSynthesis {
  readonly component: ComponentValue
  /** Largest severity that a label can have: the range of `fault_severity` is [0, this]. */
  readonly maximumSeverity: number
}

// `settings/train.ts`: `checkTrain(section: FlatSection | undefined, context, at: Span): TrainPlan | undefined`;
// `settings/evaluate.ts`: `checkEvaluate(section: FlatSection | undefined, context, at: Span): EvaluatePlan | undefined`.

import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import type { Span } from '../../source/span.js'
import type { AllowStatement, ExpectStatement, ParamDeclaration, PipelineDeclaration } from '../../syntax/ast.js'
import type { Module } from '../loading/module.js'
import type { FlatSection, FlatSetting } from '../settings/context.js'

/** A param with the binding that holds: its default, or what `--set` or a derived pipeline gave. */
export interface FlatParam {
  readonly declaration: ParamDeclaration
  readonly value: FlatSetting | undefined
  /** The syntax error of one that could not be read: no value is missing. */
  readonly damage?: Diagnostic
  /** The file whose names its type may use. */
  readonly module: Module
}

/** One pipeline with everything that it inherits, names not yet resolved. */
export interface FlatPipeline {
  readonly name: string
  readonly doc?: string
  readonly declaration: PipelineDeclaration
  readonly module: Module
  readonly params: ReadonlyMap<string, FlatParam>
  /** `seed`, `data`, `augmentation`, `synthesis`. */
  readonly settings: ReadonlyMap<string, FlatSetting>
  /** `model`, `loss`, `train`, `evaluate`: bindings in the order of the text, those of the base first. */
  readonly sections: ReadonlyMap<string, FlatSection>
  /** Those of the pipeline itself: a base's numbers need not hold for what is derived from it. */
  readonly expects: readonly ExpectStatement[]
  readonly allows: readonly FlatAllow[]
  /** Settings and sections that a `remove` took away, with its place. */
  readonly removed: ReadonlyMap<string, Span>
  /** What is read by the text of the pipeline and its bases, where something is laid over it: a param that lost its reader so is no mistake. */
  readonly replacedNames: ReadonlySet<string>
  /** What it extends is not there (reported): nothing else can be said of it. */
  readonly lacksBase: boolean
}

/** An `allow`; `over` is the statement that it stands before, absent where it holds for the whole pipeline. */
export interface FlatAllow {
  readonly statement: AllowStatement
  readonly over?: Span
  /** Inherited: it need not have anything to allow in the derived pipeline. */
  readonly inherited: boolean
}

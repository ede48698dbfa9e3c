import { type DiagnosticDefinition, diagnose } from '../../diagnostics/define.js'
import type { Diagnostic, RelatedSpan } from '../../diagnostics/diagnostic.js'
import type { FileView } from '../../layouts/view.js'
import type { SettingOrigin } from '../../plan/settings.js'
import type { Span } from '../../source/span.js'
import type { Binding } from '../../syntax/ast.js'
import type { TensorType } from '../checked.js'
import type { Env } from '../evaluation/env.js'
import type { Cause } from '../values/value.js'

/** What the checks of settings (data, synthesis, train, evaluate) need of the checker around them. */
export interface SettingsContext {
  /** The params of the pipeline, and the files. */
  readonly env: Env
  /** `file` for text in a file, `option` for `--set`, with the place as it is shown. */
  readonly originOf: (span: Span) => Pick<SettingOrigin, 'origin' | 'where'>
  readonly recordOrigin: (origin: SettingOrigin) => void
  /** Disk as the checks see it; absent when paths are not to be looked at (`compile`, `explain`). */
  readonly disk?: FileView
  /**
   * Outputs of the model by name (records flattened: `seg.mask`), once the model is checked; undefined for one whose
   * mistake is already reported. Absent as a whole when the model could not be checked: then no name is refused.
   */
  readonly outputs?: ReadonlyMap<string, TensorType | undefined>
  /** The other outputs that an output is made of. */
  readonly madeOf?: (output: string) => readonly string[]
  /** Why nothing can be said of an output, or of a field of it: its own mistake, or that of the text that would have bound it. */
  readonly mistakeOf: (output: string) => Cause | undefined
  /** Names that are reported as no output of the model. */
  readonly unknownOutputs: Map<string, Diagnostic>
  /** Outputs that are reported, at their loss, not to reach their label. */
  readonly outOfReach: ReadonlyMap<string, Diagnostic>
}

/** A setting after `extends`, `remove` and `--set`: the binding that holds, and the bindings of single parameters of its call that replace it (`synthesis.patches = 2`), by dotted path below it. */
export interface FlatSetting {
  readonly binding: Binding
  readonly replaced: ReadonlyMap<string, Binding>
  /** The option or the dotted setting of a derived pipeline that put the binding there. */
  readonly change?: Span
}

/** A section after `extends`, `remove` and `--set`: what it binds by name. `span` is that of its name. */
export interface FlatSection {
  readonly span: Span
  readonly settings: ReadonlyMap<string, FlatSetting>
  /** Names in what could not be read of it, each with the syntax error: they may be bound there. */
  readonly damaged: ReadonlyMap<string, Diagnostic>
  /** What a `remove` took away, with its place. */
  readonly removed: ReadonlyMap<string, Span>
}

/** Reports a mistake, of which nothing is left. */
export function report<Facts>(
  context: SettingsContext,
  definition: DiagnosticDefinition<Facts>,
  span: Span,
  facts: Facts,
  related: readonly RelatedSpan[] = [],
): undefined {
  context.env.session.sink.report(diagnose(definition, span, facts, related))
  return undefined
}

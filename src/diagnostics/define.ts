import type { Span } from '../source/span.js'
import { visible, visibleLines } from '../source/visible.js'
import type { Diagnostic, RelatedSpan, Severity } from './diagnostic.js'

/** One row of the table of codes. `message` and `help` take the facts of the mistake, so a report that lacks one does not compile. */
export interface DiagnosticDefinition<Facts> {
  readonly code: string
  /** Short name for the page and the list of codes, e.g. `unknown-name`. */
  readonly name: string
  readonly severity: Severity
  /** Whether `allow CODE because "..."` may turn it into a recorded decision. */
  readonly allowable: boolean
  readonly message: (facts: Facts) => string
  readonly label?: (facts: Facts) => string
  /** Nothing where the facts at hand suggest no fix. */
  readonly help?: (facts: Facts) => string | undefined
}

export function define<Facts>(definition: DiagnosticDefinition<Facts>): DiagnosticDefinition<Facts> {
  return definition
}

/** The facts that a definition's message is made from. */
export type FactsOf<Definition> = Definition extends DiagnosticDefinition<infer Facts> ? Facts : never

/** `causes`: the mistakes that this one follows from, such as those that poisoned the values it is about. */
export function diagnose<Facts>(
  definition: DiagnosticDefinition<Facts>,
  span: Span,
  facts: Facts,
  related: readonly RelatedSpan[] = [],
  causes: readonly Diagnostic[] = [],
): Diagnostic {
  const label = definition.label?.(facts)
  const help = definition.help?.(facts)
  return {
    code: definition.code,
    severity: definition.severity,
    message: visible(definition.message(facts)),
    span,
    ...(label === undefined ? {} : { label: visible(label) }),
    related,
    ...(help === undefined ? {} : { help: visibleLines(help) }),
    facts,
    causes,
  }
}

/** Whether `diagnostic` was made from `definition`: its facts then have the definition's type. */
export function isOf<Facts>(
  definition: DiagnosticDefinition<Facts>,
  diagnostic: Diagnostic,
): diagnostic is Diagnostic & { readonly facts: Facts } {
  return diagnostic.code === definition.code
}

import type { Span } from '../source/span.js'

export type Severity = 'error' | 'warning'

/** A second place that explains the first ("the width was set here"). */
export interface RelatedSpan {
  readonly span: Span
  readonly label: string
}

/** One mistake of the user: what, where, why, and how to fix it. Rendered by `render.ts` (text) and `json.ts`. */
export interface Diagnostic {
  readonly code: string
  readonly severity: Severity
  readonly message: string
  readonly span: Span
  /** Said at the caret under the primary span; short. */
  readonly label?: string
  readonly related: readonly RelatedSpan[]
  /** The fix, in the imperative. */
  readonly help?: string
  /** What it is about, where one place of the text stands for many things: a file of the data that a setting names. */
  readonly subject?: string
  /** What message, label and help were made from: `isOf` gives them their type back. */
  readonly facts: unknown
  /** The mistakes that this one follows from: `withoutCascades` leaves it out where one of them is reported. */
  readonly causes: readonly Diagnostic[]
}

/** Collects the diagnostics of one compilation; identical reports (code and span) are kept once. */
export interface DiagnosticSink {
  /** Gives back what is kept: `diagnostic`, or the same report that came before it. */
  report(diagnostic: Diagnostic): Diagnostic
  readonly all: readonly Diagnostic[]
  readonly hasErrors: boolean
}

import type { Diagnostic } from './diagnostic.js'

/** Two reports of one code at one place, and of one subject, are the same. */
export function keyOf({ code, span, subject }: Diagnostic): string {
  return `${code} ${span.start} ${span.end} ${span.file}${subject === undefined ? '' : ` ${subject}`}`
}

/**
 * Leaves out what follows from another of `diagnostics`, directly or over causes that were never reported themselves.
 * A cause that is not among them (since the file allows it) suppresses nothing, and a warning never suppresses an error.
 */
export function withoutCascades(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const reported = new Map<string, Diagnostic['severity']>()
  for (const diagnostic of diagnostics) reported.set(keyOf(diagnostic), diagnostic.severity)
  const follows = ({ severity, causes }: Diagnostic): boolean => {
    const seen = new Set(causes)
    for (const cause of seen) {
      const found = reported.get(keyOf(cause))
      if (found !== undefined && (found === 'error' || severity === 'warning')) return true
      for (const earlier of cause.causes) seen.add(earlier)
    }
    return false
  }
  return diagnostics.filter((diagnostic) => diagnostic.causes.length === 0 || !follows(diagnostic))
}

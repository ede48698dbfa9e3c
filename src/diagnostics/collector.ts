import type { SourceMap } from '../source/source-file.js'
import { keyOf } from './cascades.js'
import { syntaxDiagnostics as codes } from './codes/syntax.js'
import { diagnose } from './define.js'
import type { Diagnostic, DiagnosticSink } from './diagnostic.js'

/** Errors after which the rest of a file is left alone: what it means cannot be known, and time is to be bounded. */
export const maximumErrors = 1000

/** Ends a check that found more than `maximumErrors`. */
export class TooManyErrors extends Error {
  constructor(readonly diagnostics: readonly Diagnostic[]) {
    super(`more than ${maximumErrors} errors`)
  }
}

/** Says so at the last of those that are shown. */
export function tooMany({ span }: Diagnostic): Diagnostic {
  return diagnose(codes.tooManyErrors, span, { limit: maximumErrors })
}

/** Collects reports in the order in which they come; the same code at the same span is kept once. Throws `TooManyErrors`. */
export class DiagnosticCollector implements DiagnosticSink {
  readonly #kept = new Map<string, Diagnostic>()
  readonly #diagnostics: Diagnostic[] = []
  #errors = 0

  report(diagnostic: Diagnostic): Diagnostic {
    const key = keyOf(diagnostic)
    const before = this.#kept.get(key)
    if (before !== undefined) return before
    this.#kept.set(key, diagnostic)
    this.#diagnostics.push(diagnostic)
    if (diagnostic.severity === 'error') this.#errors += 1
    if (diagnostic.code === codes.tooManyErrors.code) throw new TooManyErrors(this.#diagnostics)
    if (this.#errors > maximumErrors) throw new TooManyErrors([...this.#diagnostics, tooMany(diagnostic)])
    return diagnostic
  }

  reportAll(diagnostics: Iterable<Diagnostic>): void {
    for (const diagnostic of diagnostics) this.report(diagnostic)
  }

  get all(): readonly Diagnostic[] {
    return this.#diagnostics
  }

  get hasErrors(): boolean {
    return this.#diagnostics.some((diagnostic) => diagnostic.severity === 'error')
  }

  get sorted(): readonly Diagnostic[] {
    return sortDiagnostics(this.#diagnostics)
  }
}

/** By file (in the order of `sources` where given, else by name), then offset, then code. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[], sources?: SourceMap): readonly Diagnostic[] {
  const order = new Map(sources?.files.map((file, index) => [file.id, index] as const))
  const rank = (diagnostic: Diagnostic): number => order.get(diagnostic.span.file) ?? order.size
  return [...diagnostics].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      compareText(a.span.file, b.span.file) ||
      a.span.start - b.span.start ||
      a.span.end - b.span.end ||
      compareText(a.code, b.code),
  )
}

/** Not `localeCompare`: the order must not depend on the machine. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

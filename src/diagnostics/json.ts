import type { SourceMap } from '../source/source-file.js'
import type { Span } from '../source/span.js'
import { sortDiagnostics } from './collector.js'
import type { Diagnostic, Severity } from './diagnostic.js'

/** A place for programs. Lines and columns from 1, columns in characters; the end is the first character after. All 0 for a place in no file. */
export interface JsonPlace {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}

/** A stable surface: fields are added, never renamed. */
export interface JsonDiagnostic extends JsonPlace {
  readonly code: string
  readonly severity: Severity
  readonly message: string
  readonly label?: string
  readonly help?: string
  readonly related: readonly (JsonPlace & { readonly label: string })[]
}

export function toJson(diagnostics: readonly Diagnostic[], sources: SourceMap): readonly JsonDiagnostic[] {
  return sortDiagnostics(diagnostics, sources).map(({ code, severity, message, span, label, help, related }) => ({
    code,
    severity,
    message,
    ...placeOf(span, sources),
    ...(label === undefined ? {} : { label }),
    ...(help === undefined ? {} : { help }),
    related: related.map((other) => ({ ...placeOf(other.span, sources), label: other.label })),
  }))
}

function placeOf(span: Span, sources: SourceMap): JsonPlace {
  const file = sources.get(span.file)
  if (file === undefined) return { file: sources.show(span.file), line: 0, column: 0, endLine: 0, endColumn: 0 }
  const start = file.position(span.start)
  const end = file.position(span.end)
  return {
    file: sources.show(span.file),
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
  }
}

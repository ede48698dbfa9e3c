import type { dataSources } from '../components/data.js'
import { dataDiagnostics } from '../diagnostics/codes/data.js'
import { type DiagnosticDefinition, diagnose } from '../diagnostics/define.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { Span } from '../source/span.js'

type Rows = typeof dataDiagnostics
type FactsOf<Row> = Row extends DiagnosticDefinition<infer Facts> ? Facts : never

type Parameter = {
  readonly [Name in keyof typeof dataSources]: keyof (typeof dataSources)[Name]['parameters'] & string
}[keyof typeof dataSources]
/** JSON pointer of the parameter of a data source that a problem is of, or of an item of it. */
export type Place = `/${Parameter}` | `/${Parameter}/${number}`

/**
 * Something that a listing found. It carries the facts of a row of the table of diagnostics: the checker makes a
 * diagnostic of it, the engine, which has no source text, an error of the data with the same words.
 */
export type Problem = {
  readonly [Row in keyof Rows]: {
    readonly row: Row
    readonly facts: FactsOf<Rows[Row]>
    /** What it is about, relative to the root with `/`; the root itself is `.`. */
    readonly file: string
    readonly at: Place
  }
}[keyof Rows]

/** The row of a problem, for its words. */
export function rowOf(problem: Problem): DiagnosticDefinition<Problem['facts']> {
  // The type of a problem ties its facts to its row; the compiler cannot follow that through an index.
  return dataDiagnostics[problem.row] as DiagnosticDefinition<Problem['facts']>
}

export function isError(problem: Problem): boolean {
  return rowOf(problem).severity === 'error'
}

/** The problem at the place in the text that stands for it, which may stand for others, too. */
export function diagnosticOf(problem: Problem, span: Span): Diagnostic {
  const diagnostic = diagnose(rowOf(problem), span, problem.facts)
  return { ...diagnostic, subject: diagnostic.message }
}

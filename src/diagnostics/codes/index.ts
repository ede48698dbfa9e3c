import type { Severity } from '../diagnostic.js'
import { invariant } from '../invariant.js'
import { dataDiagnostics } from './data.js'
import { namesDiagnostics } from './names.js'
import { settingsDiagnostics } from './settings.js'
import { studiesDiagnostics } from './studies.js'
import { syntaxDiagnostics } from './syntax.js'
import { tensorsDiagnostics } from './tensors.js'
import { trainingDiagnostics } from './training.js'
import { typesDiagnostics } from './types.js'
import { weightsDiagnostics } from './weights.js'

/** A row of the table without the types of its facts. */
export interface DiagnosticRow {
  readonly code: string
  readonly name: string
  readonly severity: Severity
  readonly allowable: boolean
}

/** A new area of codes is a file beside this one and a line here. */
const areas: readonly Readonly<Record<string, DiagnosticRow>>[] = [
  syntaxDiagnostics,
  namesDiagnostics,
  typesDiagnostics,
  tensorsDiagnostics,
  settingsDiagnostics,
  studiesDiagnostics,
  trainingDiagnostics,
  dataDiagnostics,
  weightsDiagnostics,
]

/** Every code by its number. */
export const diagnosticTable: readonly DiagnosticRow[] = areas
  .flatMap((area) => Object.values(area))
  .sort((a, b) => (a.code < b.code ? -1 : a.code > b.code ? 1 : 0))

for (const [index, row] of diagnosticTable.entries()) {
  const next = diagnosticTable[index + 1]
  invariant(next?.code !== row.code, `code ${row.code} belongs to both ${row.name} and ${next?.name}`)
}

/** The row of a code such as `D031`; undefined for a code that there is not. */
export function diagnosticRow(code: string): DiagnosticRow | undefined {
  return diagnosticTable.find((row) => row.code === code)
}

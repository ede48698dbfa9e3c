import { dataDiagnostics } from '../diagnostics/codes/data.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { toJson } from '../diagnostics/json.js'
import type { SourceMap } from '../source/source-file.js'
import { printJson, talk, wantsColour } from './output.js'

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error')
}

/** Code frames on stderr, for people. What draws them (the widths of all characters) is loaded where there are some. */
export async function reportDiagnostics(diagnostics: readonly Diagnostic[], sources: SourceMap): Promise<void> {
  if (diagnostics.length === 0) return
  const { render } = await import('../diagnostics/render.js')
  talk(render(diagnostics, sources, { colour: wantsColour(process.stderr), width: process.stderr.columns ?? 120 }))
}

/** Whether all that is wrong is the data's: directories or images that are not there. */
export function isAboutData(diagnostics: readonly Diagnostic[]): boolean {
  return areErrorsOf(Object.values(dataDiagnostics), diagnostics)
}

export function isAboutUnreadableData(diagnostics: readonly Diagnostic[]): boolean {
  return areErrorsOf([dataDiagnostics.unreadable], diagnostics)
}

function areErrorsOf(rows: readonly { readonly code: string }[], diagnostics: readonly Diagnostic[]): boolean {
  const codes = rows.map(({ code }) => code)
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  return errors.length > 0 && errors.every(({ code }) => codes.includes(code))
}

interface CheckedSource {
  readonly diagnostics: readonly Diagnostic[]
  readonly sources: SourceMap
}

export function printDiagnosticsJson(results: readonly CheckedSource[]): void {
  printJson(results.flatMap(({ diagnostics, sources }) => toJson(diagnostics, sources)))
}

/** `2 errors, 1 warning`; `no mistakes found`. */
export function summary(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length
  const warnings = diagnostics.length - errors
  const parts = [counted(errors, 'error'), counted(warnings, 'warning')].filter((part) => part !== '')
  return parts.join(', ') || 'no mistakes found'
}

function counted(count: number, noun: string): string {
  if (count === 0) return ''
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

import { join } from 'node:path'
import { diagnosticTable } from '../diagnostics/codes/index.js'
import { readTextIfThere } from '../files/reading.js'
import { packageRoot } from '../native/package-root.js'
import { componentsReference } from './components.js'
import { functionsReference } from './functions.js'
import { libraryReference } from './library.js'
import { sectionsOf, summaryOf, terminalText } from './markdown.js'

/** Something that has documentation. */
export interface DocumentedName {
  readonly name: string
  /** Where it belongs: `Losses`, `Blocks`, `Optimizers: optimizer = ... in train`. */
  readonly group: string
  readonly summary: string
  /** For a terminal. */
  readonly text: string
}

/** Functions, what the library declares, components and diagnostics, in the order of their pages. */
export function documentedNames(): readonly DocumentedName[] {
  const pages = [functionsReference(), libraryReference(), componentsReference()]
  const sections = pages.flatMap(sectionsOf).map((section) => ({
    name: section.name,
    group: section.group,
    summary: summaryOf(section),
    text: terminalText(section.text),
  }))
  const diagnostics = diagnosticTable.map(({ code, name }) => ({
    name: code,
    group: 'Diagnostics',
    summary: name,
    text: terminalText(diagnosticPage(code)),
  }))
  return [...sections, ...diagnostics]
}

function diagnosticPage(code: string): string {
  const path = join(packageRoot(), 'docs', 'diagnostics', `${code}.md`)
  return readTextIfThere(path)?.replace(/^# .*\n+/, '') ?? ''
}

/** What goes by a name: a diagnostic by its code, in any case, or its short name too. */
export function documentationOf(name: string, names: readonly DocumentedName[]): readonly DocumentedName[] {
  const asked = name.toLowerCase()
  return names.filter(
    (each) =>
      each.name === name || (each.group === 'Diagnostics' && [each.name.toLowerCase(), each.summary].includes(asked)),
  )
}

import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { diagnosticRow, diagnosticTable } from '../../src/diagnostics/codes/index.js'
import { syntaxDiagnostics } from '../../src/diagnostics/codes/syntax.js'

const root = fileURLToPath(new URL('../../', import.meta.url))

describe('the table of codes', () => {
  it('has unique codes and names', () => {
    expect(new Set(diagnosticTable.map((row) => row.code)).size).toBe(diagnosticTable.length)
    expect(new Set(diagnosticTable.map((row) => row.name)).size).toBe(diagnosticTable.length)
    expect(diagnosticRow('D001')?.name).toBe('unexpected-text')
    expect(diagnosticRow('D999')).toBeUndefined()
  })

  it.each(diagnosticTable.map((row) => [row.code, row] as const))(
    '%s has a page: what it is, an example, the fix',
    (code, row) => {
      const { name, severity, allowable } = row
      const page = readFileSync(`${root}docs/diagnostics/${code}.md`, 'utf8')
      const allowed = allowable ? `it can be allowed: \`allow ${code} because "..."\`` : 'it cannot be allowed.'
      expect(page.startsWith(`# ${code}: ${name}\n`)).toBe(true)
      expect(page).toContain(`\n${severity === 'error' ? 'An error' : 'A warning'}; ${allowed}`)
      expect(page).toMatch(/^## Example\n\n```/m)
      expect(page).toMatch(/^## Fix\n\n\S/m)
    },
  )

  it.each(Object.values(syntaxDiagnostics).map(({ code }) => code))('%s has a golden', (code) => {
    const goldens = readdirSync(`${root}test/golden/syntax/bad`).filter((name) => name.startsWith(code))
    expect(goldens.length).toBeGreaterThan(0)
  })
})

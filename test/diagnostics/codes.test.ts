import { existsSync, readdirSync, readFileSync } from 'node:fs'
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

  it.each(Object.values(syntaxDiagnostics).map((row) => [row.code, row] as const))(
    '%s has a page and a golden',
    (code, row) => {
      const page = `${root}docs/diagnostics/${code}.md`
      expect(existsSync(page)).toBe(true)
      expect(readFileSync(page, 'utf8')).toContain(`# ${code}: ${row.name.replaceAll('-', ' ')}`)
      const goldens = readdirSync(`${root}test/golden/syntax/bad`).filter((name) => name.startsWith(code))
      expect(goldens.length).toBeGreaterThan(0)
    },
  )
})

import { namesDiagnostics } from '../../diagnostics/codes/names.js'
import { syntaxDiagnostics } from '../../diagnostics/codes/syntax.js'
import { diagnose } from '../../diagnostics/define.js'
import type { FileId, Span } from '../../source/span.js'
import type { Binding, Identifier } from '../../syntax/ast.js'
import { parseExpression } from '../../syntax/parse.js'
import type { Session } from '../evaluation/session.js'

export interface Override {
  readonly path: string
  readonly value: string
}

/** The text of the options is one file, an option a line: reports point into it. */
export const optionFile: FileId = '--set'

/** `--set path=value`, read as the source `path = value` would be. */
export function parseOverrides(overrides: readonly Override[], session: Session): readonly Binding[] {
  if (overrides.length === 0) return []
  const lines = overrides.map(({ path, value }) => `${path}=${value.replace(/[\r\n]+/g, ' ')}`)
  session.sources.add(optionFile, lines.join('\n'))
  const bindings: Binding[] = []
  let offset = 0
  for (const [index, { path }] of overrides.entries()) {
    const line = lines[index] ?? ''
    const value = line.slice(path.length + 1)
    const { expression, diagnostics } = parseExpression(value, optionFile)
    const by = offset + path.length + 1
    if (diagnostics.length > 0 && isBarePath(value)) {
      const span = { file: optionFile, start: by, end: by + value.length }
      const help = `a text stands in quotes: \`--set '${path}="${value}"'\``
      session.sink.report(
        diagnose(syntaxDiagnostics.unexpected, span, { expected: 'a value', found: `\`${value}\``, help }),
      )
    } else for (const diagnostic of diagnostics) session.sink.report(shifted(diagnostic, by))
    const names = identifiers(path, offset)
    const pathSpan: Span = { file: optionFile, start: offset, end: offset + path.length }
    if (names.some((name) => !/^[A-Za-z_]\w*$/.test(name.name))) {
      session.sink.report(diagnose(namesDiagnostics.unknownPath, pathSpan, { path, what: 'this option sets' }))
    } else if (diagnostics.every((diagnostic) => diagnostic.severity !== 'error')) {
      const span = { file: optionFile, start: offset, end: offset + line.length }
      bindings.push({ kind: 'binding', path: names, value: shifted(expression, by), span })
    }
    offset += line.length + 1
  }
  return bindings
}

/** `/data/maps`, `../maps`, `./maps`: what a shell makes of a text in quotes. */
function isBarePath(value: string): boolean {
  return /^[~.\w-]*\/[~./\w-]*$/.test(value)
}

function identifiers(path: string, offset: number): readonly Identifier[] {
  let start = offset
  return path.split('.').map((name) => {
    const span = { file: optionFile, start, end: start + name.length }
    start += name.length + 1
    return { kind: 'identifier', name, span } as const
  })
}

/** The same tree with every span moved: the parser saw the value alone. */
function shifted<T>(node: T, by: number): T {
  if (Array.isArray(node)) return node.map((item) => shifted(item, by)) as T
  if (node === null || typeof node !== 'object') return node
  const moved: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(node)) {
    moved[key] = isSpan(value) ? { ...value, start: value.start + by, end: value.end + by } : shifted(value, by)
  }
  return moved as T
}

function isSpan(value: unknown): value is Span {
  return value !== null && typeof value === 'object' && 'file' in value && 'start' in value && 'end' in value
}

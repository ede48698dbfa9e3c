import { namesDiagnostics } from '../../diagnostics/codes/names.js'
import { syntaxDiagnostics } from '../../diagnostics/codes/syntax.js'
import { diagnose } from '../../diagnostics/define.js'
import { type FileId, mapSpans, type Span } from '../../source/span.js'
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
    // The parser saw the value alone.
    const by = offset + path.length + 1
    const shift = (span: Span): Span => ({ ...span, start: span.start + by, end: span.end + by })
    if (diagnostics.length > 0 && isBarePath(value)) {
      const span = { file: optionFile, start: by, end: by + value.length }
      const help = `a text stands in quotes: \`--set '${path}="${value}"'\``
      session.sink.report(
        diagnose(syntaxDiagnostics.unexpected, span, { expected: 'a value', found: `\`${value}\``, help }),
      )
    } else for (const diagnostic of diagnostics) session.sink.report(mapSpans(diagnostic, shift))
    const names = identifiers(path, offset)
    const pathSpan: Span = { file: optionFile, start: offset, end: offset + path.length }
    if (names.some((name) => !/^[A-Za-z_]\w*$/.test(name.name))) {
      session.sink.report(diagnose(namesDiagnostics.unknownPath, pathSpan, { path, what: 'this option sets' }))
    } else if (diagnostics.every((diagnostic) => diagnostic.severity !== 'error')) {
      const span = { file: optionFile, start: offset, end: offset + line.length }
      bindings.push({ kind: 'binding', path: names, value: mapSpans(expression, shift), span })
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

import { syntaxDiagnostics as codes } from '../diagnostics/codes/syntax.js'
import { diagnose } from '../diagnostics/define.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { SourceFile, Statement } from './ast.js'

type Place = 'a pipeline' | 'a section' | 'a block' | 'a study'

/** Which statements may stand where. */
const allowed: Readonly<Record<Place, ReadonlySet<Statement['kind']>>> = {
  'a pipeline': new Set(['binding', 'param', 'section', 'expect', 'allow', 'remove']),
  'a section': new Set(['binding', 'allow', 'expect']),
  'a block': new Set(['binding', 'return', 'allow', 'expect']),
  'a study': new Set(['binding', 'vary', 'exclude', 'allow']),
}

const homes: Readonly<Record<Statement['kind'], string>> = {
  binding: 'bindings stand in pipelines, sections, blocks and studies',
  param: 'parameters stand directly in a pipeline; a block lists its own in parentheses',
  section: 'sections stand in a pipeline',
  expect: 'expectations stand in a pipeline, a section or a block',
  allow: 'write it in the pipeline, or before the statement that it is about',
  remove: '`remove` stands directly in a pipeline that extends another: `remove loss.regression`',
  vary: '`vary` stands in a study',
  exclude: '`exclude` stands in a study',
  return: '`return` ends a block',
}

/**
 * The grammar reads every statement in every body, so that a misplaced one is reported as such. In the tree it is then
 * `recovered`: later phases say nothing more about it.
 */
export function checkPlacement(file: SourceFile): {
  readonly file: SourceFile
  readonly diagnostics: readonly Diagnostic[]
} {
  const diagnostics: Diagnostic[] = []
  const check = (items: readonly Statement[], place: Place): readonly Statement[] =>
    items.map((item) => {
      if (item.recovered) return item
      if (!allowed[place].has(item.kind)) {
        const facts = { what: describe(item), where: `in ${place}`, home: homes[item.kind] }
        const width = item.kind === 'binding' ? item.span.end - item.span.start : (wordOf(item)?.length ?? 1)
        diagnostics.push(diagnose(codes.misplaced, { ...item.span, end: item.span.start + width }, facts))
        return { ...item, recovered: true }
      }
      return item.kind === 'section' ? { ...item, items: check(item.items, 'a section') } : item
    })
  const declarations = file.declarations.map((declaration) => {
    switch (declaration.kind) {
      case 'pipeline':
        return { ...declaration, items: check(declaration.items, 'a pipeline') }
      case 'study':
        return { ...declaration, items: check(declaration.items, 'a study') }
      case 'block':
        return { ...declaration, body: check(declaration.body, 'a block') }
      default:
        return declaration
    }
  })
  return { file: { ...file, declarations }, diagnostics }
}

function wordOf(item: Statement): string | undefined {
  if (item.kind === 'binding') return undefined
  return item.kind === 'section' ? item.name.name : item.kind
}

function describe(item: Statement): string {
  const word = wordOf(item)
  if (word === undefined) return 'a binding'
  return item.kind === 'section' ? `section \`${word}\`` : `\`${word}\``
}

import type { IToken } from 'chevrotain'
import { parser } from '../../grammar/parser.js'
import type { SyntaxProblem } from '../../grammar/recovering-parser.js'
import { keyOf } from '../diagnostics/cascades.js'
import { syntaxDiagnostics as codes } from '../diagnostics/codes/syntax.js'
import { maximumErrors, sortDiagnostics, tooMany } from '../diagnostics/collector.js'
import { diagnose } from '../diagnostics/define.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { FileId } from '../source/span.js'
import type { Expression, SourceFile } from './ast.js'
import { Builder } from './builder.js'
import { type Damage, damageOf } from './damage.js'
import { documentation } from './docs.js'
import { type Layout, layOut } from './layout.js'
import { checkPlacement } from './placement.js'
import { Problems } from './problems.js'

export interface ParsedFile {
  readonly file: SourceFile
  /** All syntax errors of the file, by offset. */
  readonly diagnostics: readonly Diagnostic[]
  /** What each of them takes away, in the same order. */
  readonly damage: readonly Damage[]
}

export interface ParsedExpression {
  readonly expression: Expression
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads a `.draem` file. Never throws: any text gives a tree, in which what was completed or skipped is `recovered`. */
export function parse(text: string, file: FileId): ParsedFile {
  const at = notTextAt(text)
  if (at !== undefined) {
    const tree = { kind: 'source_file', declarations: [], span: { file, start: 0, end: text.length } } as const
    const diagnostics = [diagnose(codes.notText, { file, start: at, end: at + 1 }, {})]
    return { file: tree, ...damaged(diagnostics, [], text) }
  }
  const { layout, builder } = prepare(text, file, true)
  const { result: declarations, problems } = parser.readFile(layout.tokens, builder)
  const placed = checkPlacement({ kind: 'source_file', declarations, span: { file, start: 0, end: text.length } })
  const found = [
    ...messagesOf(problems, layout, file, text.length),
    ...builder.diagnostics.filter(({ span }) => !layout.doubtful.has(span.start)),
    ...placed.diagnostics,
  ]
  const isCut = layout.isCut || problems.length > maximumErrors
  return { file: placed.file, ...damaged(ordered(found, isCut), layout.tokens, text) }
}

function damaged(found: readonly Diagnostic[], tokens: readonly IToken[], text: string): Omit<ParsedFile, 'file'> {
  const damage = damageOf(found, tokens, text)
  return { diagnostics: damage.map(({ diagnostic }) => diagnostic), damage }
}

/** Reads one expression, such as the value of `--set path=value`. Newlines in it mean nothing. */
export function parseExpression(text: string, file: FileId): ParsedExpression {
  const { layout, builder } = prepare(text, file, false)
  const { result: expression, problems } = parser.readExpression(layout.tokens, builder)
  const found = [...messagesOf(problems, layout, file, text.length), ...builder.diagnostics]
  return { expression, diagnostics: ordered(found, layout.isCut || problems.length > maximumErrors) }
}

/** Offset of what a binary file or one of another encoding leaves in a text. A comment may hold what it likes. */
function notTextAt(text: string): number | undefined {
  const zero = text.indexOf('\0')
  if (zero >= 0) return zero
  for (let at = text.indexOf('\ufffd'); at >= 0; at = text.indexOf('\ufffd', at + 1)) {
    if (!text.slice(text.lastIndexOf('\n', at) + 1, at).includes('//')) return at
  }
  return undefined
}

function prepare(
  text: string,
  file: FileId,
  separates: boolean,
): { readonly layout: Layout; readonly builder: Builder } {
  const layout = layOut(text, file, separates)
  return { layout, builder: new Builder(file, documentation(text, layout.comments), layout.repaired) }
}

/** What the words, the brackets and the parser met; what follows from another mistake is left out. */
function messagesOf(
  problems: readonly SyntaxProblem[],
  layout: Layout,
  file: FileId,
  length: number,
): readonly Diagnostic[] {
  const messages = new Problems(file, layout.tokens, length)
  const met = new Set<string>()
  const described = problems.flatMap((problem) => {
    const [from, to] = messages.gap(problem)
    // The second number of `a = 1, 2, 3`, the second `:` of `{lr: 1, decay: 2}`: the same mistake again.
    const kind = `${problem.rule} ${problem.found.tokenType.name} ${problem.found.startLine}`
    if (met.has(kind) || layout.doubtful.has(from) || layout.doubtful.has(to)) return []
    met.add(kind)
    return [messages.describe(problem)]
  })
  return [...layout.diagnostics, ...described]
}

/** By offset, each once, and no more than `maximumErrors`. */
function ordered(found: readonly Diagnostic[], isCut: boolean): readonly Diagnostic[] {
  const unique = new Map<string, Diagnostic>()
  for (const each of found) if (!unique.has(keyOf(each))) unique.set(keyOf(each), each)
  const all = sortDiagnostics([...unique.values()])
  const last = all[maximumErrors - 1] ?? all.at(-1)
  return last !== undefined && (isCut || all.length > maximumErrors)
    ? [...all.slice(0, maximumErrors), tooMany(last)]
    : all
}

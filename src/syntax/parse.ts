import type { CstNode, IToken } from 'chevrotain'
import { parser } from '../../grammar/parser.js'
import type { SyntaxProblem } from '../../grammar/recovering-parser.js'
import { declarationWords } from '../../grammar/tokens.js'
import { syntaxDiagnostics as codes } from '../diagnostics/codes/syntax.js'
import { DiagnosticCollector } from '../diagnostics/collector.js'
import { diagnose } from '../diagnostics/define.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { FileId } from '../source/span.js'
import type { Expression, SourceFile } from './ast.js'
import { buildFile } from './build.js'
import { expressionIn } from './build-expression.js'
import { Builder } from './builder.js'
import { documentation } from './docs.js'
import { type Layout, layOut } from './layout.js'
import { Messages } from './messages.js'
import { checkPlacement } from './placement.js'

export interface ParsedFile {
  readonly file: SourceFile
  /** All syntax errors of the file, by offset. */
  readonly diagnostics: readonly Diagnostic[]
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
    return { file: tree, diagnostics: [diagnose(codes.notText, { file, start: at, end: at + 1 }, {})] }
  }
  const { cst, builder, collector, layout } = read(text, file, 'source_file')
  const tree = buildFile(builder, cst, text.length)
  collector.reportAll(builder.diagnostics.filter(({ span }) => !isDoubtful(layout, span.start)))
  const placed = checkPlacement(tree)
  collector.reportAll(placed.diagnostics)
  return { file: placed.file, diagnostics: collector.sorted }
}

/** Reads one expression, such as the value of `--set path=value`. Newlines in it mean nothing. */
export function parseExpression(text: string, file: FileId): ParsedExpression {
  const { cst, builder, collector } = read(text, file, 'single_expression')
  const expression = expressionIn(builder, cst, undefined)
  collector.reportAll(builder.diagnostics)
  return { expression, diagnostics: collector.sorted }
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

interface Read {
  readonly layout: Layout
  readonly cst: CstNode
  readonly builder: Builder
  readonly collector: DiagnosticCollector
}

function read(text: string, file: FileId, rule: 'source_file' | 'single_expression'): Read {
  const layout = layOut(text, file, rule === 'source_file')
  const { cst, problems, broken } = parser.read(rule, [...layout.tokens])
  const collector = new DiagnosticCollector()
  const described = describe(problems, layout, file, text.length)
  // Where statements stand at the top of a file, the brace that is left over behind them is the same mistake.
  const escaped = described.some((diagnostic) => diagnostic.code === codes.misplaced.code)
  const isLeftOver = ({ code, span }: Diagnostic): boolean =>
    code === codes.strayCloser.code && text[span.start] === '}'
  collector.reportAll(layout.diagnostics.filter((diagnostic) => !escaped || !isLeftOver(diagnostic)))
  collector.reportAll(described)
  const builder = new Builder(
    file,
    documentation(text, layout.comments),
    [...broken, ...layout.repaired],
    layout.tokens,
  )
  return { layout, cst, builder, collector }
}

/** One message for one mistake: what follows from text or a bracket that was refused already is left out. */
function describe(
  problems: readonly SyntaxProblem[],
  layout: Layout,
  file: FileId,
  length: number,
): readonly Diagnostic[] {
  const messages = new Messages(file, layout.tokens, length)
  const silent = [...layout.silent]
  return withoutRuns(problems, layout.tokens).flatMap((problem) => {
    const [from, to] = messages.gap(problem)
    const told =
      silent.some((offset) => from <= offset && offset <= to) || isDoubtful(layout, to) || isDoubtful(layout, from)
    return told ? [] : [messages.describe(problem)]
  })
}

function isDoubtful(layout: Layout, offset: number): boolean {
  return layout.doubtful.some(([start, end]) => start <= offset && offset < end)
}

/** Rules whose mistake may leave a body without its head. */
const headRules: ReadonlySet<string> = new Set(['pipeline_declaration', 'block_declaration', 'study_declaration'])

/** Statements that stand at the top of a file come in runs, when the braces around them are wrong: the first tells it. */
function withoutRuns(problems: readonly SyntaxProblem[], tokens: readonly IToken[]): readonly SyntaxProblem[] {
  const heads = tokens.filter(
    (token) => token.startColumn === 1 && declarationWords.some((word) => word === token.image),
  )
  let last: SyntaxProblem | undefined
  return [...problems]
    .sort((a, b) => offsetOf(a) - offsetOf(b))
    .filter((problem) => {
      const before = last
      last = problem
      if (before !== undefined && repeats(problem, before)) return false
      if (problem.rule !== 'source_file' || before === undefined) return true
      const isRun = before.rule === 'source_file' || headRules.has(before.rule)
      return (
        !isRun || heads.some((head) => offsetOf(before) < head.startOffset && head.startOffset <= offsetOf(problem))
      )
    })
}

/** The same mistake again: the second number of `a = 1, 2, 3`, the second `:` of `{lr: 1, decay: 2}`, and `for` with its words. */
function repeats({ rule, found, previous }: SyntaxProblem, before: SyntaxProblem): boolean {
  if (rule !== before.rule || found.startLine !== before.found.startLine) return false
  if (rule === 'body') return previous?.image === ',' && before.previous?.image === ','
  if (rule === 'record_field') return found.tokenType === before.found.tokenType && found.image.length === 1
  return previous === before.found && [before.found.image, found.image].some((word) => word === 'for' || word === 'in')
}

function offsetOf(problem: SyntaxProblem): number {
  return Number.isNaN(problem.found.startOffset) ? Number.MAX_SAFE_INTEGER : problem.found.startOffset
}

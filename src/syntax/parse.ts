import type { CstNode, IToken } from 'chevrotain'
import { parser } from '../../grammar/parser.js'
import type { SyntaxProblem } from '../../grammar/recovering-parser.js'
import { DiagnosticCollector } from '../diagnostics/collector.js'
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
  const { cst, builder, collector } = read(text, file, 'source_file')
  const tree = buildFile(builder, cst, text.length)
  collector.reportAll(builder.diagnostics)
  collector.reportAll(checkPlacement(tree))
  return { file: tree, diagnostics: collector.sorted }
}

/** Reads one expression, such as the value of `--set path=value`. Newlines in it mean nothing. */
export function parseExpression(text: string, file: FileId): ParsedExpression {
  const { cst, builder, collector } = read(text, file, 'single_expression')
  const expression = expressionIn(builder, cst, undefined)
  collector.reportAll(builder.diagnostics)
  return { expression, diagnostics: collector.sorted }
}

interface Read {
  readonly cst: CstNode
  readonly builder: Builder
  readonly collector: DiagnosticCollector
}

function read(text: string, file: FileId, rule: 'source_file' | 'single_expression'): Read {
  const layout = layOut(text, file, rule === 'source_file')
  const { cst, problems, broken } = parser.read(rule, [...layout.tokens])
  const collector = new DiagnosticCollector()
  collector.reportAll(layout.diagnostics)
  collector.reportAll(describe(problems, layout, layout.tokens, file, text.length))
  const builder = new Builder(
    file,
    documentation(text, layout.comments),
    [...broken, ...layout.repaired],
    layout.tokens,
  )
  return { cst, builder, collector }
}

function describe(
  problems: readonly SyntaxProblem[],
  layout: Layout,
  tokens: readonly IToken[],
  file: FileId,
  length: number,
): readonly Diagnostic[] {
  const messages = new Messages(file, tokens, length)
  const silent = [...layout.silent]
  return problems.flatMap((problem) => {
    const [from, to] = messages.gap(problem)
    const told = silent.some((offset) => from <= offset && offset <= to)
    return told ? [] : [messages.describe(problem)]
  })
}

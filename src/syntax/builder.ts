import { type CstElement, type CstNode, type IToken, tokenMatcher } from 'chevrotain'
import * as t from '../../grammar/tokens.js'
import { syntaxDiagnostics as codes } from '../diagnostics/codes/syntax.js'
import { diagnose } from '../diagnostics/define.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { FileId, Span } from '../source/span.js'
import type { Expression, Identifier, MissingExpression, StringLiteral, TypeExpression } from './ast.js'
import { maximumDepth } from './brackets.js'
import { endOfElement, startOf } from './cst.js'
import { Intervals } from './intervals.js'
import { readText } from './text.js'
import { tokenSpan } from './token.js'

/** What building the tree of one file needs to know and collects: shared by statements, types and expressions. */
export class Builder {
  readonly diagnostics: Diagnostic[] = []
  readonly #depths = new WeakMap<Expression | TypeExpression, number>()
  readonly #broken: Intervals
  #toldDepth = false

  /** `broken`: offsets at which the parser or the layout completed something by themselves. */
  constructor(
    readonly file: FileId,
    readonly docs: (start: number) => string | undefined,
    broken: Iterable<number>,
    readonly tokens: readonly IToken[],
  ) {
    this.#broken = Intervals.ofPoints(broken)
  }

  /** Span of an element; empty at `fallback` for one that holds no text. */
  span(element: CstElement, fallback: number): Span {
    const start = startOf(element) ?? fallback
    return { file: this.file, start, end: Math.max(start, endOfElement(element) ?? start) }
  }

  /** `{ recovered: true }` where something within the span was completed or skipped. */
  recovery(span: Span, isIncomplete = false): { readonly recovered?: true } {
    const touched = isIncomplete || this.#broken.meets(span.start, span.end)
    return touched ? { recovered: true } : {}
  }

  identifier(token: IToken): Identifier {
    return { kind: 'identifier', name: token.image, span: tokenSpan(token, this.file) }
  }

  /** The names that a statement which could not be read begins with: they may have been meant to be bound. */
  leadingNames(span: Span): readonly Identifier[] {
    const names: Identifier[] = []
    for (let i = this.#firstFrom(span.start); names.length < 2; i++) {
      const token = this.tokens[i]
      if (token === undefined || token.startOffset >= span.end || !tokenMatcher(token, t.Identifier)) break
      names.push({ ...this.identifier(token), recovered: true })
    }
    return names
  }

  /** Place of the first token at or after an offset. */
  #firstFrom(offset: number): number {
    let low = 0
    let high = this.tokens.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.tokens[middle]?.startOffset ?? 0) < offset) low = middle + 1
      else high = middle
    }
    return low
  }

  /** A name that the parser did not find: empty, so that it can never be meant. */
  missingName(at: number): Identifier {
    return { kind: 'identifier', name: '', span: { file: this.file, start: at, end: at }, recovered: true }
  }

  nameOf(token: IToken | undefined, parent: CstNode): Identifier {
    return token === undefined ? this.missingName(endOfElement(parent) ?? 0) : this.identifier(token)
  }

  missing(at: number): MissingExpression {
    return { kind: 'missing', span: { file: this.file, start: at, end: at }, recovered: true }
  }

  text(token: IToken): StringLiteral {
    const span = tokenSpan(token, this.file)
    const { value, escapes } = readText(token)
    for (const { offset, sequence } of escapes) {
      const start = span.start + offset
      this.diagnostics.push(
        diagnose(codes.escape, { file: this.file, start, end: start + sequence.length }, { sequence }),
      )
    }
    return { kind: 'string', value, span, ...this.recovery(span, escapes.length > 0) }
  }

  /** Keeps the tree's depth within bounds, whatever made it deep: later phases go down it by recursion. */
  bounded(expression: Expression, children: readonly Expression[]): Expression {
    if (this.#isWithin(expression, children)) return expression
    return { kind: 'missing', span: expression.span, recovered: true }
  }

  /** As `bounded`, for types. */
  boundedType(type: TypeExpression, children: readonly TypeExpression[]): TypeExpression {
    if (this.#isWithin(type, children)) return type
    return { kind: 'named_type', name: this.missingName(type.span.start), span: type.span, recovered: true }
  }

  #isWithin(node: Expression | TypeExpression, children: readonly (Expression | TypeExpression)[]): boolean {
    let depth = 1
    for (const child of children) depth = Math.max(depth, (this.#depths.get(child) ?? 1) + 1)
    this.#depths.set(node, depth)
    if (depth <= maximumDepth) return true
    if (!this.#toldDepth) this.diagnostics.push(diagnose(codes.tooDeep, node.span, { limit: maximumDepth }))
    this.#toldDepth = true
    return false
  }
}

import { type IToken, tokenMatcher } from 'chevrotain'
import * as t from '../../grammar/tokens.js'
import { syntaxDiagnostics as codes } from '../diagnostics/codes/syntax.js'
import { diagnose } from '../diagnostics/define.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { own } from '../source/own.js'
import { type FileId, type Span, spanning } from '../source/span.js'
import type {
  Argument,
  Expression,
  Identifier,
  MatchArm,
  MissingExpression,
  Statement,
  StringLiteral,
  TypeExpression,
  TypeField,
  Wildcard,
} from './ast.js'
import { Intervals } from './intervals.js'
import { numberValue } from './lexical.js'
import { combine } from './operators.js'
import { readText } from './text.js'
import { tokenSpan } from './token.js'

/** Deepest nesting of the tree. */
const maximumDepth = 256

/** An operand with the `-` and `not` before it. */
export interface Prefixed {
  readonly prefixes: readonly IToken[]
  readonly operand: Expression
}

/** Makes the nodes of one file, and collects what is wrong with them. */
export class Builder {
  readonly diagnostics: Diagnostic[] = []
  readonly #depths = new Map<Expression | TypeExpression, number>()
  readonly #repaired: Intervals
  #lastBroken = -1
  #reportedDepth = false

  /** `repaired`: offsets at which the layout completed or replaced something. */
  constructor(
    readonly file: FileId,
    readonly docs: (start: number) => string | undefined,
    repaired: Iterable<number>,
  ) {
    this.#repaired = Intervals.ofPoints(repaired)
  }

  /** Something that begins here was not read whole. */
  breakAt(offset: number): void {
    this.#lastBroken = Math.max(this.#lastBroken, offset)
  }

  /** `{ recovered: true }` where something within the span, which ends where the parser is, was completed or skipped. */
  recovery(span: Span, isIncomplete = false): { readonly recovered?: true } {
    const touched = isIncomplete || this.#lastBroken >= span.start || this.#repaired.meets(span.start, span.end)
    return touched ? { recovered: true } : {}
  }

  // Names and types

  identifier(token: IToken): Identifier {
    return { kind: 'identifier', name: token.image, span: tokenSpan(token, this.file) }
  }

  /** A name that the parser did not find: empty, so that it can never be meant. */
  missingName(at: number): Identifier {
    return { kind: 'identifier', name: '', span: this.#emptyAt(at), recovered: true }
  }

  nameOf(token: IToken | undefined, at: number): Identifier {
    return token === undefined ? this.missingName(at) : this.identifier(token)
  }

  /** Bindings without values of the names that a statement which could not be read begins with. */
  leadingNames(words: readonly IToken[], span: Span): readonly Statement[] {
    const end = words.findIndex((word) => !(word.startOffset < span.end && tokenMatcher(word, t.Identifier)))
    return words.slice(0, end < 0 ? undefined : end).map((word) => {
      const path = [{ ...this.identifier(word), recovered: true } as const]
      return { kind: 'binding', path, value: this.missing(span.end), span, recovered: true }
    })
  }

  namedType(token: IToken): TypeExpression {
    const name = this.identifier(token)
    return { kind: 'named_type', name, span: name.span }
  }

  missingType(at: number): TypeExpression {
    const name = this.missingName(at)
    return { kind: 'named_type', name, span: name.span, recovered: true }
  }

  blockType(operands: readonly TypeField[], result: TypeExpression, start: number): TypeExpression {
    const span = { ...result.span, start }
    const children = [result, ...operands.map(({ type }) => type)]
    return this.boundedType({ kind: 'block_type', operands, result, span }, children)
  }

  // Expressions

  missing(at: number): MissingExpression {
    return { kind: 'missing', span: this.#emptyAt(at), recovered: true }
  }

  word(word: IToken): Expression {
    const span = tokenSpan(word, this.file)
    switch (word.tokenType) {
      case t.True:
      case t.False:
        return { kind: 'boolean', value: word.tokenType === t.True, span }
      case t.StringLiteral:
      case t.UnclosedString:
        return this.text(word)
      case t.SizeLiteral: {
        const [height = '0', width = '0'] = word.image.split('x')
        return { kind: 'size', height: Number(height), width: Number(width), span }
      }
      default:
        return this.identifier(word)
    }
  }

  text(token: IToken): StringLiteral {
    const span = tokenSpan(token, this.file)
    const { value, escapes } = readText(token)
    for (const { offset, sequence } of escapes) {
      const start = span.start + offset
      const place = { file: this.file, start, end: start + sequence.length }
      this.diagnostics.push(diagnose(codes.escape, place, { sequence }))
    }
    return { kind: 'string', value, span, ...this.recovery(span, escapes.length > 0) }
  }

  number(number: IToken, word: IToken | undefined): Expression {
    const span = spanning(tokenSpan(number, this.file), tokenSpan(word ?? number, this.file))
    const unit = word === undefined ? undefined : own(t.unitWords, word.image)
    const value = numberValue(number.image)
    return {
      kind: 'number',
      value,
      isInteger: /^[\d_]+$/.test(number.image),
      ...(unit === undefined ? {} : { unit }),
      span,
      ...this.recovery(span, !Number.isFinite(value)),
    }
  }

  combine(operands: readonly Prefixed[], operators: readonly IToken[]): Expression {
    const [first] = operands
    if (first !== undefined && operands.length === 1 && first.prefixes.length === 0) return first.operand
    return combine(this, operands, operators)
  }

  pipe(input: Expression, stage: Expression): Expression {
    return this.bounded({ kind: 'pipe', input, stage, span: spanning(input.span, stage.span) }, [input, stage])
  }

  /** `end`: offset after the closing bracket. */
  call(callee: Expression, args: readonly Argument[], end: number): Expression {
    this.#checkOrder(args)
    const span = { ...callee.span, end }
    return this.bounded({ kind: 'call', callee, args, span }, [callee, ...args.map(({ value }) => value)])
  }

  member(object: Expression, word: IToken): Expression {
    const member = this.identifier(word)
    return this.bounded({ kind: 'member', object, member, span: spanning(object.span, member.span) }, [object])
  }

  index(object: Expression, index: Expression, end: number): Expression {
    return this.bounded({ kind: 'index', object, index, span: { ...object.span, end } }, [object, index])
  }

  argument(name: IToken | undefined, value: Expression | undefined, span: Span): Argument {
    return {
      ...(name === undefined ? {} : { name: this.identifier(name) }),
      value: value ?? this.missing(span.end),
      span,
      ...this.recovery(span, value === undefined),
    }
  }

  #checkOrder(args: readonly Argument[]): void {
    const named = args.findIndex((argument) => argument.name !== undefined)
    const first = args[named]
    if (first === undefined || args.some((argument) => argument.recovered)) return
    const late = args.slice(named).find((argument) => argument.name === undefined)
    if (late === undefined) return
    const related = [{ span: first.span, label: 'this one has a name' }]
    this.diagnostics.push(diagnose(codes.positionalAfterNamed, late.span, {}, related))
  }

  choice(
    conditions: readonly Expression[],
    branches: readonly Expression[],
    otherwise: Expression,
    span: Span,
  ): Expression {
    return conditions.reduceRight((rest, condition, place) => {
      const then = branches[place] ?? this.missing(span.end)
      const whole = place === 0 ? span : { ...span, start: condition.span.start }
      return this.bounded({ kind: 'if', condition, then, otherwise: rest, span: whole }, [condition, then, rest])
    }, otherwise)
  }

  wildcard(token: IToken): Wildcard {
    return { kind: 'wildcard', span: tokenSpan(token, this.file) }
  }

  arm(pattern: Expression | Wildcard | undefined, value: Expression | undefined, span: Span): MatchArm {
    return {
      pattern: pattern ?? this.missing(span.start),
      value: value ?? this.missing(span.end),
      span,
      ...this.recovery(span, value === undefined),
    }
  }

  match(subject: Expression, arms: readonly MatchArm[], span: Span): Expression {
    const children = arms.flatMap(({ pattern, value }) => (pattern.kind === 'wildcard' ? [value] : [pattern, value]))
    return this.bounded({ kind: 'match', subject, arms, span }, [subject, ...children])
  }

  // Bounds

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
    if (!this.#reportedDepth) this.diagnostics.push(diagnose(codes.tooDeep, node.span, { limit: maximumDepth }))
    this.#reportedDepth = true
    return false
  }

  #emptyAt(at: number): Span {
    return { file: this.file, start: at, end: at }
  }
}

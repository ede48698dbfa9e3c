import {
  type BaseParser,
  defaultParserErrorProvider,
  EmbeddedActionsParser,
  EOF,
  type ILookaheadStrategy,
  type IParserErrorMessageProvider,
  type IRecognitionException,
  type IToken,
  isRecognitionException,
  LLkLookaheadStrategy,
  NoViableAltException,
  type ParserMethod,
  type TokenType,
  tokenLabel,
  tokenMatcher,
} from 'chevrotain'
import { maximumErrors } from '../src/diagnostics/collector.js'
import { invariant } from '../src/diagnostics/invariant.js'
import type { Span } from '../src/source/span.js'
import type { Builder } from '../src/syntax/builder.js'
import { endOf } from '../src/syntax/token.js'
import * as t from './tokens.js'

/** A rule of the grammar that reads a `Result`. */
export type Rule<Result> = ParserMethod<[], Result>

/** Where the parser met something that it did not expect. Turned into a diagnostic by `src/syntax/problems.ts`. */
export interface SyntaxProblem {
  /** The rule that was being read. */
  readonly rule: string
  /** The token that was found. */
  readonly found: IToken
  /** The token before it; undefined at the start of the file. */
  readonly previous: IToken | undefined
  /** In words, the one token that would have been right; undefined where several would. */
  readonly expected?: string
}

const openers: ReadonlySet<TokenType> = new Set([t.LeftParenthesis, t.LeftBracket, t.LeftBrace])
const closers: ReadonlySet<TokenType> = new Set([t.RightParenthesis, t.RightBracket, t.RightBrace])
/** What a separator may be missing before. */
const simpleValueStarts = t.withMembers([
  t.Identifier,
  t.NumberLiteral,
  t.SizeLiteral,
  t.StringLiteral,
  t.True,
  t.False,
])
const valueStarts: ReadonlySet<TokenType> = new Set([...simpleValueStarts, ...openers])
/** `if` and `match` in the head of another: without brackets between them they are read by recursion alone. */
export const maximumHeads = 64

/** Works out what decides between alternatives when a text first asks: for all of the grammar it takes as long as reading a file. */
class LazyLookahead extends LLkLookaheadStrategy {
  override buildLookaheadForAlternation(options: Parameters<ILookaheadStrategy['buildLookaheadForAlternation']>[0]) {
    return whenAsked(() => super.buildLookaheadForAlternation(options))
  }

  override buildLookaheadForOptional(options: Parameters<ILookaheadStrategy['buildLookaheadForOptional']>[0]) {
    return whenAsked(() => super.buildLookaheadForOptional(options))
  }
}

type Decision<Rest extends unknown[], Result> = (this: BaseParser, ...rest: Rest) => Result

function whenAsked<Rest extends unknown[], Result>(build: () => Decision<Rest, Result>): Decision<Rest, Result> {
  let decide: Decision<Rest, Result> | undefined
  return function (...rest) {
    decide ??= build()
    return decide.apply(this, rest)
  }
}

/** Chevrotain's errors carry what was expected in their message alone: here it is the token's name and nothing else. */
const wording: IParserErrorMessageProvider = {
  ...defaultParserErrorProvider,
  buildMismatchTokenMessage: ({ expected }) => tokenLabel(expected),
}

/**
 * How the parser goes on after a mistake. Its input comes from `src/syntax/layout.ts`: brackets are balanced and
 * newlines stand only where they separate, so a mistake never reaches further than the argument, list item, statement
 * or declaration that holds it: each of them is an `attempt`, and what it could not read is skipped to the next
 * separator or closing bracket. Chevrotain's own recovery guesses across brackets and reports one mistake several times.
 */
export abstract class RecoveringParser extends EmbeddedActionsParser {
  #problems: SyntaxProblem[] = []
  /** Those that were met as exceptions, in the text that is read at once. */
  #thrown: SyntaxProblem[] = []
  #separatorMissing = false
  /** Whether the last attempt met a mistake. */
  #failed = false
  /** Heads that are open. */
  #heads = 0
  #tree: Builder | undefined

  /** `skipValidations`: whether to trust that the grammar is one, which a test finds out. */
  constructor(skipValidations: boolean) {
    super([...t.allTokens], {
      recoveryEnabled: false,
      // One token decides; where two are needed, the rule says so.
      maxLookahead: 1,
      lookaheadStrategy: new LazyLookahead({ maxLookahead: 1 }),
      skipValidations,
      errorMessageProvider: wording,
    })
  }

  /** Reads `tokens` by `rule` into nodes that `tree` makes. */
  protected readBy<Result>(rule: Rule<Result>, tokens: readonly IToken[], tree: Builder) {
    this.#problems = []
    this.#thrown = []
    this.#separatorMissing = false
    this.#heads = 0
    this.#tree = tree
    this.input = [...tokens]
    const result = withoutStacks(() => rule.call(this))
    const [outermost] = this.#thrown.length === 0 && !this.#isFull ? this.errors : []
    const problems = [...this.#problems, ...this.#thrown, ...(outermost === undefined ? [] : [problemOf(outermost)])]
    this.#tree = undefined
    this.input = []
    return { result, problems }
  }

  /** What makes the nodes: asked for in an `ACTION`, which no recording runs. */
  protected get tree(): Builder {
    invariant(this.#tree !== undefined, 'nodes are made while a text is read')
    return this.#tree
  }

  /** Offset of what is read next. */
  protected start(): number {
    const { startOffset } = this.LA(1)
    return Number.isNaN(startOffset) ? this.end() : startOffset
  }

  /** Offset after what was read last. */
  protected end(): number {
    const end = endOf(this.LA(0))
    return Number.isNaN(end) ? 0 : end
  }

  /** From an offset to the end of what was read last. */
  protected spanFrom(start: number): Span {
    return { file: this.tree.file, start, end: Math.max(start, this.end()) }
  }

  protected bracketed<Result>(opener: TokenType, closer: TokenType, read: () => Result): Result {
    this.CONSUME(opener)
    const result = read()
    this.CONSUME(closer)
    return result
  }

  /** Items up to `closer`, separated by commas or, with `separator`, by what that rule reads. Any of them may be absent. */
  protected items<Item>(
    name: string,
    item: Rule<Item>,
    closer: TokenType,
    separator?: Rule<unknown>,
    items: Item[] = [],
  ): readonly Item[] {
    do {
      this.OPTION(() => items.push(this.SUBRULE(item)))
      this.MANY(() => {
        if (separator === undefined) {
          this.refuseHole()
          this.CONSUME(t.Comma)
        } else this.SUBRULE(separator)
        this.OPTION2(() => items.push(this.SUBRULE2(item)))
      })
    } while (this.skipStray(name, closer))
    return items
  }

  /** The head of an `if` or `match`. */
  protected head<Result>(read: () => Result): Result {
    this.#heads += 1
    try {
      return read()
    } finally {
      this.#heads -= 1
    }
  }

  /** What Chevrotain would find out by itself, after it has listed all that could have stood here. */
  protected requireValue(): void {
    const next = this.LA(1)
    const { tokenType } = next
    if (this.RECORDING_PHASE || valueStarts.has(tokenType)) return
    if ((tokenType === t.If || tokenType === t.Match) && this.#heads < maximumHeads) return
    const error = new NoViableAltException('', next, this.LA(0))
    error.context = { ruleStack: ['primary'], ruleOccurrenceStack: [] }
    throw error
  }

  /**
   * Runs `read`; what it cannot read is skipped up to one of `stops` or the bracket that closes what holds it. With
   * `next` given, only that token may follow. What follows although it should not is skipped too, unless it begins
   * the next item: then only the separator is missing.
   */
  protected attempt<Result>(
    rule: string,
    read: () => Result,
    stops: readonly TokenType[],
    next?: TokenType,
  ): Result | undefined {
    const first = this.LA(1).startOffset
    const result = this.tail(read, stops)
    if (this.RECORDING_PHASE || this.#failed) return result
    if (next === undefined ? this.#atEnd(stops) : this.LA(1).tokenType === next) return result
    this.#report(rule)
    // What is read of a declaration is whole, whatever stands behind it.
    this.tree.breakAt(rule === 'declaration' ? this.LA(1).startOffset : first)
    if (next === undefined && !this.#isFull && this.#itemAhead(stops)) this.#separatorMissing = true
    else this.#skip(stops)
    return result
  }

  /** As `attempt`, where an enclosing attempt looks at what follows. Undefined: there was a mistake. */
  protected tail<Result>(read: () => Result, stops: readonly TokenType[]): Result | undefined {
    if (this.RECORDING_PHASE) return read()
    const first = this.LA(1).startOffset
    const known = this.#thrown.length
    try {
      const result = read()
      this.#failed = false
      return result
    } catch (error) {
      if (!isRecognition(error)) throw error
      if (!this.#isFull) {
        if (this.#thrown.length === known) this.#thrown.push(problemOf(error))
        this.#thrown.length = known + 1
      }
      // At the end of the text there is no offset: what was read last is what broke.
      this.tree.breakAt(Number.isNaN(first) ? this.LA(0).startOffset : first)
      this.#skip(stops)
      this.#failed = true
      return undefined
    }
  }

  /** True: text is left before `closer`; it was reported, and the loop that reads the items may go on. */
  protected skipStray(rule: string, closer: TokenType): boolean {
    if (this.RECORDING_PHASE) return false
    if (this.#separatorMissing) {
      this.#separatorMissing = false
      return true
    }
    const next = this.LA(1)
    if (next.tokenType === closer || next.tokenType === EOF) return false
    this.#report(rule)
    if (rule === 'enum_declaration' && tokenMatcher(next, t.Identifier)) return true
    this.tree.breakAt(next.startOffset)
    this.#skip(closer === EOF ? [t.Newline] : [t.Newline, t.Comma])
    if (this.LA(1) === next) this.SKIP_TOKEN()
    return true
  }

  /** A mistake that reading can go on after: nothing is skipped. */
  protected complain(rule: string): void {
    this.tree.breakAt(this.LA(0).startOffset)
    this.#report(rule)
  }

  /** `f(a, , b)` and `f(, a)`: no item stands before this comma. */
  protected refuseHole(): void {
    if (this.RECORDING_PHASE || this.LA(1).tokenType !== t.Comma) return
    const before = this.LA(0).tokenType
    if (before === t.Comma || openers.has(before)) this.complain('primary')
  }

  /** Nothing more is read then. */
  get #isFull(): boolean {
    return this.#problems.length + this.#thrown.length > maximumErrors
  }

  #report(rule: string): void {
    this.#problems.push({ rule, found: this.LA(1), previous: known(this.LA(0)) })
  }

  /** Whether an item begins here although no separator was read. In a call or list any value does, elsewhere `name =` or `name {`. */
  #itemAhead(stops: readonly TokenType[]): boolean {
    const next = this.LA(1)
    const after = this.LA(2).tokenType
    if (!stops.includes(t.Comma)) return false
    if (!stops.includes(t.Newline)) return simpleValueStarts.has(next.tokenType)
    return tokenMatcher(next, t.Identifier) && (after === t.Assign || after === t.DoubleArrow || after === t.LeftBrace)
  }

  #atEnd(stops: readonly TokenType[]): boolean {
    const next = this.LA(1).tokenType
    return next === EOF || closers.has(next) || stops.includes(next)
  }

  #skip(stops: readonly TokenType[]): void {
    let depth = 0
    for (;;) {
      const next = this.LA(1).tokenType
      if (next === EOF || (depth === 0 && !this.#isFull && (closers.has(next) || stops.includes(next)))) return
      if (openers.has(next)) depth += 1
      else if (closers.has(next)) depth -= 1
      this.SKIP_TOKEN()
    }
  }
}

/** A file of mistakes throws thousands of exceptions: without stacks that costs a third. */
function withoutStacks<Result>(read: () => Result): Result {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    return read()
  } finally {
    Error.stackTraceLimit = limit
  }
}

function isRecognition(error: unknown): error is IRecognitionException {
  return error instanceof Error && isRecognitionException(error)
}

function problemOf(error: IRecognitionException): SyntaxProblem {
  const { previousToken } = error as { readonly previousToken?: IToken }
  return {
    rule: error.context.ruleStack.at(-1) ?? '',
    found: error.token,
    previous: previousToken === undefined ? undefined : known(previousToken),
    ...(error.name === 'MismatchedTokenException' ? { expected: error.message } : {}),
  }
}

/** Before the first token Chevrotain gives that of the end. */
function known(previous: IToken): IToken | undefined {
  return tokenMatcher(previous, EOF) ? undefined : previous
}

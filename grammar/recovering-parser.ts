import {
  CstParser,
  defaultParserErrorProvider,
  EOF,
  type IParserErrorMessageProvider,
  type IToken,
  isRecognitionException,
  type TokenType,
  tokenLabel,
  tokenMatcher,
} from 'chevrotain'
import * as t from './tokens.js'

/** Where the parser met something that it did not expect. Turned into a diagnostic by `src/syntax/messages.ts`. */
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
const valueStarts: readonly TokenType[] = [
  t.Identifier,
  t.NumberLiteral,
  t.SizeLiteral,
  t.StringLiteral,
  t.True,
  t.False,
]
/** Chevrotain's errors carry what was expected in their message alone: here it is the token's name and nothing else. */
const wording: IParserErrorMessageProvider = {
  ...defaultParserErrorProvider,
  buildMismatchTokenMessage: ({ expected }) => tokenLabel(expected),
}

/**
 * How the parser goes on after a mistake. Its input comes from `src/syntax/layout.ts`: brackets are balanced and
 * newlines stand only where they separate, so a mistake never reaches further than the argument, list item, statement
 * or declaration that holds it: each of them is an `attempt`, and what it could not read is skipped to the next
 * separator or closing bracket. Chevrotain's own recovery guesses across brackets and tells one mistake several times.
 */
export abstract class RecoveringParser extends CstParser {
  #problems: SyntaxProblem[] = []
  #broken = new Set<number>()
  #separatorMissing = false

  constructor() {
    super([...t.allTokens], {
      recoveryEnabled: false,
      nodeLocationTracking: 'onlyOffset',
      maxLookahead: 2,
      errorMessageProvider: wording,
    })
  }

  protected start(tokens: IToken[]): void {
    this.#problems = []
    this.#broken = new Set()
    this.#separatorMissing = false
    this.input = tokens
  }

  /** What was met since `start`, and the offsets of what was not read whole. */
  protected met(rule: string): { readonly problems: readonly SyntaxProblem[]; readonly broken: ReadonlySet<number> } {
    const thrown = this.errors.map((error) => ({
      rule: error.context.ruleStack.at(-1) ?? rule,
      found: error.token,
      previous: previousOf(error),
      ...(error.name === 'MismatchedTokenException' ? { expected: error.message } : {}),
    }))
    return { problems: [...this.#problems, ...thrown], broken: this.#broken }
  }

  /**
   * Runs `read`; what it cannot read is skipped up to one of `stops` or the bracket that closes what holds it. With
   * `next` given, only that token may follow. What follows although it should not is skipped too, unless it begins
   * the next item: then only the separator is missing.
   */
  protected attempt(rule: string, read: () => void, stops: readonly TokenType[], next?: TokenType): void {
    const first = this.LA(1).startOffset
    if (!this.tail(read, stops) || this.RECORDING_PHASE) return
    if (next === undefined ? this.#atEnd(stops) : this.LA(1).tokenType === next) return
    this.#report(rule)
    this.#broken.add(first)
    if (next === undefined && this.#itemAhead(stops)) this.#separatorMissing = true
    else this.#skip(stops)
  }

  /** As `attempt`, where an enclosing attempt looks at what follows. False: there was a mistake. */
  protected tail(read: () => void, stops: readonly TokenType[]): boolean {
    if (this.RECORDING_PHASE) {
      read()
      return true
    }
    const first = this.LA(1).startOffset
    const known = this.errors.length
    try {
      read()
      return true
    } catch (error) {
      if (!(error instanceof Error) || !isRecognitionException(error)) throw error
      if (this.errors.length > known + 1) this.errors = this.errors.slice(0, known + 1)
      // At the end of the text there is no offset: what was read last is what broke.
      this.#broken.add(Number.isNaN(first) ? this.LA(0).startOffset : first)
      this.#skip(stops)
      return false
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
    this.#broken.add(next.startOffset)
    this.#skip(closer === EOF ? [t.Newline] : [t.Newline, t.Comma])
    if (this.LA(1) === next) this.SKIP_TOKEN()
    return true
  }

  /** A mistake that reading can go on after: nothing is skipped. */
  protected complain(rule: string): void {
    this.#broken.add(this.LA(0).startOffset)
    this.#report(rule)
  }

  /** `f(a, , b)` and `f(, a)`: no item stands before this comma. */
  protected refuseHole(): void {
    if (this.RECORDING_PHASE || this.LA(1).tokenType !== t.Comma) return
    const before = this.LA(0).tokenType
    if (before === t.Comma || openers.has(before)) this.complain('primary')
  }

  #report(rule: string): void {
    this.#problems.push({ rule, found: this.LA(1), previous: this.LA(0) })
  }

  /** Whether an item begins here although no separator was read. In a call or list any value does, elsewhere `name =` or `name {`. */
  #itemAhead(stops: readonly TokenType[]): boolean {
    const next = this.LA(1)
    const after = this.LA(2).tokenType
    if (!stops.includes(t.Comma)) return false
    if (!stops.includes(t.Newline)) return valueStarts.some((type) => tokenMatcher(next, type))
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
      if (next === EOF || (depth === 0 && (closers.has(next) || stops.includes(next)))) return
      if (openers.has(next)) depth += 1
      else if (closers.has(next)) depth -= 1
      this.SKIP_TOKEN()
    }
  }
}

function previousOf(error: unknown): IToken | undefined {
  const previous = (error as { readonly previousToken?: IToken }).previousToken
  return previous === undefined || tokenMatcher(previous, EOF) ? undefined : previous
}

import {
  type BaseParser,
  type CstNode,
  CstParser,
  defaultParserErrorProvider,
  EOF,
  type ILookaheadStrategy,
  type IParserErrorMessageProvider,
  type IRecognitionException,
  type IToken,
  isRecognitionException,
  LLkLookaheadStrategy,
  NoViableAltException,
  type TokenType,
  tokenLabel,
  tokenMatcher,
} from 'chevrotain'
import * as t from './tokens.js'

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
const simpleValueStarts: readonly TokenType[] = [
  t.Identifier,
  t.NumberLiteral,
  t.SizeLiteral,
  t.StringLiteral,
  t.True,
  t.False,
]
const valueStarts: readonly TokenType[] = [...simpleValueStarts, ...openers, t.If, t.Match]
/** Brackets within each other that are read at once: a level takes some forty frames of the stack, which would not hold 256. */
const depthAtOnce = 40
/** `if` and `match` in the head of another: without brackets between them they are read by recursion alone. */
export const maximumHeads = 64

/** A bracket whose content was skipped for now. */
interface PutOff {
  readonly rule: () => CstNode
  /** With both brackets. */
  readonly tokens: IToken[]
}

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
export abstract class RecoveringParser extends CstParser {
  #problems: SyntaxProblem[] = []
  /** Those that were met as exceptions, in the text that is read at once. */
  #thrown: SyntaxProblem[] = []
  #broken = new Set<number>()
  #separatorMissing = false
  #putOff: PutOff[] = []
  /** Brackets and heads that are open, and heads alone. */
  #depth = 0
  #heads = 0

  /** `skipValidations`: whether to trust that the grammar is one, which a test finds out. */
  constructor(skipValidations: boolean) {
    super([...t.allTokens], {
      recoveryEnabled: false,
      nodeLocationTracking: 'onlyOffset',
      // One token decides; where two are needed, the rule says so.
      maxLookahead: 1,
      lookaheadStrategy: new LazyLookahead({ maxLookahead: 1 }),
      skipValidations,
      errorMessageProvider: wording,
    })
  }

  /** Reads `tokens` by `rule`, and then what had to be put off. */
  protected readBy(
    rule: () => CstNode,
    tokens: IToken[],
  ): {
    readonly cst: CstNode
    readonly problems: readonly SyntaxProblem[]
    /** Offsets of what was not read whole. */
    readonly broken: ReadonlySet<number>
  } {
    this.#problems = []
    this.#broken = new Set()
    this.#putOff = []
    const cst = this.#readOnce(rule, tokens)
    const late = new Map<IToken | undefined, CstNode>()
    for (let next = this.#putOff.pop(); next !== undefined; next = this.#putOff.pop()) {
      late.set(next.tokens[0], this.#readOnce(next.rule, next.tokens))
    }
    if (late.size > 0) graft(cst, late)
    return { cst, problems: this.#problems, broken: this.#broken }
  }

  #readOnce(rule: () => CstNode, tokens: IToken[]): CstNode {
    this.#separatorMissing = false
    this.#depth = 0
    this.#heads = 0
    this.#thrown = []
    this.input = tokens
    const cst = withoutStacks(rule)
    const [outermost] = this.#thrown.length === 0 ? this.errors : []
    if (outermost !== undefined) this.#thrown.push(problemOf(outermost))
    this.#problems.push(...this.#thrown)
    return cst
  }

  /**
   * Brackets with what `read` reads between them, by a `rule` that consists of nothing else. Too deep within others they
   * are read on their own afterwards, so that the stack holds any nesting that the layout lets through.
   */
  protected bracketed(rule: () => CstNode, opener: TokenType, closer: TokenType, read: () => void): void {
    this.CONSUME(opener)
    if (this.RECORDING_PHASE) read()
    else if (this.#depth < depthAtOnce) this.#deeper(read)
    else this.#putOffTo(rule)
    this.CONSUME(closer)
  }

  /** The head of an `if` or `match`. */
  protected head(read: () => void): void {
    if (this.RECORDING_PHASE) {
      read()
      return
    }
    this.#heads += 1
    try {
      this.#deeper(read)
    } finally {
      this.#heads -= 1
    }
  }

  /** What Chevrotain would find out by itself, after it has listed all that could have stood here. */
  protected requireValue(): void {
    if (this.RECORDING_PHASE || valueStarts.some((type) => tokenMatcher(this.LA(1), type))) return
    const error = new NoViableAltException('', this.LA(1), this.LA(0))
    error.context = { ruleStack: ['primary'], ruleOccurrenceStack: [] }
    throw error
  }

  protected mayOpenHead(): boolean {
    return this.#heads < maximumHeads
  }

  #deeper(read: () => void): void {
    this.#depth += 1
    try {
      read()
    } finally {
      this.#depth -= 1
    }
  }

  /** Skips to the closer of the bracket that was just opened. */
  #putOffTo(rule: () => CstNode): void {
    const tokens = [this.LA(0)]
    for (let depth = 0; ; this.SKIP_TOKEN()) {
      const next = this.LA(1)
      tokens.push(next)
      if (openers.has(next.tokenType)) depth += 1
      else if (closers.has(next.tokenType)) depth -= 1
      if (depth < 0 || next.tokenType === EOF) break
    }
    this.#putOff.push({ rule, tokens })
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
    // What is read of a declaration is whole, whatever stands behind it.
    this.#broken.add(rule === 'declaration' ? this.LA(1).startOffset : first)
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
    const known = this.#thrown.length
    try {
      read()
      return true
    } catch (error) {
      if (!isRecognition(error)) throw error
      if (this.#thrown.length === known) this.#thrown.push(problemOf(error))
      this.#thrown.length = known + 1
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
    this.#problems.push({ rule, found: this.LA(1), previous: known(this.LA(0)) })
  }

  /** Whether an item begins here although no separator was read. In a call or list any value does, elsewhere `name =` or `name {`. */
  #itemAhead(stops: readonly TokenType[]): boolean {
    const next = this.LA(1)
    const after = this.LA(2).tokenType
    if (!stops.includes(t.Comma)) return false
    if (!stops.includes(t.Newline)) return simpleValueStarts.some((type) => tokenMatcher(next, type))
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

/** Gives the nodes whose content was put off what was read for them, found by their opening bracket. */
function graft(root: CstNode, late: ReadonlyMap<IToken | undefined, CstNode>): void {
  const open = [root]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const children of Object.values(node.children)) {
      const [first] = children
      const read = first !== undefined && 'image' in first ? late.get(first) : undefined
      if (read !== undefined) Object.assign(node.children, read.children)
    }
    for (const children of Object.values(node.children)) {
      for (const child of children) if ('children' in child) open.push(child)
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

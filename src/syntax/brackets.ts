import { type IToken, type TokenType, tokenMatcher } from 'chevrotain'
import * as t from '../../grammar/tokens.js'
import { syntaxDiagnostics as codes } from '../diagnostics/codes/syntax.js'
import { maximumErrors } from '../diagnostics/collector.js'
import { diagnose } from '../diagnostics/define.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { FileId } from '../source/span.js'
import { endOf, endsValue, followingText, isOneOf, retyped, tokenSpan } from './token.js'

/** Deepest nesting of brackets: each takes some forty frames of the parser's stack, which holds three times as many. */
const maximumDepth = 100

/** One bracket that is not as it should be. */
export interface BracketMistake {
  readonly diagnostic: Diagnostic
  /** Offsets between which other mistakes may follow from it. */
  readonly from: number
  readonly to: number
  /** The opener that was closed by what follows; not for a brace, which holds whole statements. */
  readonly unclosed?: IToken
}

export interface MatchedBrackets {
  /** Every opener has its closer, nested properly, at most `maximumDepth` deep. */
  readonly tokens: readonly IToken[]
  readonly mistakes: readonly BracketMistake[]
}

const brackets: ReadonlyMap<TokenType, { readonly type: TokenType; readonly text: string }> = new Map([
  [t.LeftParenthesis, { type: t.RightParenthesis, text: ')' }],
  [t.LeftBracket, { type: t.RightBracket, text: ']' }],
  [t.LeftBrace, { type: t.RightBrace, text: '}' }],
])
const closers: ReadonlySet<TokenType> = new Set([...brackets.values()].map(({ type }) => type))

/**
 * Balances brackets. Where the plain reading finds mistakes, indentation tells better which bracket is wrong: a second
 * reading follows it, and counts unless it blames more.
 */
export function matchBrackets(tokens: readonly IToken[], file: FileId): MatchedBrackets {
  const plain = new Matcher(tokens, file, undefined)
  const result = plain.run()
  if (result.mistakes.length === 0) return result
  const unclosed = result.mistakes.flatMap((mistake) => mistake.unclosed ?? [])
  const guided = new Matcher(tokens, file, new Set([...unclosed, ...plain.overrun])).run()
  return guided.mistakes.length <= result.mistakes.length + plain.overrun.size ? guided : result
}

interface Open {
  readonly token: IToken
  /** Its place in the output. */
  readonly at: number
  /** Of the line that it stands in. */
  readonly indent: number
  readonly endsLine: boolean
}

class Matcher {
  readonly #open: Open[] = []
  readonly #out: IToken[] = []
  readonly #mistakes: BracketMistake[] = []
  /** Of the line that is read, and the place of its first token in the output. */
  #indent = 0
  #lineStart = 0
  #isTooDeep = false
  /** Parentheses and brackets that reach into a line that is indented as little as theirs. */
  readonly overrun = new Set<IToken>()

  /** `suspects`: openers that a plain reading leaves open. With them, this reading follows the indentation. */
  constructor(
    readonly tokens: readonly IToken[],
    readonly file: FileId,
    readonly suspects: ReadonlySet<IToken> | undefined,
  ) {}

  run(): MatchedBrackets {
    const following = followingText(this.tokens)
    for (let i = 0; i < this.tokens.length && this.#mistakes.length <= maximumErrors; i++) {
      const token = this.tokens[i]
      if (token === undefined) break
      const type = token.tokenType
      const begins = i === 0 || this.tokens[i - 1]?.tokenType === t.Newline
      if (begins && type !== t.Newline) this.#beginLine(token)
      if (brackets.has(type)) {
        if (this.#open.length >= maximumDepth) i = this.#leaveOut(i)
        else this.#push(token, this.tokens[i + 1]?.tokenType === t.Newline)
      } else if (closers.has(type))
        this.#close(
          token,
          begins,
          this.tokens[i + 1]?.tokenType === t.Newline ? this.tokens[following[i] ?? 0] : undefined,
        )
      else this.#out.push(token)
    }
    while (this.#open.length > 0) this.#closeMissing(this.#out.length)
    return { tokens: this.#out, mistakes: this.#mistakes }
  }

  #push(token: IToken, endsLine: boolean): void {
    this.#open.push({ token, at: this.#out.length, indent: this.#indent, endsLine })
    this.#out.push(token)
  }

  #beginLine(first: IToken): void {
    const indent = indentOf(first)
    const top = this.#open.at(-1)
    if (
      top !== undefined &&
      top.token.tokenType !== t.LeftBrace &&
      indent <= top.indent &&
      !closers.has(first.tokenType)
    )
      this.overrun.add(top.token)
    if (this.suspects !== undefined) {
      if (indent > this.#indent) this.#openMissing(first)
      while (this.#isOver(this.#open.at(-1), first, indent)) this.#closeMissing(this.#endOfLastLine())
    }
    this.#indent = indent
    this.#lineStart = this.#out.length
  }

  /** Whether what an opener holds ends where this line begins. */
  #isOver(top: Open | undefined, first: IToken, indent: number): boolean {
    if (top === undefined || (!this.suspects?.has(top.token) && !this.#hasOpenBrace(top))) return false
    return closers.has(first.tokenType) ? indent < top.indent : indent <= top.indent
  }

  /** Of the braces that are left open the plain reading blames the outermost, and indentation the right one. */
  #hasOpenBrace({ token }: Open): boolean {
    return token.tokenType === t.LeftBrace && [...(this.suspects ?? [])].some((each) => each.tokenType === t.LeftBrace)
  }

  /** `model` or `pipeline p` at the end of its line, and deeper indented below it what it should hold. */
  #openMissing(first: IToken): void {
    const end = this.#endOfLastLine()
    const head = this.#out[this.#lineStart]
    const last = this.#out[end - 1]
    const top = this.#open.at(-1)
    if (head === undefined || last === undefined || first.tokenType === t.LeftBrace || first.tokenType === t.Pipe)
      return
    if (!tokenMatcher(head, t.Identifier) || this.#open.length >= maximumDepth) return
    const length = end - this.#lineStart
    const isInBody = top?.token.tokenType === t.LeftBrace && top.indent < this.#indent
    const isDeclaration = top === undefined && isOneOf(t.declarationWords, head)
    const inPlace = isInBody
      ? length === 2 && (last.tokenType === t.Colon || isOneOf(t.sectionWords, head))
      : isDeclaration && last.tokenType === t.Colon
    const isHead = isInBody ? length === 1 : isDeclaration && endsValue(last)
    if (!inPlace && !isHead) return
    const brace = inPlace ? retyped(last, t.LeftBrace) : inserted(t.LeftBrace, last)
    this.#report(inPlace ? notABrace(last, this.file) : noBrace(last, this.file), last.startOffset, last.startOffset)
    this.#out.splice(inPlace ? end - 1 : end, inPlace ? 1 : 0, brace)
    this.#open.push({ token: brace, at: inPlace ? end - 1 : end, indent: this.#indent, endsLine: true })
  }

  /** Place in the output after the last token that is no newline. */
  #endOfLastLine(): number {
    let index = this.#out.length
    while (index > 0 && this.#out[index - 1]?.tokenType === t.Newline) index -= 1
    return index
  }

  #closeMissing(index: number): void {
    const top = this.#open.pop()
    const closer = top && brackets.get(top.token.tokenType)
    if (top === undefined || closer === undefined) return
    const before = this.#out[index - 1] ?? top.token
    const { token } = top
    if (!this.#isTooDeep) {
      const diagnostic = diagnose(codes.unclosed, tokenSpan(token, this.file), {
        opener: token.image,
        closer: closer.text,
      })
      const to = token.tokenType === t.LeftBrace ? token.startOffset : endOf(before)
      this.#mistakes.push({ diagnostic, from: token.startOffset, to, unclosed: token })
    }
    this.#out.splice(index, 0, inserted(closer.type, before))
  }

  /** `following`: the next text, where `token` ends its line. */
  #close(token: IToken, begins: boolean, following: IToken | undefined): void {
    const top = this.#open.at(-1)
    const isEarly =
      token.tokenType === t.RightBrace &&
      following !== undefined &&
      top?.endsLine === true &&
      indentOf(following) > top.indent
    const match = this.#matchBelow(token)
    const isGuided = this.suspects !== undefined
    const isWrongOpener =
      isGuided && begins && top?.endsLine && top.token.tokenType !== t.LeftBrace && indentOf(token) === top.indent
    if (isGuided && isEarly && match === this.#open.length - 1) this.#stray(token)
    else if (top !== undefined && isWrongOpener && token.tokenType === t.RightBrace) {
      this.#report(notABrace(top.token, this.file), top.token.startOffset, top.token.startOffset)
      this.#out[top.at] = retyped(top.token, t.LeftBrace)
      this.#open.pop()
      this.#out.push(token)
    } else if (match >= 0) {
      while (this.#open.length - 1 > match) this.#closeMissing(this.#endOfLastLine())
      this.#open.pop()
      this.#out.push(token)
    } else if (top !== undefined && top.token.tokenType !== t.LeftBrace && this.#isSuspect(top.token.tokenType)) {
      const { type, text } = brackets.get(top.token.tokenType) ?? { type: token.tokenType, text: '' }
      const related = [{ span: tokenSpan(top.token, this.file), label: 'opened here' }]
      const facts = { closer: token.image, expected: text }
      const diagnostic = diagnose(codes.strayCloser, tokenSpan(token, this.file), facts, related)
      this.#report(diagnostic, top.token.startOffset, token.startOffset)
      this.#open.pop()
      this.#out.push(retyped(token, type))
    } else this.#stray(token)
  }

  #stray(token: IToken): void {
    const diagnostic = diagnose(codes.strayCloser, tokenSpan(token, this.file), { closer: token.image })
    this.#report(diagnostic, token.startOffset, token.startOffset)
  }

  #report(diagnostic: Diagnostic, from: number, to: number): void {
    this.#mistakes.push({ diagnostic, from, to })
  }

  /** Place among the open ones of what `token` closes, those above it being unclosed; a `)` or `]` reaches no further than its braces. */
  #matchBelow(token: IToken): number {
    for (let i = this.#open.length - 1; i >= 0; i--) {
      const type = this.#open[i]?.token.tokenType
      if (type === undefined) break
      if (brackets.get(type)?.type === token.tokenType) return i
      if (type === t.LeftBrace) break
    }
    return -1
  }

  /** Of openers of one kind within the innermost braces the plain reading leaves the outermost open. */
  #isSuspect(type: TokenType): boolean {
    for (let i = this.#open.length - 1; i >= 0; i--) {
      const token = this.#open[i]?.token
      if (token === undefined || token.tokenType === t.LeftBrace) break
      if (token.tokenType === type && this.suspects?.has(token)) return true
    }
    return false
  }

  /** Leaves out the bracket at `index` with its content; gives the index of its closer. */
  #leaveOut(index: number): number {
    const token = this.tokens[index]
    if (token === undefined) return index
    let depth = 0
    let i = index
    for (; i < this.tokens.length; i++) {
      const type = this.tokens[i]?.tokenType
      if (type !== undefined && brackets.has(type)) depth += 1
      else if (type !== undefined && closers.has(type)) depth -= 1
      if (depth === 0) break
    }
    const last = this.tokens[Math.min(i, this.tokens.length - 1)] ?? token
    const diagnostic = diagnose(codes.tooDeep, tokenSpan(token, this.file), { limit: maximumDepth })
    if (!this.#isTooDeep) this.#report(diagnostic, token.startOffset, last.startOffset)
    this.#isTooDeep = true
    return i
  }
}

function noBrace(after: IToken, file: FileId): Diagnostic {
  const end = endOf(after)
  const facts = { expected: '`{`', found: 'the end of the line', help: 'write `{` at the end of the line' }
  return diagnose(codes.unexpected, { file, start: end, end }, facts)
}

function notABrace(token: IToken, file: FileId): Diagnostic {
  const facts = { expected: '`{`', found: `\`${token.image}\``, help: `write \`{\` instead of \`${token.image}\`` }
  return diagnose(codes.unexpected, tokenSpan(token, file), facts)
}

function indentOf(first: IToken): number {
  return (first.startColumn ?? 1) - 1
}

/** Without text, right after `before`. */
function inserted(type: TokenType, before: IToken): IToken {
  const end = endOf(before)
  return { ...retyped(before, type, ''), startOffset: end, endOffset: end - 1, isInsertedInRecovery: true }
}

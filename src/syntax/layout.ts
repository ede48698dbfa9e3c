import type { IToken, TokenType } from 'chevrotain'
import * as t from '../../grammar/tokens.js'
import { syntaxDiagnostics as codes } from '../diagnostics/codes/syntax.js'
import { maximumErrors } from '../diagnostics/collector.js'
import { diagnose } from '../diagnostics/define.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { invariant } from '../diagnostics/invariant.js'
import type { FileId } from '../source/span.js'
import { matchBrackets } from './brackets.js'
import { Intervals } from './intervals.js'
import { readWords } from './lexical.js'
import { endOf, endsValue, followingText, isOneOf, tokenSpan } from './token.js'

/** What the parser reads: balanced brackets, and newlines only where they separate. */
export interface Layout {
  readonly tokens: readonly IToken[]
  readonly comments: readonly IToken[]
  readonly diagnostics: readonly Diagnostic[]
  /** Replaced words, and lines in which a word or bracket is wrong: what the parser finds there follows from it. */
  readonly doubtful: Intervals
  /** Offsets of what was completed or replaced: what holds it is recovered. */
  readonly repaired: readonly number[]
  /** There are too many mistakes: the rest was left out. */
  readonly isCut: boolean
}

/** `separates`: whether newlines outside all brackets end something (a file) or not (one expression of an option). */
export function layOut(text: string, file: FileId, separates: boolean): Layout {
  const lexed = t.lexer.tokenize(text)
  invariant(lexed.errors.length === 0, `no token for the text at ${lexed.errors[0]?.offset}`)
  const words = readWords(lexed.tokens, file)
  const brackets = matchBrackets(words.tokens, file)
  const spoiled = Intervals.ofPoints(words.doubtful)
  // A text that never ends holds the brackets that its line would have closed.
  const mistakes = brackets.mistakes.filter(({ unclosed, from, to }) => !unclosed || !spoiled.meets(from, to))
  const placed = placeNewlines(brackets.tokens, separates, file)
  return {
    tokens: placed.tokens,
    comments: lexed.groups.comments ?? [],
    diagnostics: [...words.diagnostics, ...mistakes.map(({ diagnostic }) => diagnostic), ...placed.diagnostics],
    doubtful: new Intervals([
      ...words.replaced.map((offset) => [offset, offset + 1] as const),
      ...words.doubtful.map((offset) => linesAround(text, offset, offset)),
      ...brackets.mistakes.map(({ from, to }) => linesAround(text, from, to)),
    ]),
    repaired: [
      ...words.guessed,
      ...brackets.mistakes.flatMap(({ unclosed }) =>
        unclosed === undefined || unclosed.tokenType === t.LeftBrace ? [] : [unclosed.startOffset],
      ),
    ],
    isCut: words.diagnostics.length > maximumErrors || brackets.mistakes.length > maximumErrors,
  }
}

function linesAround(text: string, first: number, last: number): readonly [number, number] {
  const end = text.indexOf('\n', last)
  return [text.lastIndexOf('\n', first - 1) + 1, end < 0 ? text.length + 1 : end + 1]
}

/**
 * Keeps a newline where it separates: between items in braces and at the top; once, and not where `|>` or `else` goes on.
 * Where a line that is indented deeper than its item goes on with an expression, the newline is reported and left out.
 */
function placeNewlines(tokens: readonly IToken[], separates: boolean, file: FileId) {
  const open: TokenType[] = []
  const placed: IToken[] = []
  const diagnostics: Diagnostic[] = []
  const following = followingText(tokens)
  let lineIndent = 0
  let itemIndent = 0
  let isCut = false
  for (const [index, token] of tokens.entries()) {
    const type = token.tokenType
    const last = placed.at(-1)
    const isBody = open.length === 0 ? separates : open.at(-1) === t.LeftBrace
    if (type === t.Newline) {
      const next = tokens[following[index] ?? 0]
      if (!isBody || last === undefined) continue
      const isDeeper = next !== undefined && open.length > 0 && indentOf(next) > itemIndent
      const cut = isDeeper ? describeCut(placed.at(-2), last, next, file) : undefined
      if (cut !== undefined && !isCut) diagnostics.push(cut)
      if (cut !== undefined) isCut = true
      else if (separatesAfter(last, next, open.length > 0)) placed.push(token)
      continue
    }
    if (index === 0 || tokens[index - 1]?.tokenType === t.Newline) lineIndent = indentOf(token)
    if (isBody && (last === undefined || beginsItem.has(last.tokenType))) {
      itemIndent = lineIndent
      isCut = false
    }
    if (type === t.LeftParenthesis || type === t.LeftBracket || type === t.LeftBrace) open.push(type)
    if (type === t.RightParenthesis || type === t.RightBracket || type === t.RightBrace) open.pop()
    placed.push(token)
  }
  return { tokens: placed, diagnostics }
}

/** After these an item of a body begins. */
const beginsItem: ReadonlySet<TokenType> = new Set([t.Newline, t.LeftBrace, t.Comma])
const binary: ReadonlySet<TokenType> = new Set([t.Plus, t.Minus, t.Star, t.Slash, t.And, t.Or])
const danglers: ReadonlySet<TokenType> = new Set([...binary, t.Assign, t.Pipe, t.DotDot])

/** An expression that the end of its line cuts: after an operator, or before one that has a left operand. */
function describeCut(before: IToken | undefined, last: IToken, next: IToken, file: FileId): Diagnostic | undefined {
  const isDangling = danglers.has(last.tokenType) && before !== undefined && endsValue(before)
  if (isDangling && !isOneOf(t.sectionWords, next)) {
    const facts = { after: `\`${last.image}\``, found: 'the end of the line', help: lineEndHelp(last) }
    return diagnose(codes.missingValue, { file, start: endOf(last), end: endOf(last) }, facts)
  }
  if (!binary.has(next.tokenType) || !endsValue(last)) return undefined
  const help = 'a new line ended the statement: put the whole expression in parentheses'
  return diagnose(codes.unexpected, tokenSpan(next, file), {
    expected: 'a statement',
    found: `\`${next.image}\``,
    help,
  })
}

/** Said where an operator stands at the end of a line. */
export function lineEndHelp(operator: IToken): string {
  return operator.tokenType === t.Assign
    ? 'write the value on the line of its `=`'
    : 'a new line ends the statement: put the expression in parentheses to go on'
}

function indentOf(first: IToken): number {
  return (first.startColumn ?? 1) - 1
}

function separatesAfter(last: IToken, next: IToken | undefined, inBraces: boolean): boolean {
  if (last.tokenType === t.Newline || last.tokenType === t.LeftBrace) return false
  if (inBraces && last.tokenType === t.Comma) return false
  if (next === undefined) return true
  // No statement begins with `{`: it is the body of the head above.
  if (next.tokenType === t.Pipe || next.tokenType === t.RightBrace || next.tokenType === t.LeftBrace) return false
  return !(next.tokenType === t.Else && last.tokenType === t.RightBrace)
}

import type { IToken, TokenType } from 'chevrotain'
import * as t from '../../grammar/tokens.js'
import { syntaxDiagnostics as codes } from '../diagnostics/codes/syntax.js'
import { diagnose } from '../diagnostics/define.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { invariant } from '../diagnostics/invariant.js'
import type { FileId } from '../source/span.js'
import { type BracketRepair, matchBrackets } from './brackets.js'
import { readForeign } from './foreign.js'
import { checkNumbers } from './numbers.js'
import { endOf, tokenSpan } from './token.js'

/** Deepest nesting of brackets, and of the tree. */
export const maximumDepth = 256

/** What the parser reads: balanced brackets, and newlines only where they separate. */
export interface Layout {
  readonly tokens: readonly IToken[]
  readonly comments: readonly IToken[]
  readonly diagnostics: readonly Diagnostic[]
  /** Offsets of tokens before which text was already refused: what the parser says there is the same mistake. */
  readonly silent: ReadonlySet<number>
  /** Half-open ranges of whole lines in which a bracket is wrong: other mistakes there follow from it. */
  readonly doubtful: readonly (readonly [number, number])[]
  /** Offsets of brackets that were completed: what holds them is recovered. */
  readonly repaired: readonly number[]
}

/** Said where an operator stands at the end of a line. */
export const lineEndHelp = 'a new line ends the statement: put the expression in parentheses to go on'

/** Half-open span of a token. */
/** `separates`: whether newlines outside all brackets end something (a file) or not (one expression of an option). */
export function layOut(text: string, file: FileId, separates: boolean): Layout {
  const lexed = t.lexer.tokenize(text)
  invariant(lexed.errors.length === 0, `no token for the text at ${lexed.errors[0]?.offset}`)
  const diagnostics: Diagnostic[] = []
  const foreign = readForeign(lexed.tokens, file)
  const numbers = checkNumbers(foreign.tokens, file)
  const brackets = matchBrackets(numbers.tokens, maximumDepth)
  const hasOpenText = numbers.tokens.filter((token) => token.tokenType === t.UnclosedString)
  diagnostics.push(...foreign.diagnostics, ...numbers.diagnostics)
  for (const token of hasOpenText) diagnostics.push(diagnose(codes.unclosedText, tokenSpan(token, file), {}))
  for (const repair of brackets.repairs) {
    const swallowed = hasOpenText.some((token) => repair.kind === 'unclosed' && holds(repair, token))
    if (!swallowed) diagnostics.push(describe(repair, file))
  }
  return {
    tokens: placeNewlines(brackets.tokens, separates, {
      onDangling: (operator) => diagnostics.push(describeDangling(operator, file)),
      onLeading: (operator) => diagnostics.push(describeLeading(operator, file)),
      onBullet: (dash) => diagnostics.push(describeBullet(dash, file)),
    }),
    comments: lexed.groups.comments ?? [],
    diagnostics,
    silent: new Set([...foreign.silent, ...numbers.silent, ...brackets.silent, ...afterOpenTexts(brackets.tokens)]),
    doubtful: brackets.repairs.map((repair) => linesOf(repair, text)),
    repaired: brackets.repairs.flatMap((repair) =>
      repair.kind === 'unclosed' && repair.opener.image !== '{' ? [repair.opener.startOffset] : [],
    ),
  }
}

/** A text without its end swallows the comma of its line too. */
function afterOpenTexts(tokens: readonly IToken[]): readonly number[] {
  return tokens.flatMap((token, index) => {
    const next = token.tokenType === t.UnclosedString ? nextInLine(tokens, index) : undefined
    return next === undefined ? [] : [next.startOffset]
  })
}

function linesOf(repair: BracketRepair, text: string): readonly [number, number] {
  const first = 'opener' in repair ? repair.opener.startOffset : repair.token.startOffset
  // A brace holds whole statements: only its own line is in doubt.
  const isBrace = repair.kind === 'no_brace' || (repair.kind === 'unclosed' && repair.opener.image === '{')
  const last = isBrace ? first : repair.kind === 'unclosed' ? repair.end : repair.token.startOffset
  const end = text.indexOf('\n', last)
  return [text.lastIndexOf('\n', first - 1) + 1, end < 0 ? text.length + 1 : end + 1]
}

/** A text without its end swallows the brackets that its line would have closed. */
function holds(repair: BracketRepair & { kind: 'unclosed' }, token: IToken): boolean {
  return repair.opener.startOffset < token.startOffset && token.startOffset <= repair.end
}

function describe(repair: BracketRepair, file: FileId): Diagnostic {
  switch (repair.kind) {
    case 'unclosed': {
      const facts = { opener: repair.opener.image, closer: repair.closer }
      return diagnose(codes.unclosed, tokenSpan(repair.opener, file), facts)
    }
    case 'unopened':
      return diagnose(codes.unexpected, tokenSpan(repair.token, file), {
        expected: '`{`',
        found: 'the end of the line',
      })
    case 'no_brace':
      return diagnose(codes.unexpected, tokenSpan(repair.opener, file), {
        expected: '`{`',
        found: `\`${repair.opener.image}\``,
        help: 'what a section or a declaration holds stands in braces: `model { ... }`',
      })
    case 'stray':
      return diagnose(codes.strayCloser, tokenSpan(repair.token, file), { closer: repair.token.image })
    case 'mistyped': {
      const facts = { closer: repair.token.image, expected: repair.closer }
      const related = [{ span: tokenSpan(repair.opener, file), label: 'opened here' }]
      return diagnose(codes.strayCloser, tokenSpan(repair.token, file), facts, related)
    }
    case 'too_deep':
      return diagnose(codes.tooDeep, tokenSpan(repair.token, file), { limit: maximumDepth })
  }
}

/** Keeps a newline where it separates: between items in braces and at the top; once, and not where `|>` or `else` goes on. */
function placeNewlines(
  tokens: readonly IToken[],
  separates: boolean,
  told: Readonly<Record<'onDangling' | 'onLeading' | 'onBullet', (token: IToken) => void>>,
): readonly IToken[] {
  const open: TokenType[] = []
  let toldLine = false
  const placed: IToken[] = []
  for (const [index, token] of tokens.entries()) {
    const type = token.tokenType
    const last = placed.at(-1)
    if (type === t.Newline) {
      const next = nextInLine(tokens, index)
      const top = open.at(-1)
      const inBraces = top === undefined ? separates : top === t.LeftBrace
      if (top !== undefined && inBraces && last !== undefined && goesOn(last, tokens, index)) told.onDangling(last)
      else if (inBraces && last !== undefined && continues(last, tokens, index)) {
        if (!toldLine && next !== undefined) told.onLeading(next)
        toldLine = true
      } else if (inBraces && last !== undefined && separatesAfter(last, next, top !== undefined)) {
        placed.push(token)
        toldLine = false
      }
      continue
    }
    if (type === t.Minus && open.at(-1) === t.LeftBrace && isBullet(tokens, index)) {
      told.onBullet(token)
      continue
    }
    if (type === t.LeftParenthesis || type === t.LeftBracket || type === t.LeftBrace) open.push(type)
    if (type === t.RightParenthesis || type === t.RightBracket || type === t.RightBrace) open.pop()
    placed.push(token)
  }
  return placed
}

const leaders: ReadonlySet<TokenType> = new Set([t.Plus, t.Minus, t.Star, t.Slash, t.And, t.Or])

/** `a = b` and `+ c` on the next line: no statement begins so, and one told it is read as it was meant. An arm may begin with `-1 =>`. */
function continues(last: IToken, tokens: readonly IToken[], index: number): boolean {
  if (!/[A-Za-z0-9_%")\]}]$/.test(last.image)) return false
  const first = tokens.findIndex((token, i) => i > index && token.tokenType !== t.Newline)
  const begins = tokens[first]
  if (isBullet(tokens, first)) return false
  return begins !== undefined && leaders.has(begins.tokenType) && tokens[first + 2]?.tokenType !== t.DoubleArrow
}

/** `- name = value`, as YAML lists it. */
function isBullet(tokens: readonly IToken[], index: number): boolean {
  const before = tokens[index - 1]?.tokenType
  const isFirst = before === t.Newline || before === t.LeftBrace
  return isFirst && tokens[index]?.tokenType === t.Minus && tokens[index + 2]?.tokenType === t.Assign
}

function describeBullet(dash: IToken, file: FileId): Diagnostic {
  const facts = { expected: 'a statement', found: '`-`', help: 'remove the `-`: a statement stands on its line alone' }
  return diagnose(codes.unexpected, tokenSpan(dash, file), facts)
}

function describeLeading(operator: IToken, file: FileId): Diagnostic {
  const help = 'a new line ended the statement: put the whole expression in parentheses'
  return diagnose(codes.unexpected, tokenSpan(operator, file), {
    expected: 'a statement',
    found: `\`${operator.image}\``,
    help,
  })
}

const danglers: ReadonlySet<TokenType> = new Set([
  t.Assign,
  t.Plus,
  t.Minus,
  t.Star,
  t.Slash,
  t.And,
  t.Or,
  t.Pipe,
  t.DotDot,
])

/** `a = b +` with a value and no new statement on the next line: one mistake, so the newline is left out once it is told. */
function goesOn(last: IToken, tokens: readonly IToken[], index: number): boolean {
  if (!danglers.has(last.tokenType)) return false
  const first = tokens.findIndex((token, i) => i > index && token.tokenType !== t.Newline)
  const begins = tokens[first]
  let after = tokens[first + 1]?.tokenType
  for (let i = first + 1; after === t.Dot; i += 2) after = tokens[i + 2]?.tokenType
  if (begins === undefined || !/^[A-Za-z0-9_"([-]/.test(begins.image)) return false
  return after !== t.Assign && after !== t.LeftBrace && !t.statementWords.some((word) => word === begins.image)
}

function describeDangling(operator: IToken, file: FileId): Diagnostic {
  const help = operator.tokenType === t.Assign ? 'the value begins on the line of its `=`' : lineEndHelp
  const facts = { after: `\`${operator.image}\``, found: 'the end of the line', help }
  const end = endOf(operator)
  return diagnose(codes.missingValue, { file, start: end, end }, facts)
}

function separatesAfter(last: IToken, next: IToken | undefined, inBraces: boolean): boolean {
  if (last.tokenType === t.Newline || last.tokenType === t.LeftBrace) return false
  if (inBraces && last.tokenType === t.Comma) return false
  if (next === undefined) return true
  // No statement begins with `{`: it is the body of the head above.
  if (next.tokenType === t.Pipe || next.tokenType === t.RightBrace || next.tokenType === t.LeftBrace) return false
  return !(next.tokenType === t.Else && last.tokenType === t.RightBrace)
}

function nextInLine(tokens: readonly IToken[], index: number): IToken | undefined {
  for (let i = index + 1; i < tokens.length; i++) if (tokens[i]?.tokenType !== t.Newline) return tokens[i]
  return undefined
}

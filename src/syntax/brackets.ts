import { type IToken, type TokenType, tokenMatcher } from 'chevrotain'
import * as t from '../../grammar/tokens.js'
import { endOf, retyped } from './token.js'

/** One bracket that is not as it should be, and what was done about it. */
export type BracketRepair =
  | { readonly kind: 'unclosed'; readonly opener: IToken; readonly closer: string; readonly end: number }
  | { readonly kind: 'stray'; readonly token: IToken }
  | { readonly kind: 'unopened'; readonly token: IToken }
  | { readonly kind: 'no_brace'; readonly opener: IToken }
  | { readonly kind: 'mistyped'; readonly token: IToken; readonly opener: IToken; readonly closer: string }
  | { readonly kind: 'too_deep'; readonly token: IToken }

export interface MatchedBrackets {
  /** Every opener has its closer, nested properly, at most `maximum` deep. */
  readonly tokens: readonly IToken[]
  readonly repairs: readonly BracketRepair[]
  readonly silent: readonly number[]
}

const closerOf = new Map<TokenType, TokenType>([
  [t.LeftParenthesis, t.RightParenthesis],
  [t.LeftBracket, t.RightBracket],
  [t.LeftBrace, t.RightBrace],
])
const closers = new Set(closerOf.values())
const closerText = new Map<TokenType, string>([
  [t.LeftParenthesis, ')'],
  [t.LeftBracket, ']'],
  [t.LeftBrace, '}'],
])

/**
 * Balances brackets. Where closers are missing, indentation and line ends tell best which opener they belong to: if the
 * plain reading leaves openers without closers, a second one ends those at the line where their content seems to end,
 * and is taken unless it blames more than the plain one. The same holds for a `{` that is missing at the end of a head.
 */
export function matchBrackets(tokens: readonly IToken[], maximum: number): MatchedBrackets {
  const plain = new Matcher(tokens, maximum, new Set(), false, false).run()
  const unclosed = plain.repairs.flatMap((repair) => (repair.kind === 'unclosed' ? [repair.opener] : []))
  const hasStrayBrace = plain.repairs.some(
    (repair) => repair.kind === 'stray' && repair.token.tokenType === t.RightBrace,
  )
  if (unclosed.length === 0 && !hasStrayBrace) return plain
  const hasBrace = unclosed.some((opener) => opener.tokenType === t.LeftBrace)
  const guided = new Matcher(tokens, maximum, new Set(unclosed), hasBrace, hasStrayBrace).run()
  const best = guided.repairs.length <= plain.repairs.length ? guided : plain
  if (!hasStrayBrace || best.repairs.some((repair) => repair.kind === 'unopened' || repair.kind === 'no_brace'))
    return best
  const careful = new Matcher(tokens, maximum, new Set(unclosed), hasBrace, false, true).run()
  return careful.repairs.length <= best.repairs.length ? careful : best
}

interface Open {
  readonly token: IToken
  /** Indentation of the line that it stands in. */
  readonly indent: number
}

class Matcher {
  readonly #open: Open[] = []
  readonly #out: IToken[] = []
  readonly #repairs: BracketRepair[] = []
  readonly #silent: number[] = []
  #indent = 0
  /** Index in `out` of the first token of the line that is read. */
  #lineStart = 0

  constructor(
    readonly tokens: readonly IToken[],
    readonly maximum: number,
    readonly suspects: ReadonlySet<IToken>,
    readonly byIndent: boolean,
    readonly addOpeners: boolean,
    /** Whether a brace closes nothing while the lines after it are still indented as what it would close. */
    readonly leaveOutEarly = false,
  ) {}

  run(): MatchedBrackets {
    let lineStart = true
    for (let i = 0; i < this.tokens.length; i++) {
      const token = this.tokens[i]
      if (token === undefined) break
      if (token.tokenType === t.Newline) {
        lineStart = true
        this.#out.push(token)
        continue
      }
      if (lineStart) {
        this.#beginLine(token)
        lineStart = false
      }
      if (closerOf.has(token.tokenType)) {
        if (this.#open.length >= this.maximum) i = this.#leaveOut(i)
        else {
          this.#open.push({ token, indent: this.#indent })
          this.#out.push(token)
        }
      } else if (closers.has(token.tokenType)) this.#close(token, i)
      else this.#out.push(token)
    }
    const tooDeep = this.#repairs.some((repair) => repair.kind === 'too_deep')
    while (this.#open.length > 0) this.#closeMissing(this.#out.length, !tooDeep)
    return { tokens: this.#out, repairs: this.#repairs, silent: this.#silent }
  }

  /** Ends the openers whose content seems to be over where this line begins. */
  #beginLine(first: IToken): void {
    const indent = (first.startColumn ?? 1) - 1
    if (this.addOpeners && indent > this.#indent) this.#openMissing(first)
    for (;;) {
      const top = this.#open.at(-1)
      if (top === undefined || !this.#seemsOver(top, first, indent)) break
      this.#closeMissing(this.#endOfLastLine(), true)
    }
    this.#indent = indent
    this.#lineStart = this.#out.length
  }

  /** `model` or `pipeline p` alone on its line, with what it should hold indented below. */
  #openMissing(first: IToken): void {
    const end = this.#endOfLastLine()
    const head = this.#out[this.#lineStart]
    const last = this.#out[end - 1]
    if (
      head === undefined ||
      last === undefined ||
      !tokenMatcher(head, t.Identifier) ||
      this.#open.length >= this.maximum
    )
      return
    const top = this.#open.at(-1)
    if (top?.token.tokenType === t.LeftBrace && end - 2 === this.#lineStart && isInPlaceOfBrace(last, head)) {
      this.#repairs.push({ kind: 'no_brace', opener: last })
      const brace = retyped(last, t.LeftBrace)
      this.#open.push({ token: brace, indent: this.#indent })
      this.#out[end - 1] = brace
      return
    }
    const isAlone = end - 1 === this.#lineStart && top?.token.tokenType === t.LeftBrace
    const isHead = top === undefined && t.declarationWords.some((word) => word === head.image) && endsValue(last)
    if ((!isAlone && !isHead) || first.tokenType === t.LeftBrace || first.tokenType === t.Pipe) return
    const inserted = {
      ...retyped(last, t.LeftBrace, ''),
      startOffset: endOf(last),
      endOffset: endOf(last) - 1,
      isInsertedInRecovery: true,
    }
    this.#repairs.push({ kind: 'unopened', token: inserted })
    this.#open.push({ token: inserted, indent: this.#indent })
    this.#out.splice(end, 0, inserted)
  }

  #seemsOver(top: Open, first: IToken, indent: number): boolean {
    if (top.token.tokenType === t.LeftBrace) {
      if (!this.byIndent) return false
      return first.tokenType === t.RightBrace
        ? indent < top.indent
        : indent <= top.indent && !closers.has(first.tokenType)
    }
    if (!this.suspects.has(top.token)) return false
    if (indent <= top.indent) return true
    const last = this.#out[this.#endOfLastLine() - 1]
    return last !== undefined && endsValue(last) && startsValue(first)
  }

  /** Index in `out` after the last token that is no newline. */
  #endOfLastLine(): number {
    let index = this.#out.length
    while (index > 0 && this.#out[index - 1]?.tokenType === t.Newline) index -= 1
    return index
  }

  #closeMissing(index: number, told: boolean): void {
    const top = this.#open.pop()
    if (top === undefined) return
    const before = this.#out[index - 1] ?? top.token
    const closer = closerText.get(top.token.tokenType) ?? ''
    const type = closerOf.get(top.token.tokenType) ?? t.RightBrace
    if (told) this.#repairs.push({ kind: 'unclosed', opener: top.token, closer, end: endOf(before) })
    const inserted = retyped(before, type, '')
    this.#out.splice(index, 0, {
      ...inserted,
      startOffset: endOf(before),
      endOffset: endOf(before) - 1,
      isInsertedInRecovery: true,
    })
  }

  #close(token: IToken, index: number): void {
    const top = this.#open.at(-1)
    if (this.leaveOutEarly && top !== undefined && this.#comesEarly(top, token, index)) {
      this.#repairs.push({ kind: 'stray', token })
      return
    }
    if (top !== undefined && closerOf.get(top.token.tokenType) === token.tokenType) {
      this.#open.pop()
      this.#out.push(token)
      return
    }
    if (top !== undefined && this.#isBodyOf(top, token, index)) {
      this.#repairs.push({ kind: 'no_brace', opener: top.token })
      this.#open.pop()
      const at = this.#out.indexOf(top.token)
      this.#out[at] = retyped(top.token, t.LeftBrace)
      this.#out.push(token)
      return
    }
    const match = this.#matchBelow(token)
    if (match >= 0) {
      while (this.#open.length - 1 > match) this.#closeMissing(this.#endOfLastLine(), true)
      this.#open.pop()
      this.#out.push(token)
      return
    }
    if (top !== undefined && top.token.tokenType !== t.LeftBrace && !this.#closedLater(top, index)) {
      const type = closerOf.get(top.token.tokenType) ?? token.tokenType
      this.#repairs.push({
        kind: 'mistyped',
        token,
        opener: top.token,
        closer: closerText.get(top.token.tokenType) ?? '',
      })
      this.#open.pop()
      this.#out.push(retyped(token, type))
      return
    }
    this.#repairs.push({ kind: 'stray', token })
    this.#silent.push(this.tokens[index + 1]?.startOffset ?? endOf(token))
  }

  /** A `}` at the end of a line, although the next line is indented deeper than the line of the brace that it would close. */
  #comesEarly(top: Open, token: IToken, index: number): boolean {
    if (token.tokenType !== t.RightBrace || top.token.tokenType !== t.LeftBrace) return false
    if (this.tokens[index + 1]?.tokenType !== t.Newline) return false
    const next = this.tokens.find((each, i) => i > index && each.tokenType !== t.Newline)
    return next !== undefined && (next.startColumn ?? 1) - 1 > top.indent
  }

  /** `model (` at the end of its line, and a `}` that begins one of the same indentation: the `(` was meant to be a brace. */
  #isBodyOf({ token: opener, indent }: Open, token: IToken, index: number): boolean {
    if (token.tokenType !== t.RightBrace || opener.tokenType === t.LeftBrace) return false
    const at = this.tokens.indexOf(opener)
    const before = this.tokens[at - 1]
    return (
      this.tokens[at + 1]?.tokenType === t.Newline &&
      this.tokens[index - 1]?.tokenType === t.Newline &&
      (token.startColumn ?? 1) - 1 === indent &&
      before !== undefined &&
      tokenMatcher(before, t.Identifier)
    )
  }

  /** Index of the opener that `token` closes when those above it are taken as unclosed; a `)` or `]` reaches no further than its braces. */
  #matchBelow(token: IToken): number {
    for (let i = this.#open.length - 1; i >= 0; i--) {
      const type = this.#open[i]?.token.tokenType
      if (type === undefined) break
      if (closerOf.get(type) === token.tokenType) return i
      if (type === t.LeftBrace) break
    }
    return -1
  }

  /** Whether what follows token `index` within the same braces still closes `opener`, and those of its kind around it. */
  #closedLater({ token: opener, indent }: Open, index: number): boolean {
    const wanted = closerOf.get(opener.tokenType)
    let missing = this.#openOfKind(opener.tokenType)
    let depth = 0
    for (let i = index + 1; i < this.tokens.length; i++) {
      const token = this.tokens[i]
      const type = token?.tokenType
      const isOutside =
        token !== undefined &&
        type !== t.Newline &&
        !closers.has(token.tokenType) &&
        startsOutside(token, this.tokens[i - 1], indent)
      if (type === undefined || isOutside || (depth === 0 && (type === t.LeftBrace || type === t.RightBrace)))
        return false
      if (depth === 0 && type === wanted) missing -= 1
      if (missing === 0) return true
      if (closerOf.has(type)) depth += 1
      else if (closers.has(type) && depth > 0) depth -= 1
    }
    return false
  }

  /** How many of these are open within the innermost braces. */
  #openOfKind(type: TokenType): number {
    let count = 0
    for (let i = this.#open.length - 1; i >= 0; i--) {
      const open = this.#open[i]?.token.tokenType
      if (open === t.LeftBrace) break
      if (open === type) count += 1
    }
    return count
  }

  /** Leaves out the bracket at `index` with its content; gives the index of its closer. */
  #leaveOut(index: number): number {
    const token = this.tokens[index]
    if (token === undefined) return index
    if (!this.#repairs.some((repair) => repair.kind === 'too_deep')) this.#repairs.push({ kind: 'too_deep', token })
    let depth = 0
    let i = index
    for (; i < this.tokens.length; i++) {
      const type = this.tokens[i]?.tokenType
      if (type === undefined) break
      if (closerOf.has(type)) depth += 1
      else if (closers.has(type)) depth -= 1
      if (depth === 0) break
    }
    const last = this.tokens[Math.min(i, this.tokens.length - 1)]
    this.#silent.push(this.tokens[i + 1]?.startOffset ?? (last === undefined ? token.startOffset : endOf(last)))
    return i
  }
}

/** `model:` and `model begin`. */
function isInPlaceOfBrace(last: IToken, head: IToken): boolean {
  const isWord = tokenMatcher(last, t.Identifier) && t.sectionWords.some((word) => word === head.image)
  return last.tokenType === t.Colon || isWord
}

/** Whether a line begins with `token` that is indented no deeper than the line of the bracket. */
function startsOutside(token: IToken, before: IToken | undefined, indent: number): boolean {
  return before?.tokenType === t.Newline && (token.startColumn ?? 1) - 1 <= indent
}

function endsValue(token: IToken): boolean {
  return /[A-Za-z0-9_%")\]}]$/.test(token.image) && !['and', 'or', 'not', 'if', 'match', 'else'].includes(token.image)
}

function startsValue(token: IToken): boolean {
  return /^[A-Za-z0-9_"[({]/.test(token.image) && !['and', 'or'].includes(token.image)
}

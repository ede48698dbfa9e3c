import { type IToken, type TokenType, tokenMatcher } from 'chevrotain'
import * as t from '../../grammar/tokens.js'

const tightBefore: ReadonlySet<TokenType> = new Set([t.Comma, t.Colon, t.RightParenthesis, t.RightBracket, t.Dot])
const tightAfter: ReadonlySet<TokenType> = new Set([t.LeftParenthesis, t.LeftBracket, t.Dot])
/** Units written as words stand apart from their number, signs do not: `10 epochs`, `16px`. */
const apart: ReadonlySet<string> = new Set(['epoch', 'epochs', 'step', 'steps'])

/** Whether no blank stands between word `index` and the one before it. */
export function isTight(words: readonly IToken[], index: number): boolean {
  const before = words[index - 1]
  const word = words[index]
  if (before === undefined || word === undefined || word.tokenType === t.Comment) return false
  if (word.tokenType === t.UnitWord) return !apart.has(word.image)
  if (tightBefore.has(word.tokenType) || tightAfter.has(before.tokenType)) return true
  // `f(x)` and `softmax(x)[anomaly]` against `a * (b)` and `= [1]`.
  if (word.tokenType === t.LeftParenthesis || word.tokenType === t.LeftBracket)
    return endsOperand(words, index - 1) && !opensGroup(words, index - 1)
  if (before.tokenType === t.Minus) return isSign(words, index - 1)
  // `{}` without content.
  return before.tokenType === t.LeftBrace && word.tokenType === t.RightBrace
}

/** A minus that belongs to the operand after it. */
function isSign(words: readonly IToken[], index: number): boolean {
  return index === 0 || !endsOperand(words, index - 1) || opensGroup(words, index - 1)
}

function endsOperand(words: readonly IToken[], index: number): boolean {
  const word = words[index]
  if (word === undefined) return false
  if (tokenMatcher(word, t.Identifier) || word.tokenType === t.UnitWord || word.tokenType === t.SizeLiteral) return true
  if (tokenMatcher(word, t.StringLiteral) || word.tokenType === t.NumberLiteral) return true
  if (word.tokenType === t.True || word.tokenType === t.False) return true
  return word.tokenType === t.RightParenthesis || word.tokenType === t.RightBracket || word.tokenType === t.RightBrace
}

const opening: ReadonlySet<TokenType> = new Set([t.Return, t.Expect, t.Exclude])

/** `return (a + b) * c`, `expect -x < 1`: a word that begins a statement is no callee. */
function opensGroup(words: readonly IToken[], index: number): boolean {
  const word = words[index]
  if (word === undefined || !opening.has(word.tokenType)) return false
  const before = words[index - 1]
  return (
    before === undefined ||
    before.tokenType === t.LeftBrace ||
    (before.endLine ?? 0) < (word.startLine ?? 0) ||
    before.tokenType === t.Comma
  )
}

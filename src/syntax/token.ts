import { createTokenInstance, type IToken, type TokenType } from 'chevrotain'
import * as t from '../../grammar/tokens.js'
import type { FileId, Span } from '../source/span.js'

export function tokenSpan(token: IToken, file: FileId): Span {
  return { file, start: token.startOffset, end: token.startOffset + token.image.length }
}

export function endOf(token: IToken): number {
  return token.startOffset + token.image.length
}

/** A token in the place of `at`, of another type; `image` is what the source says there. */
export function retyped(at: IToken, type: TokenType, image = at.image): IToken {
  const end = at.startOffset + image.length - 1
  return createTokenInstance(
    type,
    image,
    at.startOffset,
    end,
    at.startLine ?? 1,
    at.endLine ?? 1,
    at.startColumn ?? 1,
    at.endColumn ?? 1,
  )
}

/** Whether a value may end with this word. */
export function endsValue(token: IToken): boolean {
  return (
    /[A-Za-z0-9_%")\]}]$/.test(token.image) && ![t.And, t.Or, t.Not, t.If, t.Match, t.Else].includes(token.tokenType)
  )
}

export function isOneOf(words: readonly string[], { image }: IToken): boolean {
  return words.includes(image)
}

/** For each token the place of the next that is no newline; that of the end where there is none. */
export function followingText(tokens: readonly IToken[]): Int32Array {
  const following = new Int32Array(tokens.length)
  let next = tokens.length
  for (let i = tokens.length - 1; i >= 0; i--) {
    following[i] = next
    if (tokens[i]?.tokenType !== t.Newline) next = i
  }
  return following
}

import { createTokenInstance, type IToken, type TokenType } from 'chevrotain'
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

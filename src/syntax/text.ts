import type { IToken } from 'chevrotain'
import * as t from '../../grammar/tokens.js'
import { own } from '../source/own.js'

const simpleEscapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\', '0': '\0' }

export interface UnknownEscape {
  /** From the token's start. */
  readonly offset: number
  readonly sequence: string
}

/** Value of a text in quotes; escapes that mean nothing are listed and kept as they are written. */
export function readText(token: IToken): { readonly value: string; readonly escapes: readonly UnknownEscape[] } {
  // A path without quotes, which is reported where it is read.
  if (!/^["'`“”„«‘‚]/.test(token.image)) return { value: token.image, escapes: [] }
  const isClosed = token.tokenType !== t.UnclosedString
  const inner = token.image.slice(1, isClosed ? -1 : undefined)
  const escapes: UnknownEscape[] = []
  const value = inner.replace(
    /\\(?:u\{([0-9A-Fa-f]{1,6})\}|([\s\S]?))/gu,
    (all, code: string | undefined, letter: string | undefined, offset: number) => {
      const point = code === undefined ? undefined : Number.parseInt(code, 16)
      if (point !== undefined && point <= 0x10ffff) return String.fromCodePoint(point)
      const plain = letter === undefined ? undefined : own(simpleEscapes, letter)
      if (plain !== undefined) return plain
      if (all.length > 1 || isClosed) escapes.push({ offset: offset + 1, sequence: all })
      return all
    },
  )
  return { value, escapes }
}

/** Whole words of a source in one line, without their comments. Texts in quotes stay as they are. */
export function inOneLine(source: string): string {
  let [line, end] = ['', 0]
  for (const { tokenType, image, startOffset } of t.lexer.tokenize(source).tokens) {
    if (tokenType === t.Newline) continue
    line += line !== '' && startOffset > end ? ` ${image}` : image
    end = startOffset + image.length
  }
  return line
}

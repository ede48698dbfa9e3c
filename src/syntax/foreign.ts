import { type IToken, type TokenType, tokenMatcher } from 'chevrotain'
import * as t from '../../grammar/tokens.js'
import { syntaxDiagnostics as codes } from '../diagnostics/codes/syntax.js'
import { diagnose } from '../diagnostics/define.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { FileId } from '../source/span.js'
import { endOf, retyped, tokenSpan } from './token.js'

interface Meaning {
  readonly help: string
  /** What the parser is to read in its place; nothing: it is left out. */
  readonly as?: TokenType
}

/** What people write who come from other languages. */
const meanings: Readonly<Record<string, Meaning>> = {
  '&&': { help: 'write `and`', as: t.And },
  '||': { help: 'write `or`', as: t.Or },
  '!': { help: 'write `not`', as: t.Not },
  ';': { help: 'a new line or a comma separates', as: t.Comma },
  ':=': { help: 'write `=`', as: t.Assign },
  '**': { help: 'write the product out, or `square(x)`', as: t.Star },
  '|': { help: 'a pipe is written `|>`, the logical operator `or`', as: t.Pipe },
  '&': { help: 'write `and`', as: t.And },
  '?': { help: 'a choice is written `if condition { a } else { b }`' },
  '%': { help: '`%` is the unit per cent and stands directly after a number: `50%`' },
  '^': { help: 'write the product out, or `square(x)`', as: t.Star },
}

function meaningOf({ image, tokenType }: IToken): Meaning {
  if (tokenType === t.BarePath) return { help: 'a path is a text: write it in double quotes', as: t.StringLiteral }
  const known = meanings[image]
  if (known !== undefined) return known
  if (image.startsWith('#') || image.startsWith('/*')) return { help: 'a comment begins with `//`' }
  if (image.length > 1 && /^['`“”„«‘‚]/.test(image))
    return { help: 'write a text in double quotes', as: t.StringLiteral }
  if (/^\p{L}/u.test(image))
    return { help: 'names are made of the letters a-z and A-Z, digits and `_`', as: t.Identifier }
  return { help: 'remove it' }
}

function shown(image: string): string {
  const text = image.length > 24 ? `${image.slice(0, 23)}…` : image
  const code = image.codePointAt(0) ?? 0
  return /^[\p{C}\p{Z}]/u.test(text) ? `character U+${code.toString(16).toUpperCase().padStart(4, '0')}` : `\`${text}\``
}

const foreign: readonly TokenType[] = [t.Foreign, t.ForeignOperator, t.BarePath]

export function isForeign(token: IToken): boolean {
  return foreign.includes(token.tokenType)
}

interface Near {
  readonly before: IToken | undefined
  readonly token: IToken
  readonly next: IToken | undefined
}

/** One word in place of three that touch: a size with a sign for `x`, a name with a character that has no width. */
function joined({ before, token, next }: Near): { readonly as: IToken; readonly help: string } | undefined {
  if (before === undefined || next === undefined || !isForeign(token)) return undefined
  if (endOf(before) !== token.startOffset || endOf(token) !== next.startOffset) return undefined
  if (token.image === '×' && before.tokenType === t.NumberLiteral && next.tokenType === t.NumberLiteral)
    return {
      as: retyped(before, t.SizeLiteral, `${before.image}x${next.image}`),
      help: `write \`x\`: \`${before.image}x${next.image}\``,
    }
  if (/^\p{Cf}+$/u.test(token.image) && tokenMatcher(before, t.Identifier) && /^\w+$/.test(next.image))
    return { as: retyped(before, t.Identifier, before.image + next.image), help: 'remove it' }
  return undefined
}

/** Words of the language where they mean nothing, read as what was meant. */
function misplaced({ before, token, next }: Near) {
  if (before === undefined) return undefined
  const isBetweenNumbers =
    (before.tokenType === t.NumberLiteral || before.tokenType === t.UnitWord) && next?.tokenType === t.NumberLiteral
  if (isBetweenNumbers && (token.image === 'to' || token.tokenType === t.Colon))
    return { as: retyped(token, t.DotDot), expected: '`..`', help: 'a range is written `16px .. 34px`' }
  const isQuoted =
    token.tokenType === t.StringLiteral && next?.tokenType === t.Assign && /^"[A-Za-z_]\w*"$/.test(token.image)
  if (isQuoted && before.tokenType !== t.Assign) {
    const name = token.image.slice(1, -1)
    const as = retyped({ ...token, startOffset: token.startOffset + 1 }, t.Identifier, name)
    return { as, expected: 'a name', help: `write \`${name}\`: a name stands without quotes` }
  }
  return undefined
}

/** Replaces or leaves out the text that is not of the language, each run told once. */
export function readForeign(tokens: readonly IToken[], file: FileId) {
  const kept: IToken[] = []
  const diagnostics: Diagnostic[] = []
  const silent = new Set<number>()
  let skipped = -1
  /** In a line with a `?`, whose `:` is the same mistake. */
  let isChoice = false
  for (const [index, token] of tokens.entries()) {
    if (index === skipped) continue
    isChoice = token.image === '?' || (isChoice && token.tokenType !== t.Newline)
    if (isChoice && token.tokenType === t.Colon) {
      silent.add(token.startOffset)
      silent.add(tokens[index + 1]?.startOffset ?? endOf(token))
      continue
    }
    const near: Near = { before: kept.at(-1), token, next: tokens[index + 1] }
    const whole = joined(near)
    if (whole !== undefined) {
      kept.splice(-1, 1, whole.as)
      diagnostics.push(diagnose(codes.foreign, tokenSpan(token, file), { text: shown(token.image), help: whole.help }))
      skipped = index + 1
      continue
    }
    const instead = misplaced(near)
    if (instead !== undefined) {
      kept.push(instead.as)
      const facts = { expected: instead.expected, found: `\`${token.image}\``, help: instead.help }
      diagnostics.push(diagnose(codes.unexpected, tokenSpan(token, file), facts))
      continue
    }
    if (!isForeign(token)) {
      kept.push(token)
      continue
    }
    const before = tokens[index - 1]
    const continues = before !== undefined && isForeign(before) && endOf(before) === token.startOffset
    const meaning = meaningOf(token)
    if (!continues)
      diagnostics.push(
        diagnose(codes.foreign, tokenSpan(token, file), { text: shown(token.image), help: meaning.help }),
      )
    if (meaning.as !== undefined && !continues) kept.push(retyped(token, meaning.as))
    const next = tokens[index + 1]
    silent.add(token.startOffset)
    silent.add(next?.startOffset ?? endOf(token))
  }
  return { tokens: kept, diagnostics, silent }
}

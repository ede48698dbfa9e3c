import { type IToken, tokenMatcher } from 'chevrotain'
import * as t from '../../grammar/tokens.js'
import { syntaxDiagnostics as codes } from '../diagnostics/codes/syntax.js'
import { diagnose } from '../diagnostics/define.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { suggest } from '../diagnostics/suggest.js'
import type { FileId } from '../source/span.js'
import { endOf, retyped, tokenSpan } from './token.js'

/** As listed in messages: one form of each unit. */
export const knownUnits = '`px`, `%`, `epochs`, `steps`, `deg`, `s`'

function isWord(token: IToken): boolean {
  return (
    tokenMatcher(token, t.Identifier) ||
    token.tokenType === t.Wildcard ||
    t.reservedWords.some((word) => word === token.image)
  )
}

/** Looks at each number with what touches it: `16pixels`, `10 epoches`, `.5`, `1.`, `1__`, `1e999`. */
export function checkNumbers(tokens: readonly IToken[], file: FileId) {
  const kept: IToken[] = []
  const diagnostics: Diagnostic[] = []
  const silent = new Set<number>()
  let skipped = -1
  for (const [index, token] of tokens.entries()) {
    if (index === skipped) continue
    const next = tokens[index + 1]
    const before = kept.at(-1)
    const touches = before !== undefined && endOf(before) === token.startOffset
    if (before !== undefined && isNumeric(before) && isSuffix(before, token, touches, next)) {
      diagnostics.push(describeSuffix(before, token, touches, next, file))
      if (token.image === 'x' && next?.tokenType === t.NumberLiteral) {
        kept.splice(-1, 1, retyped(before, t.SizeLiteral, `${before.image}x${next.image}`))
        skipped = index + 1
        continue
      }
      const width = touches ? /^[xX](\d+)(?:[xX]\d+)?$/.exec(token.image)?.[1] : undefined
      if (width !== undefined && before.tokenType === t.NumberLiteral) {
        kept.splice(-1, 1, retyped(before, t.SizeLiteral, `${before.image}x${width}`))
        continue
      }
      if (isNameWithDigit(before, token, touches, kept.at(-2), next)) {
        kept.splice(-1, 1, retyped(before, t.Identifier, before.image + token.image))
        continue
      }
      const unit = unitLike(token.image)
      // Read as what was most likely meant: a missing unit would be told again.
      if (before.tokenType === t.NumberLiteral && isWord(token) && unit !== undefined) {
        kept.push(retyped({ ...token, image: unit }, t.UnitWord))
        continue
      }
      silent.add(next?.startOffset ?? endOf(token))
      // `.` after a number: what follows it is read on its own.
      continue
    }
    if (
      token.tokenType === t.Dot &&
      !touchesName(before, token) &&
      next?.tokenType === t.NumberLiteral &&
      endOf(token) === next.startOffset
    ) {
      const facts = { text: `.${next.image}`, why: 'lacks a digit before the point', help: `write \`0.${next.image}\`` }
      diagnostics.push(diagnose(codes.number, { file, start: token.startOffset, end: endOf(next) }, facts))
      silent.add(next.startOffset)
      continue
    }
    if (token.tokenType === t.NumberLiteral) diagnostics.push(...checkValue(token, file))
    kept.push(token)
  }
  return { tokens: kept, diagnostics, silent }
}

function isNumeric(token: IToken): boolean {
  return token.tokenType === t.NumberLiteral || token.tokenType === t.SizeLiteral
}

function touchesName(before: IToken | undefined, dot: IToken): boolean {
  return before !== undefined && endOf(before) === dot.startOffset && (isWord(before) || /[\])}]/.test(before.image))
}

function isSuffix(number: IToken, token: IToken, touches: boolean, next: IToken | undefined): boolean {
  if (touches) return isWord(token) || isNumeric(token) || token.tokenType === t.Dot
  // `a = 3 c = 4` lacks a separator.
  if (next?.tokenType === t.Assign || next?.tokenType === t.DoubleArrow) return false
  // `10 epoches`: a name can never follow a number, but a reserved word can (`1 and 2`).
  const sameLine = number.endLine === token.startLine
  return (
    sameLine &&
    number.tokenType === t.NumberLiteral &&
    tokenMatcher(token, t.Identifier) &&
    unitLike(token.image) !== undefined
  )
}

function unitLike(text: string): string | undefined {
  const longForms: Readonly<Record<string, string>> = {
    pixel: 'px',
    pixels: 'px',
    percent: '%',
    degrees: 'deg',
    degree: 'deg',
    seconds: 's',
    second: 's',
    sec: 's',
  }
  return longForms[text.toLowerCase()] ?? suggest(text, Object.keys(t.unitWords))
}

/** `2nd_score = ...` */
function isNameWithDigit(
  number: IToken,
  token: IToken,
  touches: boolean,
  before: IToken | undefined,
  next: IToken | undefined,
): boolean {
  const begins = before === undefined || [t.Newline, t.LeftBrace, t.Comma, t.LeftParenthesis].includes(before.tokenType)
  return touches && begins && /^\d+$/.test(number.image) && isWord(token) && next?.tokenType === t.Assign
}

function describeSuffix(
  number: IToken,
  token: IToken,
  touches: boolean,
  next: IToken | undefined,
  file: FileId,
): Diagnostic {
  if (token.image === 'x' && next?.tokenType === t.NumberLiteral) {
    const help = `a size is written without blanks: \`${number.image}x${next.image}\``
    const facts = { text: `${number.image} x ${next.image}`, why: 'is no size', help }
    return diagnose(codes.number, { file, start: number.startOffset, end: endOf(next) }, facts)
  }
  const width = touches ? /^[xX](\d+)(?:[xX](\d+))?$/.exec(token.image) : null
  if (width !== null && number.tokenType === t.NumberLiteral) {
    const help = `a size is height x width: \`${number.image}x${width[1]}\`${width[2] === undefined ? '' : '; `channels` is a setting of its own'}`
    const facts = { text: number.image + token.image, why: 'is no size', help }
    return diagnose(codes.number, { file, start: number.startOffset, end: endOf(token) }, facts)
  }
  if (touches && token.tokenType !== t.Dot && next?.tokenType === t.Assign && isWord(token)) {
    const facts = { text: number.image + token.image, why: 'is no name', help: 'a name begins with a letter or `_`' }
    return diagnose(codes.number, { file, start: number.startOffset, end: endOf(token) }, facts)
  }
  if (token.tokenType === t.Dot) {
    const facts = {
      text: `${number.image}.`,
      why: 'lacks a digit after the point',
      help: `write \`${number.image}.0\` or \`${number.image}\``,
    }
    return diagnose(codes.number, { file, start: number.startOffset, end: endOf(token) }, facts)
  }
  if (touches && !/^[A-Za-z]/.test(token.image)) {
    const facts = {
      text: number.image + token.image,
      why: 'is no number',
      help: 'digits may be grouped by single `_` between digits',
    }
    return diagnose(codes.number, { file, start: number.startOffset, end: endOf(token) }, facts)
  }
  const suggestion = unitLike(token.image)
  const facts = { unit: token.image, known: knownUnits, ...(suggestion === undefined ? {} : { suggestion }) }
  return diagnose(codes.unknownUnit, tokenSpan(token, file), facts)
}

function checkValue(token: IToken, file: FileId): readonly Diagnostic[] {
  if (/__/.test(token.image)) {
    const facts = {
      text: token.image,
      why: 'has two `_` in a row',
      help: 'digits may be grouped by single `_` between digits',
    }
    return [diagnose(codes.number, tokenSpan(token, file), facts)]
  }
  const value = numberValue(token.image)
  const facts = { text: token.image, why: '', help: 'write a smaller number' }
  if (!Number.isFinite(value))
    return [diagnose(codes.number, tokenSpan(token, file), { ...facts, why: 'is larger than any number' })]
  if (/^[\d_]+$/.test(token.image) && !Number.isSafeInteger(value)) {
    return [diagnose(codes.number, tokenSpan(token, file), { ...facts, why: 'is too large to be an exact integer' })]
  }
  return []
}

export function numberValue(image: string): number {
  return Number(image.replaceAll('_', ''))
}

import type { IToken, TokenType } from 'chevrotain'
import * as t from '../../grammar/tokens.js'
import { syntaxDiagnostics as codes } from '../diagnostics/codes/syntax.js'
import { maximumErrors } from '../diagnostics/collector.js'
import { diagnose } from '../diagnostics/define.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { invariant } from '../diagnostics/invariant.js'
import { suggest } from '../diagnostics/suggest.js'
import { own } from '../source/own.js'
import type { FileId, Span } from '../source/span.js'
import { endOf, retyped } from './token.js'

/** As listed in messages: one form of each unit. */
const knownUnits = '`px`, `%`, `epochs`, `steps`, `deg`, `s`'

type Pattern = readonly [type: TokenType | readonly TokenType[], image?: RegExp]

/**
 * One mistake in the words themselves, shown by a token and those after it on its line. In texts `$a`, `$b` and `$c`
 * stand for the images of the tokens that were matched, `$1` to `$3` for the groups of the first one's pattern.
 */
interface Row {
  readonly of: readonly Pattern[]
  /** What the token after the match must not be. */
  readonly unless?: readonly TokenType[]
  readonly when?: (first: string) => boolean
  /** Which of the tokens is wrong (all, when left out), or which group of the first one's image. */
  readonly at?: 0 | 1
  readonly part?: number
  readonly says: Says
  /** What the parser reads instead: tokens of the match, or such with another type and image. Left out: nothing. */
  readonly reads?: readonly (0 | 1 | 2 | readonly [place: 0 | 1, type: TokenType, image?: string])[]
  /** What else is wrong in the line follows from this; so it is where nothing is read. */
  readonly doubtful?: true
  /** What is read need not be what was meant. */
  readonly guessed?: true
}

type Says =
  | { readonly foreign: string; readonly help: string }
  | { readonly number: string; readonly why: string; readonly help: string }
  | { readonly found: string; readonly expected: string; readonly help: string }
  | { readonly unit: string }
  | 'unclosed text'

const words = [t.Identifier, t.MalformedName]
const signs = [t.Foreign, t.ForeignOperator]
const grouping = 'digits may be grouped by single `_` between digits'
const tooLarge = (why: string): Says => ({ number: '$a', why, help: 'write a smaller number' })

/** An operator of other languages, and the one that is meant; without one the text is left out. */
const sign = (image: string, help: string, type?: TokenType): Row => ({
  of: [[signs, new RegExp(`^${image.replace(/\W/g, '\\$&')}$`)]],
  says: { foreign: '$a', help },
  ...(type === undefined ? {} : { reads: [[0, type]] }),
})

/** A misspelt word of the language, known by what stands after it: what it begins is read as it is meant. */
const keyword = (word: string, type: TokenType, begins: string, ...after: readonly Pattern[]): Row => ({
  of: [[t.Identifier], ...after],
  when: (image) => suggest(image, [word]) !== undefined,
  at: 0,
  says: { found: '$a', expected: begins, help: `did you mean \`${word}\`?` },
  reads: after.length === 1 ? [[0, type], 1] : [[0, type], 1, 2],
})

/** In the order in which they are tried. */
const rows: readonly Row[] = [
  // Words of the language
  keyword('import', t.Import, 'a declaration', [t.StringLiteral]),
  keyword('pipeline', t.Pipeline, 'a declaration', [t.Identifier], [[t.LeftBrace, t.Extends]]),
  keyword('study', t.Study, 'a declaration', [t.Identifier], [t.Of]),
  keyword('block', t.Block, 'a declaration', [t.Identifier], [t.LeftParenthesis]),
  keyword('param', t.Param, 'a statement', [t.Identifier], [t.Colon]),
  keyword('vary', t.Vary, 'a statement', [t.Identifier], [[t.Assign, t.Dot]]),
  keyword('return', t.Return, 'a statement', [t.Identifier]),
  // Sizes
  {
    of: [[t.MalformedNumber, /^(\d+)(×)(\d+)$/d]],
    part: 2,
    says: { foreign: '$2', help: 'write `x`: `$1x$3`' },
    reads: [[0, t.SizeLiteral, '$1x$3']],
  },
  {
    of: [[t.MalformedNumber, /^(\d+)[xX](\d+)$/]],
    says: { number: '$a', why: 'is no size', help: 'write a small `x`: `$1x$2`' },
    reads: [[0, t.SizeLiteral, '$1x$2']],
  },
  {
    of: [[t.MalformedNumber, /^(\d+)[xX](\d+)[xX]\d+$/]],
    says: {
      number: '$a',
      why: 'is no size',
      help: 'write height x width, `$1x$2`; `channels` is a setting of its own',
    },
    reads: [[0, t.SizeLiteral, '$1x$2']],
  },
  {
    of: [[t.MalformedNumber, /^[\d_.]+[xX][\d_.]+$/]],
    says: { number: '$a', why: 'is no size', help: 'write height x width in whole pixels, such as `32x96`' },
    reads: [[0, t.NumberLiteral]],
    guessed: true,
  },
  {
    of: [[t.NumberLiteral], [t.Identifier, /^x$/], [t.NumberLiteral]],
    says: { number: '$a x $c', why: 'is no size', help: 'a size is written without blanks: `$ax$c`' },
    reads: [[0, t.SizeLiteral, '$ax$c']],
  },
  // Numbers
  {
    of: [[t.MalformedNumber, /^\d[\w.]*[A-Za-z_][\w.]*$/], [t.Assign]],
    at: 0,
    says: { number: '$a', why: 'is no name', help: 'begin it with a letter or `_`: `_$a`' },
    reads: [[0, t.Identifier], 1],
  },
  {
    of: [[t.MalformedNumber, /^\.\d+$/]],
    says: { number: '$a', why: 'lacks a digit before the point', help: 'write `0$a`' },
    reads: [[0, t.NumberLiteral, '0$a']],
  },
  {
    of: [[t.MalformedNumber, /^(\d+)\.$/]],
    says: { number: '$a', why: 'lacks a digit after the point', help: 'write `$a0` or `$1`' },
    reads: [[0, t.NumberLiteral, '$1']],
  },
  {
    of: [[t.MalformedNumber, /^[\d_.]*__[\d_.]*$/]],
    says: { number: '$a', why: 'has two `_` in a row', help: grouping },
    reads: [[0, t.NumberLiteral]],
  },
  {
    of: [[t.NumberLiteral]],
    when: (image) => !Number.isFinite(numberValue(image)),
    says: tooLarge('is larger than any number'),
    reads: [0],
  },
  {
    of: [[t.NumberLiteral, /^[\d_]{16,}$/]],
    when: (image) => !Number.isSafeInteger(numberValue(image)),
    says: tooLarge('is too large to be an exact integer'),
    reads: [0],
  },
  // Units
  {
    of: [[t.MalformedNumber, /^([\d.]+)([A-Za-z]\w*)$/d]],
    part: 2,
    says: { unit: '$2' },
    reads: [[0, t.NumberLiteral, '$1']],
  },
  {
    of: [[t.MalformedNumber]],
    says: { number: '$a', why: 'is no number', help: grouping },
    reads: [[0, t.NumberLiteral]],
    guessed: true,
  },
  {
    of: [[t.NumberLiteral], [words], [t.LeftParenthesis]],
    at: 1,
    says: { found: '$b', expected: 'an operator', help: 'a product is written `$a * $b(...)`' },
    reads: [0, [1, t.Star, ''], 1, 2],
  },
  {
    of: [[t.NumberLiteral], [words, /^(?!to$)/]],
    unless: [t.Assign, t.DoubleArrow, t.LeftBrace, t.Identifier, t.NumberLiteral, t.StringLiteral],
    at: 1,
    says: { unit: '$b' },
    reads: [0],
  },
  {
    of: [[[t.NumberLiteral, t.UnitWord]], [[t.Identifier, t.Colon], /^(to|:)$/], [t.NumberLiteral]],
    at: 1,
    says: { found: '$b', expected: '`..`', help: 'a range is written `16px .. 34px`' },
    reads: [0, [1, t.DotDot], 2],
  },
  // Texts and names
  {
    of: [[t.StringLiteral, /^"([A-Za-z_]\w*)"$/], [t.Assign]],
    at: 0,
    says: { found: '$a', expected: 'a name', help: 'write `$1`: a name stands without quotes' },
    reads: [[0, t.Identifier, '$1'], 1],
  },
  { of: [[t.UnclosedString]], says: 'unclosed text', reads: [0], doubtful: true },
  {
    of: [[t.BarePath, /^([^"]+)/]],
    says: { foreign: '$a', help: 'write the path in double quotes: `"$1"`' },
    reads: [[0, t.StringLiteral, '$1']],
  },
  {
    of: [[t.Foreign, /^['`“”„«‘‚](.+).$/]],
    says: { foreign: '$a', help: 'write a text in double quotes: `"$1"`' },
    reads: [[0, t.StringLiteral]],
  },
  {
    of: [[t.MalformedName, /^(\w*)([^\w]+)/d]],
    part: 2,
    says: { foreign: '$2', help: 'names are made of the letters a-z and A-Z, digits and `_`' },
    reads: [[0, t.Identifier]],
  },
  // Signs
  sign('&&', 'write `and`', t.And),
  sign('||', 'write `or`', t.Or),
  sign('!', 'write `not`', t.Not),
  sign(';', 'a new line or a comma separates', t.Comma),
  sign(':=', 'write `=`', t.Assign),
  sign('**', 'write the product out, or `square(x)`', t.Star),
  sign('^', 'write the product out, or `square(x)`', t.Star),
  sign('|', 'a pipe is written `|>`, the logical operator `or`', t.Pipe),
  sign('&', 'write `and`', t.And),
  sign('?', 'a choice is written `if condition { a } else { b }`'),
  sign('%', '`%` is the unit per cent and stands directly after a number: `50%`'),
  { of: [[signs, /^(#|\/\*)/]], says: { foreign: '$a', help: 'a comment begins with `//`' } },
  { of: [[signs]], says: { foreign: '$a', help: 'remove it' } },
]

const typesOf = ([type]: Pattern): readonly TokenType[] => ('length' in type ? type : [type])

/** What each of a row's patterns matches, with the words of its categories. */
const typesOfRow: ReadonlyMap<Row, readonly ReadonlySet<TokenType>[]> = new Map(
  rows.map((row) => [row, row.of.map((pattern) => t.withMembers(typesOf(pattern)))]),
)

const rowsOf: ReadonlyMap<TokenType, readonly Row[]> = new Map(
  rows
    .flatMap((row) => row.of.slice(0, 1).flatMap(typesOf))
    .map((type) => [type, rows.filter((row) => row.of.slice(0, 1).flatMap(typesOf).includes(type))]),
)

export interface LexicalResult {
  /** Without any token that the grammar lacks. */
  readonly tokens: readonly IToken[]
  readonly diagnostics: readonly Diagnostic[]
  /** Offsets at which a line is in doubt: what else is wrong in it follows from what is reported. */
  readonly doubtful: readonly number[]
  /** Offsets of words that the parser reads as others, and of those whose meaning is a guess. */
  readonly replaced: readonly number[]
  readonly guessed: readonly number[]
}

/** Reads words that the language lacks as those that are meant, and reports each, up to `maximumErrors`. */
export function readWords(tokens: readonly IToken[], file: FileId): LexicalResult {
  const result = { tokens: [] as IToken[], diagnostics: [] as Diagnostic[] }
  const offsets = { doubtful: [] as number[], replaced: [] as number[], guessed: [] as number[] }
  let doubtfulLine = 0
  for (let index = 0; index < tokens.length && result.diagnostics.length <= maximumErrors; ) {
    const token = tokens[index]
    if (token === undefined) break
    const row = rowsOf.get(token.tokenType)?.find((each) => matches(each, tokens, index))
    if (row === undefined) {
      result.tokens.push(token)
      index += 1
      continue
    }
    const matched = tokens.slice(index, index + row.of.length)
    const place = placeOf(row, matched, file)
    if (signs.includes(token.tokenType) || token.startLine !== doubtfulLine)
      result.diagnostics.push(report(row.says, place, fillerOf(row, matched)))
    const read = readingOf(row, matched, place)
    result.tokens.push(...read)
    const isDoubtful = read.length === 0 || row.doubtful === true
    offsets[isDoubtful ? 'doubtful' : 'replaced'].push(token.startOffset)
    if (isDoubtful) doubtfulLine = token.startLine ?? 0
    const lacksUnit = typeof row.says === 'object' && 'unit' in row.says && read.length === 1
    if (row.guessed || lacksUnit) offsets.guessed.push(token.startOffset)
    index += matched.length
  }
  return { ...result, ...offsets }
}

function matches(row: Row, tokens: readonly IToken[], index: number): boolean {
  const { of, unless, when } = row
  const types = typesOfRow.get(row)
  for (let place = of.length - 1; place >= 0; place--) {
    const type = tokens[index + place]?.tokenType
    if (type === undefined || !types?.[place]?.has(type)) return false
  }
  const fits = of.every((pattern, place) => isImage(pattern, tokens[index + place]))
  const next = tokens[index + of.length]?.tokenType
  return fits && !(next && unless?.includes(next)) && (when?.(tokens[index]?.image ?? '') ?? true)
}

function isImage([, image]: Pattern, token: IToken | undefined): boolean {
  return image?.test(token?.image ?? '') ?? true
}

/** What a row's texts mean for the tokens that it matched. */
function fillerOf({ of: [pattern] }: Row, matched: readonly IToken[]): (text: string) => string {
  const [a = '', b = '', c = ''] = matched.map(({ image }) => image)
  const [, first = '', second = '', third = ''] = pattern?.[1]?.exec(a) ?? []
  const values: Readonly<Record<string, string>> = { a, b, c, 1: first, 2: second, 3: third }
  return (text) => text.replace(/\$([abc123])/g, (_, name: string) => own(values, name) ?? '')
}

function placeOf({ of: [pattern], at, part }: Row, matched: readonly IToken[], file: FileId): Span {
  const [first] = matched
  const token = matched[at ?? 0]
  const last = at === undefined ? matched.at(-1) : token
  invariant(first && token && last, 'a row matches at least one token, and blames one of them')
  const range = part === undefined ? undefined : pattern?.[1]?.exec(first.image)?.indices?.[part]
  if (range === undefined) return { file, start: token.startOffset, end: endOf(last) }
  return { file, start: first.startOffset + range[0], end: first.startOffset + range[1] }
}

function readingOf(row: Row, matched: readonly IToken[], { start }: Span): readonly IToken[] {
  const fill = fillerOf(row, matched)
  const read = (row.reads ?? []).flatMap((each): readonly IToken[] => {
    const [place, type, text] = typeof each === 'number' ? [each] : each
    const token = matched[place]
    if (token === undefined || type === undefined) return token === undefined ? [] : [token]
    // Characters without width are no part of a name.
    const image = text === undefined ? token.image.replace(/\p{Cf}/gu, '') : fill(text)
    const offset = Math.max(0, token.image.indexOf(image))
    return [retyped({ ...token, startOffset: token.startOffset + offset }, type, image)]
  })
  const [first] = matched
  const unit = typeof row.says === 'object' && 'unit' in row.says ? unitLike(fill(row.says.unit)) : undefined
  return unit === undefined || first === undefined
    ? read
    : [...read, retyped({ ...first, startOffset: start }, t.UnitWord, unit)]
}

function report(says: Says, place: Span, fill: (text: string) => string): Diagnostic {
  if (says === 'unclosed text') return diagnose(codes.unclosedText, place, {})
  if ('unit' in says) {
    const unit = fill(says.unit)
    const suggestion = unitLike(unit)
    const facts = { unit, known: knownUnits }
    return diagnose(codes.unknownUnit, place, suggestion === undefined ? facts : { ...facts, suggestion })
  }
  const help = fill(says.help)
  if ('foreign' in says) return diagnose(codes.foreign, place, { text: shown(fill(says.foreign)), help })
  if ('number' in says) return diagnose(codes.number, place, { text: fill(says.number), why: says.why, help })
  return diagnose(codes.unexpected, place, { expected: says.expected, found: `\`${fill(says.found)}\``, help })
}

function shown(image: string): string {
  const text = image.length > 24 ? `${image.slice(0, 23)}…` : image
  const code = image.codePointAt(0) ?? 0
  return /^[\p{C}\p{Z}]/u.test(text) ? `character U+${code.toString(16).toUpperCase().padStart(4, '0')}` : `\`${text}\``
}

const longUnits = new Map(
  Object.entries({ pixel: 'px', percent: '%', degree: 'deg', second: 's', sec: 's' }).flatMap(([word, unit]) => [
    [word, unit],
    [`${word}s`, unit],
  ]),
)

function unitLike(word: string): string | undefined {
  return longUnits.get(word.toLowerCase()) ?? suggest(word, Object.keys(t.unitWords))
}

export function numberValue(image: string): number {
  return Number(image.replaceAll('_', ''))
}

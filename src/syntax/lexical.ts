import { type IToken, type TokenType, tokenMatcher } from 'chevrotain'
import * as t from '../../grammar/tokens.js'
import { syntaxDiagnostics as codes } from '../diagnostics/codes/syntax.js'
import { diagnose } from '../diagnostics/define.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { suggest } from '../diagnostics/suggest.js'
import type { FileId, Span } from '../source/span.js'
import { endOf, retyped } from './token.js'

/** As listed in messages: one form of each unit. */
export const knownUnits = '`px`, `%`, `epochs`, `steps`, `deg`, `s`'

interface Pattern {
  readonly types: readonly TokenType[]
  readonly image?: RegExp
}

interface Match {
  readonly tokens: readonly IToken[]
  readonly images: readonly string[]
  /** Of the first pattern's `image`. */
  readonly groups: readonly string[]
}

/** One mistake in the words themselves, shown by a token and those after it on its line. */
interface Row {
  readonly of: readonly Pattern[]
  /** What the token after the match must not be. */
  readonly unless?: readonly TokenType[]
  /** Which of the tokens is wrong (all, when left out), and which group of the first one's image. */
  readonly at?: number
  readonly part?: number
  readonly says: (match: Match) => (place: Span) => Diagnostic
  readonly when?: (match: Match) => boolean
  /** What the parser reads instead; when left out, nothing, and its line is in doubt. */
  readonly reads?: (match: Match) => readonly IToken[]
  /** What else is wrong in the line follows from this. */
  readonly doubtful?: true
  /** Whether what is read is what was meant: true, when left out. */
  readonly certain?: (match: Match) => boolean
}

const of = (type: TokenType, image?: RegExp): Pattern => ({ types: [type], ...(image === undefined ? {} : { image }) })
const number = of(t.NumberLiteral)
const binds = [t.Assign, t.DoubleArrow, t.LeftBrace]

const foreign = (text: string, help: string) => (place: Span) =>
  diagnose(codes.foreign, place, { text: shown(text), help })
const noNumber = (text: string, why: string, help: string) => (place: Span) =>
  diagnose(codes.number, place, { text, why, help })
const expected = (what: string, found: string, help: string) => (place: Span) =>
  diagnose(codes.unexpected, place, { expected: what, found: `\`${found}\``, help })
const noUnit = (unit: string) => (place: Span) => {
  const suggestion = unitLike(unit)
  const facts = { unit, known: knownUnits }
  return diagnose(codes.unknownUnit, place, suggestion === undefined ? facts : { ...facts, suggestion })
}

/** The first token as another. */
const first =
  (type: TokenType, image?: (match: Match) => string) =>
  (match: Match): readonly IToken[] => {
    const [token] = match.tokens
    return token === undefined ? [] : [retyped(token, type, image?.(match))]
  }

/** A number and the unit that its word most likely means; without one the number alone. */
const withUnit =
  (amount: string, word: string) =>
  ({ tokens: [token] }: Match): readonly IToken[] => {
    const unit = unitLike(word)
    if (token === undefined) return []
    const start = token.startOffset + amount.length
    const unitToken = unit === undefined ? [] : [retyped({ ...token, startOffset: start }, t.UnitWord, unit)]
    return [retyped(token, t.NumberLiteral, amount), ...unitToken]
  }

const never = (): boolean => false

/** An operator or sign of other languages, and the one that is meant; without one the text is left out. */
const sign = (image: string, help: string, type?: TokenType): Row => ({
  of: [{ types: [t.Foreign, t.ForeignOperator], image: new RegExp(`^${image.replace(/\W/g, '\\$&')}$`) }],
  says: () => foreign(image, help),
  ...(type === undefined ? {} : { reads: first(type) }),
})

const grouping = 'digits may be grouped by single `_` between digits'

/** In the order in which they are tried. */
const rows: readonly Row[] = [
  // Numbers
  {
    of: [of(t.MalformedNumber, /^(\d+)(×)(\d+)$/d)],
    part: 2,
    says: ({ groups: [height, , width] }) => foreign('×', `write \`x\`: \`${height}x${width}\``),
    reads: first(t.SizeLiteral, ({ groups: [height, , width] }) => `${height}x${width}`),
  },
  {
    of: [of(t.MalformedNumber, /^(\d+)[xX](\d+)([xX]\d+)?$/)],
    says: ({ images: [image = ''], groups: [height, width, channels] }) =>
      noNumber(
        image,
        'is no size',
        `a size is height x width: \`${height}x${width}\`${channels === '' ? '' : '; `channels` is a setting of its own'}`,
      ),
    reads: first(t.SizeLiteral, ({ groups: [height, width] }) => `${height}x${width}`),
  },
  {
    of: [of(t.MalformedNumber, /^[\d_.]+[xX][\d_.]+$/)],
    says: ({ images: [image = ''] }) =>
      noNumber(image, 'is no size', 'write height x width in whole pixels, such as `32x96`'),
    reads: first(t.NumberLiteral),
    certain: never,
  },
  {
    of: [number, of(t.Identifier, /^x$/), number],
    says: ({ images: [height, , width] }) =>
      noNumber(`${height} x ${width}`, 'is no size', `a size is written without blanks: \`${height}x${width}\``),
    reads: first(t.SizeLiteral, ({ images: [height, , width] }) => `${height}x${width}`),
  },
  {
    of: [of(t.MalformedNumber, /^\d[\w.]*[A-Za-z_][\w.]*$/), of(t.Assign)],
    at: 0,
    says: ({ images: [image = ''] }) => noNumber(image, 'is no name', `begin it with a letter: \`_${image}\``),
    reads: ({ tokens }) => tokens.map((token, index) => (index === 0 ? retyped(token, t.Identifier) : token)),
  },
  {
    of: [of(t.MalformedNumber, /^\.(\d+)$/)],
    says: ({ images: [image = ''] }) => noNumber(image, 'lacks a digit before the point', `write \`0${image}\``),
    reads: first(t.NumberLiteral, ({ images: [image] }) => `0${image}`),
  },
  {
    of: [of(t.MalformedNumber, /^(\d+)\.$/)],
    says: ({ images: [image = ''], groups: [digits = ''] }) =>
      noNumber(image, 'lacks a digit after the point', `write \`${image}0\` or \`${digits}\``),
    reads: first(t.NumberLiteral, ({ groups: [digits = ''] }) => digits),
  },
  {
    of: [of(t.MalformedNumber, /^[\d_.]*__[\d_.]*$/)],
    says: ({ images: [image = ''] }) => noNumber(image, 'has two `_` in a row', grouping),
    reads: first(t.NumberLiteral),
  },
  {
    of: [of(t.MalformedNumber, /^([\d.]+)([A-Za-z]\w*)$/d)],
    part: 2,
    says: ({ groups: [, word = ''] }) => noUnit(word),
    reads: (match) => withUnit(match.groups[0] ?? '', match.groups[1] ?? '')(match),
    certain: ({ groups: [, word = ''] }) => unitLike(word) !== undefined,
  },
  {
    of: [of(t.MalformedNumber)],
    says: ({ images: [image = ''] }) => noNumber(image, 'is no number', grouping),
    reads: first(t.NumberLiteral),
    certain: never,
  },
  {
    of: [number, { types: [t.Identifier, t.MalformedName] }, of(t.LeftParenthesis)],
    at: 1,
    says: ({ images: [amount, called = ''] }) =>
      expected('an operator', called, `a product is written \`${amount} * ${called}(...)\``),
    reads: ({ tokens: [amount, called, opener] }) =>
      amount === undefined || called === undefined || opener === undefined
        ? []
        : [amount, retyped(called, t.Star, ''), called, opener],
  },
  {
    of: [number, { types: [t.Identifier, t.MalformedName], image: /^(?!to$)/ }],
    unless: [...binds, t.Identifier, t.NumberLiteral, t.StringLiteral],
    at: 1,
    says: ({ images: [, word = ''] }) => noUnit(word),
    reads: (match) => withUnit(match.images[0] ?? '', match.images[1] ?? '')(match),
    certain: ({ images: [, word = ''] }) => unitLike(word) !== undefined,
  },
  {
    of: [{ types: [t.NumberLiteral, t.UnitWord] }, { types: [t.Identifier, t.Colon], image: /^(to|:)$/ }, number],
    at: 1,
    says: ({ images: [, word = ''] }) => expected('`..`', word, 'a range is written `16px .. 34px`'),
    reads: ({ tokens }) => tokens.map((token, index) => (index === 1 ? retyped(token, t.DotDot) : token)),
  },
  {
    of: [number],
    when: ({ images: [image = ''] }) => !Number.isFinite(numberValue(image)),
    says: ({ images: [image = ''] }) => noNumber(image, 'is larger than any number', 'write a smaller number'),
    reads: ({ tokens }) => tokens,
  },
  {
    of: [of(t.NumberLiteral, /^[\d_]{16,}$/)],
    when: ({ images: [image = ''] }) => !Number.isSafeInteger(numberValue(image)),
    says: ({ images: [image = ''] }) =>
      noNumber(image, 'is too large to be an exact integer', 'write a smaller number'),
    reads: ({ tokens }) => tokens,
  },
  // Texts
  {
    of: [of(t.StringLiteral, /^"([A-Za-z_]\w*)"$/), of(t.Assign)],
    at: 0,
    says: ({ images: [image = ''], groups: [name = ''] }) =>
      expected('a name', image, `write \`${name}\`: a name stands without quotes`),
    reads: ({ tokens: [text, ...rest], groups: [name = ''] }) =>
      text === undefined ? [] : [retyped({ ...text, startOffset: text.startOffset + 1 }, t.Identifier, name), ...rest],
  },
  {
    of: [of(t.UnclosedString)],
    says: () => (place) => diagnose(codes.unclosedText, place, {}),
    reads: ({ tokens }) => tokens,
    doubtful: true,
  },
  {
    of: [of(t.BarePath, /^([^"]+)/)],
    says: ({ images: [text = ''], groups: [path] }) => foreign(text, `write the path in double quotes: \`"${path}"\``),
    reads: first(t.StringLiteral, ({ groups: [path = ''] }) => path),
  },
  {
    of: [of(t.Foreign, /^['`“”„«‘‚](.+).$/)],
    says: ({ images: [text = ''], groups: [inner] }) => foreign(text, `write a text in double quotes: \`"${inner}"\``),
    reads: first(t.StringLiteral),
  },
  // Names
  {
    of: [of(t.MalformedName, /^(\w*)([^\w]+)/d)],
    part: 2,
    says: ({ groups: [, letters = ''] }) =>
      foreign(letters, 'names are made of the letters a-z and A-Z, digits and `_`'),
    reads: first(t.Identifier, ({ images: [image = ''] }) => image.replace(/\p{Cf}/gu, '')),
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
  {
    of: [{ types: [t.Foreign, t.ForeignOperator], image: /^(#|\/\*)/ }],
    says: ({ images: [text = ''] }) => foreign(text, 'a comment begins with `//`'),
  },
  {
    of: [{ types: [t.Foreign, t.ForeignOperator] }],
    says: ({ images: [text = ''] }) => foreign(text, 'remove it'),
  },
]

const rowsOf: ReadonlyMap<TokenType, readonly Row[]> = new Map(
  [...new Set(rows.flatMap(({ of: [pattern] }) => pattern?.types ?? []))].map((type) => [
    type,
    rows.filter(({ of: [pattern] }) => pattern?.types.includes(type)),
  ]),
)

export interface LexicalResult {
  /** Without any token that the grammar lacks. */
  readonly tokens: readonly IToken[]
  readonly diagnostics: readonly Diagnostic[]
  /** Offsets at which the line is in doubt: what else is wrong in it follows from what is reported. */
  readonly doubtful: readonly number[]
  /** Offsets of words that the parser reads as others, and of those whose meaning is a guess. */
  readonly replaced: readonly number[]
  readonly guessed: readonly number[]
}

/** Reads words that the language lacks as those that are meant, and reports each. */
export function readWords(tokens: readonly IToken[], file: FileId): LexicalResult {
  const kept: IToken[] = []
  const diagnostics: Diagnostic[] = []
  const doubtful: number[] = []
  const replaced: number[] = []
  const guessed: number[] = []
  let doubtfulLine = 0
  for (let index = 0; index < tokens.length; ) {
    const token = tokens[index]
    if (token === undefined) break
    const found = matchAt(tokens, index)
    if (found === undefined) {
      kept.push(token)
      index += 1
      continue
    }
    const { row, match } = found
    const line = token.startLine ?? 0
    const isForeign = token.tokenType === t.Foreign || token.tokenType === t.ForeignOperator
    if (isForeign || line !== doubtfulLine) diagnostics.push(row.says(match)(placeOf(row, match, file)))
    kept.push(...(row.reads?.(match) ?? []))
    if (row.reads === undefined || row.doubtful) {
      doubtful.push(token.startOffset)
      doubtfulLine = line
    } else replaced.push(token.startOffset)
    if (row.certain?.(match) === false) guessed.push(token.startOffset)
    index += match.tokens.length
  }
  return { tokens: kept, diagnostics, doubtful, replaced, guessed }
}

function matchAt(tokens: readonly IToken[], index: number): { readonly row: Row; readonly match: Match } | undefined {
  const type = tokens[index]?.tokenType
  for (const row of (type === undefined ? undefined : rowsOf.get(type)) ?? []) {
    const matched = tokens.slice(index, index + row.of.length)
    if (matched.length < row.of.length || !row.of.every((pattern, at) => fits(pattern, matched[at]))) continue
    const next = tokens[index + row.of.length]?.tokenType
    if (next !== undefined && row.unless?.includes(next)) continue
    const images = matched.map(({ image }) => image)
    const groups = (row.of[0]?.image?.exec(images[0] ?? '') ?? []).slice(1).map((group) => group ?? '')
    const match: Match = { tokens: matched, images, groups }
    if (row.when?.(match) !== false) return { row, match }
  }
  return undefined
}

function fits({ types, image }: Pattern, token: IToken | undefined): boolean {
  return token !== undefined && types.some((type) => tokenMatcher(token, type)) && (image?.test(token.image) ?? true)
}

function placeOf({ of: [pattern], at, part }: Row, { tokens }: Match, file: FileId): Span {
  const [head] = tokens
  const start = tokens[at ?? 0] ?? head
  const last = at === undefined ? tokens.at(-1) : start
  if (head === undefined || start === undefined || last === undefined) return { file, start: 0, end: 0 }
  const within = part === undefined ? undefined : pattern?.image?.exec(head.image)?.indices?.[part]
  if (within !== undefined) return { file, start: head.startOffset + within[0], end: head.startOffset + within[1] }
  return { file, start: start.startOffset, end: endOf(last) }
}

function shown(image: string): string {
  const text = image.length > 24 ? `${image.slice(0, 23)}…` : image
  const code = image.codePointAt(0) ?? 0
  return /^[\p{C}\p{Z}]/u.test(text) ? `character U+${code.toString(16).toUpperCase().padStart(4, '0')}` : `\`${text}\``
}

const longUnits: Readonly<Record<string, string>> = {
  pixel: 'px',
  pixels: 'px',
  percent: '%',
  degrees: 'deg',
  degree: 'deg',
  seconds: 's',
  second: 's',
  sec: 's',
}

function unitLike(word: string): string | undefined {
  return longUnits[word.toLowerCase()] ?? suggest(word, Object.keys(t.unitWords))
}

export function numberValue(image: string): number {
  return Number(image.replaceAll('_', ''))
}

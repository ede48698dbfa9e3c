import {
  type CustomPatternMatcherFunc,
  createToken,
  type IToken,
  type ITokenConfig,
  Lexer,
  type TokenType,
} from 'chevrotain'
import type { Unit } from '../src/syntax/ast.js'

/** The words a number can carry, as they are written, with the unit that each means. */
export const unitWords: Readonly<Record<string, Unit>> = {
  px: 'px',
  '%': 'percent',
  epoch: 'epoch',
  epochs: 'epoch',
  step: 'step',
  steps: 'step',
  deg: 'degree',
  s: 'second',
}

/** Words of the language that can never be a name. */
export const reservedWords = ['if', 'else', 'match', 'not', 'and', 'or', 'true', 'false'] as const
/** Words that open a declaration; ordinary names everywhere else. */
export const declarationWords = ['import', 'enum', 'type', 'block', 'pipeline', 'study'] as const
/** Words that open a statement; ordinary names everywhere else. */
export const statementWords = ['param', 'expect', 'allow', 'remove', 'vary', 'exclude', 'return'] as const
/** Words inside a header or a statement; ordinary names everywhere else. */
export const linkingWords = ['extends', 'of', 'because'] as const
/** Sections that a pipeline has. Ordinary names for the parser: the checker knows what each may hold. */
export const sectionWords = ['model', 'loss', 'train', 'evaluate'] as const

const foreignLetters =
  '\\u00aa\\u00b5\\u00ba\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u1fff\\u200b-\\u200f\\u2060-\\u2064\\u2c00-\\u2dff\\u3005-\\ud7ff\\uf900-\\ufdff\\ufe70-\\ufefe\\uff10-\\uffdc'

const digits = '0123456789'
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** A name with letters, or characters without width, that no name has. */
export const MalformedName = createToken({
  name: 'MalformedName',
  pattern: new RegExp(`[A-Za-z_${foreignLetters}][A-Za-z0-9_${foreignLetters}]*`),
})
export const Identifier = createToken({
  name: 'Identifier',
  pattern: /[A-Za-z_][A-Za-z0-9_]*/,
  longer_alt: MalformedName,
  label: 'a name',
  ...beginsWith(`${letters}_`),
})

/** Chevrotain finds out what a pattern begins with by parsing it: to say it halves the time until the first file is read. */
function beginsWith(characters: string): Pick<ITokenConfig, 'start_chars_hint' | 'line_breaks'> {
  return { start_chars_hint: [...characters], line_breaks: false }
}

function reserved(word: (typeof reservedWords)[number]): TokenType {
  const name = word.charAt(0).toUpperCase() + word.slice(1)
  return createToken({
    name,
    pattern: new RegExp(word),
    longer_alt: Identifier,
    label: `\`${word}\``,
    ...beginsWith(word.charAt(0)),
  })
}

/** A word with a meaning in one place that is a name in all others. */
function contextual(
  word: (typeof declarationWords)[number] | (typeof statementWords)[number] | (typeof linkingWords)[number],
): TokenType {
  return createToken({
    name: word.charAt(0).toUpperCase() + word.slice(1),
    pattern: new RegExp(word),
    longer_alt: Identifier,
    categories: [Identifier],
    label: `\`${word}\``,
    ...beginsWith(word.charAt(0)),
  })
}

function punctuation(name: string, text: string): TokenType {
  return createToken({ name, pattern: text, label: `\`${text}\`` })
}

export const If = reserved('if')
export const Else = reserved('else')
export const Match = reserved('match')
export const Not = reserved('not')
export const And = reserved('and')
export const Or = reserved('or')
export const True = reserved('true')
export const False = reserved('false')

export const Import = contextual('import')
export const Enum = contextual('enum')
export const Type = contextual('type')
export const Block = contextual('block')
export const Pipeline = contextual('pipeline')
export const Study = contextual('study')
export const Param = contextual('param')
export const Expect = contextual('expect')
export const Allow = contextual('allow')
export const Remove = contextual('remove')
export const Vary = contextual('vary')
export const Exclude = contextual('exclude')
export const Return = contextual('return')
export const Extends = contextual('extends')
export const Of = contextual('of')
export const Because = contextual('because')

export const Wildcard = createToken({ name: 'Wildcard', pattern: /_/, longer_alt: Identifier, label: '`_`' })

const unitsAsWords = Object.keys(unitWords).filter((word) => word !== '%')

/** Digits may be grouped: 97_496_710. A point needs a digit on both sides, so that `1..3` is a range. */
export const NumberLiteral = createToken({
  name: 'Number',
  pattern: new RegExp(
    `\\d+(?:_\\d+)*(?:\\.\\d+(?:_\\d+)*)?(?:[eE][+-]?\\d+)?(?=(?:${unitsAsWords.join('|')})?(?![\\w\u00d7]))(?!\\.(?!\\.))`,
  ),
  label: 'a number',
  ...beginsWith(digits),
})
export const SizeLiteral = createToken({
  name: 'Size',
  pattern: /\d+x\d+(?![\w\u00d7])(?!\.(?!\.))/,
  label: 'a size (height x width)',
  ...beginsWith(digits),
})

const malformedNumber = /(?:\d|(?<![\w)\]}])\.\d)[\w\u00d7]*(?:\.(?!\.)[\w\u00d7]*)*/y

/** What begins as a number and is none: `16pixels`, `.5`, `1__0`, `32X96`. Tried after the numbers. */
export const MalformedNumber = createToken({
  name: 'MalformedNumber',
  pattern: (text: string, offset: number) => {
    malformedNumber.lastIndex = offset
    return malformedNumber.exec(text)
  },
  ...beginsWith(`.${digits}`),
})

const unitPattern = new RegExp(`(?:${unitsAsWords.join('|')})(?!\\w)|%`, 'y')

/** A unit word is one only right after a number (on its line); elsewhere the same letters are a name. */
const matchUnit: CustomPatternMatcherFunc = (text: string, offset: number, tokens: IToken[]) => {
  const previous = tokens.at(-1)
  if (previous === undefined || previous.tokenType !== NumberLiteral) return null
  if (!/^[ \t]*$/.test(text.slice((previous.endOffset ?? previous.startOffset) + 1, offset))) return null
  unitPattern.lastIndex = offset
  return unitPattern.exec(text)
}

export const UnitWord = createToken({
  name: 'Unit',
  pattern: matchUnit,
  ...beginsWith([...new Set(Object.keys(unitWords).map((word) => word.charAt(0)))].join('')),
  label: 'a unit',
})

export const StringLiteral = createToken({
  name: 'String',
  pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*"/,
  label: 'a text in quotes',
  ...beginsWith('"'),
})
/** Ends with its line: the next line is read as usual. */
export const UnclosedString = createToken({
  name: 'UnclosedString',
  pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*\\?/,
  categories: [StringLiteral],
  label: 'a text in quotes',
  ...beginsWith('"'),
})

const pathPattern = /(?:~|\.{1,2}|[A-Za-z]:(?=[\\/]))?[\\/](?![/*])[^\s,;()[\]{}"']+"?/y

/** A path without its quotes, where a value begins: nothing else of the language looks like it there. */
const matchPath: CustomPatternMatcherFunc = (text: string, offset: number, tokens: IToken[]) => {
  const previous = tokens.at(-1)
  const begins = previous === undefined || beginsValue.some((type) => previous.tokenType === type)
  if (!begins) return null
  pathPattern.lastIndex = offset
  return pathPattern.exec(text)
}

export const BarePath = createToken({
  name: 'BarePath',
  pattern: matchPath,
  ...beginsWith(`/\\.~${letters}`),
})

export const Pipe = punctuation('Pipe', '|>')
export const DoubleArrow = punctuation('DoubleArrow', '=>')
export const Arrow = punctuation('Arrow', '->')
export const Equal = punctuation('Equal', '==')
export const NotEqual = punctuation('NotEqual', '!=')
export const LessEqual = punctuation('LessEqual', '<=')
export const GreaterEqual = punctuation('GreaterEqual', '>=')
export const Less = punctuation('Less', '<')
export const Greater = punctuation('Greater', '>')
export const Assign = punctuation('Assign', '=')
export const DotDot = punctuation('DotDot', '..')
export const Dot = punctuation('Dot', '.')
export const Comma = punctuation('Comma', ',')
export const Colon = punctuation('Colon', ':')
export const Plus = punctuation('Plus', '+')
export const Minus = punctuation('Minus', '-')
export const Star = punctuation('Star', '*')
export const Slash = punctuation('Slash', '/')
export const LeftParenthesis = punctuation('LeftParenthesis', '(')
export const RightParenthesis = punctuation('RightParenthesis', ')')
export const LeftBracket = punctuation('LeftBracket', '[')
export const RightBracket = punctuation('RightBracket', ']')
export const LeftBrace = punctuation('LeftBrace', '{')
export const RightBrace = punctuation('RightBrace', '}')

/** Blank lines belong to the one before them. */
export const Newline = createToken({
  name: 'Newline',
  pattern: /(?:\r\n|\r|\n)(?:[ \t]*(?:\r\n|\r|\n))*/,
  line_breaks: true,
  label: 'a new line',
})
const Blank = createToken({ name: 'Blank', pattern: /[ \t\f\v\u00a0\ufeff]+/, group: Lexer.SKIPPED })
/** `///` documents what follows; both kinds of comment leave the token stream and are found by position. */
export const Comment = createToken({ name: 'Comment', pattern: /\/\/[^\r\n]*/, group: 'comments' })

/** Operators that other languages read: tried before those that they begin with. */
export const ForeignOperator = createToken({ name: 'ForeignOperator', pattern: /&&|\|\||\*\*|:=|\/\*[^\r\n]*/ })
/** All other text that is not of the language; `src/syntax/lexical.ts` says what to write instead. */
export const Foreign = createToken({
  name: 'Foreign',
  pattern:
    /'(?:[^'\\\r\n]|\\.)*'|`[^`\r\n]*`|[“”„«‘‚][^“”„«»‘’‚"\r\n]*[“”»’‘"]|#[^\r\n]*|[\u0080-\uffff]+|[$@^~\\?]+|./,
  line_breaks: false,
  // Any character; beyond the first 255 Chevrotain looks at blocks of 255.
  start_chars_hint: [...Array(255).keys(), ...Array.from({ length: 257 }, (_, block) => 255 * (block + 1))],
})

/** After these a value begins. */
const beginsValue: readonly TokenType[] = [Assign, LeftParenthesis, LeftBracket, Comma, Import]

/** In the order in which they are tried. */
export const allTokens: readonly TokenType[] = [
  Newline,
  Blank,
  Comment,
  BarePath,
  SizeLiteral,
  NumberLiteral,
  MalformedNumber,
  UnitWord,
  If,
  Else,
  Match,
  Not,
  And,
  Or,
  True,
  False,
  Import,
  Enum,
  Type,
  Block,
  Pipeline,
  Study,
  Param,
  Expect,
  Allow,
  Remove,
  Vary,
  Exclude,
  Return,
  Extends,
  Of,
  Because,
  Wildcard,
  Identifier,
  MalformedName,
  StringLiteral,
  UnclosedString,
  ForeignOperator,
  Pipe,
  DoubleArrow,
  Arrow,
  Equal,
  NotEqual,
  LessEqual,
  GreaterEqual,
  Less,
  Greater,
  Assign,
  DotDot,
  Dot,
  Comma,
  Colon,
  Plus,
  Minus,
  Star,
  Slash,
  LeftParenthesis,
  RightParenthesis,
  LeftBracket,
  RightBracket,
  LeftBrace,
  RightBrace,
  Foreign,
]

/** `types` with all words that count as one of them. */
export function withMembers(types: readonly TokenType[]): ReadonlySet<TokenType> {
  return new Set(allTokens.filter((each) => types.some((type) => each === type || each.CATEGORIES?.includes(type))))
}

/** A test finds out that the tokens are sound and can all be found by their first character. */
export const lexer = new Lexer([...allTokens], { skipValidations: true })

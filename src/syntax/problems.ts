import { EOF, type IToken, type TokenType, tokenMatcher } from 'chevrotain'
import { maximumHeads, type SyntaxProblem } from '../../grammar/recovering-parser.js'
import * as t from '../../grammar/tokens.js'
import { syntaxDiagnostics as codes } from '../diagnostics/codes/syntax.js'
import { diagnose } from '../diagnostics/define.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { suggest } from '../diagnostics/suggest.js'
import { own } from '../source/own.js'
import type { FileId, Span } from '../source/span.js'
import { lineEndHelp } from './layout.js'
import { endOf, endsValue, isOneOf, tokenSpan } from './token.js'

/** What the parser met, with what stands around it. */
interface Problem extends SyntaxProblem {
  /** The token after the one that was found, and the one before the previous. */
  readonly next: IToken | undefined
  readonly before: IToken | undefined
}

/** A diagnostic of its own, or D001: what was expected (the one token, or an item of the rule), and what to write. */
type Report =
  | ((place: Span) => Diagnostic)
  | { readonly expected?: string; readonly help?: string | undefined; readonly at?: Omit<SyntaxProblem, 'rule'> }

/** Conditions that all must hold, and what is then reported. */
interface Row {
  readonly rule?: string
  readonly expected?: TokenType
  readonly found?: TokenType
  readonly next?: TokenType
  readonly when?: (problem: Problem) => boolean
  readonly says: (problem: Problem) => Report
}

/** What the words of a rule's items are called, and whether a new line separates them as well as a comma. */
const items: Readonly<Record<string, readonly [name: string, separator: string]>> = {
  argument: ['an argument', '`,`'],
  type: ['a type', '`,`'],
  binary_operator: ['an operator', '`,`'],
  block_parameter: ['a parameter (`name: type`)', '`,`'],
  type_field: ['a field (`name: type`)', '`,`'],
  body: ['a statement', 'a new line or `,`'],
  statement: ['a statement', 'a new line or `,`'],
  enum_declaration: ['a name', 'a new line or `,`'],
  record: ['a field (`name = value`)', 'a new line or `,`'],
  record_field: ['a field (`name = value`)', 'a new line or `,`'],
  match_arm: ['an arm (`pattern => value`)', 'a new line or `,`'],
}

const image = (token: IToken | undefined): string => token?.image ?? ''
const isReserved = ({ found }: Problem): boolean => isOneOf(t.reservedWords, found)
const isName = (token: IToken | undefined): boolean => token !== undefined && tokenMatcher(token, t.Identifier)
const didYouMean = (word: string | undefined) => (word === undefined ? undefined : `did you mean \`${word}\`?`)
const reservedName =
  ({ found: { image: word } }: Problem): Report =>
  (place) =>
    diagnose(codes.reservedName, place, { word })
const bothBranches = (): Report => ({ help: 'write both branches in braces: `if a { x } else { y }`' })
const itsType = ({ previous }: Problem): Report => ({ help: `write its type: \`${image(previous)}: type\`` })
const parentheses = 'a new line ended the statement: put the whole expression in parentheses'
const misplaced =
  (word: string, where: string, home: string): Report =>
  (place) =>
    diagnose(codes.misplaced, place, { what: `\`${word}\``, where, home })

/** One token alone would have been right. */
const tokenRows: readonly Row[] = [
  { expected: t.Identifier, when: isReserved, says: reservedName },
  {
    rule: 'allow_statement',
    when: ({ expected }) => expected !== t.Identifier.LABEL,
    says: ({ previous, before }) => {
      const code = image(previous?.tokenType === t.Because ? before : previous)
      return (place) => diagnose(codes.missingReason, place, { code })
    },
  },
  { rule: 'if_expression', expected: t.Else, says: () => ({ help: 'add the other branch: `else { value }`' }) },
  { rule: 'import_declaration', says: () => ({ help: 'write the file in quotes: `import "std/draem"`' }) },
  { expected: t.Colon, rule: 'param_statement', says: itsType },
  { expected: t.Colon, rule: 'block_parameter', says: itsType },
  { rule: 'study_declaration', says: () => ({ help: 'name the pipeline: `study name of pipeline { ... }`' }) },
  { expected: t.LeftBrace, found: t.Newline, says: () => ({ help: 'write `{` at the end of this line' }) },
  { rule: 'branch', says: bothBranches },
  { rule: 'if_expression', says: bothBranches },
  { rule: 'record_field', says: ({ previous }) => ({ help: `write \`${image(previous)} = value\`` }) },
  { rule: 'match_arm', says: () => ({ help: 'write `pattern => value`' }) },
  { rule: 'stage', says: () => ({ help: 'write a name or a call, as in `x |> relu`' }) },
  { says: () => ({}) },
]

/** A value was due. */
const valueRows: readonly Row[] = [
  // Both begin a value: what refused them is the limit.
  { found: t.If, says: () => (place) => diagnose(codes.tooDeep, place, { limit: maximumHeads }) },
  { found: t.Match, says: () => (place) => diagnose(codes.tooDeep, place, { limit: maximumHeads }) },
  { when: ({ previous }) => previous === undefined || previous.tokenType === t.Newline, says: () => ({}) },
  {
    says: (problem) => {
      const { previous, found } = problem
      const isCut = found.tokenType === t.Newline && previous !== undefined && isOperator(previous)
      const help = isCut
        ? lineEndHelp(previous)
        : isReserved(problem)
          ? `\`${found.image}\` is a word of the language, not a name`
          : 'write a value: a number, a name, a call, a list `[...]` or a record `{...}`'
      const facts = { after: `\`${image(previous)}\``, found: nameOf(found), help }
      return (place) => diagnose(codes.missingValue, place, facts)
    },
  },
]

/** `word` begins a statement as none begins: what follows it is wrong. */
const afterWord =
  (help: (word: string, next: string) => string) =>
  ({ found, next }: Problem): Report => ({
    expected: `\`=\` after \`${found.image}\``,
    help: help(found.image, image(next)),
    at: { found: next ?? { ...endToken(found), tokenType: EOF }, previous: found },
  })

const declaredTypes = ['let', 'var', 'const', 'int', 'float', 'bool', 'string', 'auto']

/** A statement was due. */
const statementRows: readonly Row[] = [
  {
    when: ({ found, next }) =>
      isName(found) && isOneOf(t.declarationWords, found) && (isName(next) || next?.tokenType === t.StringLiteral),
    says: ({ found }) =>
      misplaced(found.image, 'in a body', 'move it out of the braces: declarations stand at the top of a file'),
  },
  {
    when: ({ found, next }) => isName(next) && suggest(found.image, t.statementWords) !== undefined,
    says: ({ found }) => ({ expected: 'a statement', help: didYouMean(suggest(found.image, t.statementWords)) }),
  },
  { next: t.LeftParenthesis, says: afterWord((word) => `bind a name: \`name = ${word}(...)\``) },
  { next: t.Equal, says: afterWord((word) => `write \`${word} = value\`; a comparison begins with \`expect\``) },
  {
    next: t.Colon,
    when: ({ found }) => isOneOf(t.sectionWords, found),
    says: afterWord((word) => `leave it out: a section is \`${word} { ... }\``),
  },
  {
    next: t.Colon,
    says: afterWord((word) => `write \`${word} = value\`, or \`param ${word}: type\` for what is set from outside`),
  },
  {
    when: ({ found, next }) => next !== undefined && isOneOf(declaredTypes, found),
    says: afterWord((_word, next) => `begin with the name: \`${next} = value\``),
  },
  {
    when: ({ found }) => isOneOf(t.sectionWords, found) || suggest(found.image, t.sectionWords) !== undefined,
    says: afterWord(
      (word) => `write \`${suggest(word, t.sectionWords) ?? word} {\` and the section's statements below it`,
    ),
  },
  { says: afterWord((word) => `write \`${word} = value\``) },
]

/** A declaration was due. */
const declarationRows: readonly Row[] = [
  {
    found: t.Comma,
    when: (problem) => followsItem(problem),
    says: () => ({ expected: 'a new line', help: 'remove it: declarations are separated by new lines' }),
  },
  {
    when: (problem) => followsItem(problem),
    says: () => ({ expected: 'a new line', help: 'begin the declaration on a line of its own' }),
  },
  {
    when: ({ found, next }) =>
      isOneOf(t.sectionWords, found) || isOneOf(t.statementWords, found) || next?.tokenType === t.Assign,
    says: ({ found }) => misplaced(found.image, 'at the top of a file', 'move it into `pipeline name { ... }`'),
  },
  {
    says: ({ found }) => ({
      expected: 'a declaration',
      help:
        didYouMean(suggest(found.image, t.declarationWords)) ??
        `a file holds ${t.declarationWords.map((word) => `\`${word}\``).join(', ')}`,
    }),
  },
]

const onSameLine = (rule: string): Row => ({
  rule,
  says: ({ found }) => ({
    expected: '`{`',
    help:
      found.tokenType === t.Newline
        ? 'write `{` at the end of this line'
        : didYouMean(rule === 'pipeline_declaration' ? suggest(found.image, ['extends']) : undefined),
  }),
})

/** What was read is whole: something is missing between it and what follows. */
const separatorRows: readonly Row[] = [
  onSameLine('pipeline_declaration'),
  onSameLine('block_declaration'),
  onSameLine('study_declaration'),
  { rule: 'group', says: () => ({ expected: '`)`' }) },
  { rule: 'index', says: () => ({ expected: '`]`' }) },
  { rule: 'single_expression', says: () => ({ expected: 'the end of the value' }) },
  { rule: 'branch', says: () => ({ expected: '`}`', help: 'a branch holds one expression' }) },
  { rule: 'argument', found: t.Colon, says: separator(({ previous }) => `write \`${image(previous)} = value\``) },
  { found: t.Assign, says: separator(() => 'only a plain name can be given a value here; compare with `==`') },
  {
    when: (problem) => isReserved(problem) || /^[*/+<>=.|-]/.test(problem.found.image),
    says: separator(() => 'put parentheses around what belongs together, as in `(x |> f) * 2`'),
  },
  { says: separator((_problem, what) => `add ${what}`) },
]

function separator(help: (problem: Problem, what: string) => string) {
  return (problem: Problem): Report => {
    const [, what] = own(items, problem.rule) ?? ['', '`,`']
    const facts = { what, found: nameOf(problem.found), help: help(problem, what) }
    return (place) => diagnose(codes.missingSeparator, place, facts)
  }
}

/** An item was due. */
const itemRows: readonly Row[] = [
  {
    rule: 'body',
    when: ({ previous, found }) => previous?.tokenType === t.Comma && isNumber(found),
    says: ({ previous, before, found }) => ({
      help:
        previous !== undefined && endOf(previous) === found.startOffset && /^\d{3}$/.test(found.image)
          ? `digits are grouped with \`_\`: \`${image(before)}_${found.image}\``
          : `several values stand in brackets: \`[${image(before)}, ${found.image}]\``,
    }),
  },
  { rule: 'body', when: isReserved, says: reservedName },
  { rule: 'body', when: ({ found }) => isOperator(found), says: () => ({ help: parentheses }) },
  { says: () => ({}) },
]

function rowsFor(problem: Problem): readonly Row[] {
  if (problem.expected !== undefined) return tokenRows
  if (problem.rule === 'primary') return valueRows
  if (problem.rule === 'source_file' || problem.rule === 'declaration') return declarationRows
  if (followsItem(problem)) return separatorRows
  return problem.rule === 'statement' ? statementRows : itemRows
}

function holds({ rule, expected, found, next, when }: Row, problem: Problem): boolean {
  return (
    (rule === undefined || rule === problem.rule) &&
    (expected === undefined || expected.LABEL === problem.expected) &&
    (found === undefined || found === problem.found.tokenType) &&
    (next === undefined || next === problem.next?.tokenType) &&
    (when === undefined || when(problem))
  )
}

/** Turns what the parser met into messages: what was expected, what was found, what to write. */
export class Problems {
  #places: ReadonlyMap<IToken, number> | undefined

  constructor(
    readonly file: FileId,
    readonly tokens: readonly IToken[],
    readonly length: number,
  ) {}

  /** Where the problem was met: from the end of the token before to the token found. */
  gap({ found, previous }: SyntaxProblem): readonly [number, number] {
    return [previous === undefined ? 0 : endOf(previous), found.tokenType === EOF ? this.length : found.startOffset]
  }

  describe(met: SyntaxProblem): Diagnostic {
    this.#places ??= new Map(this.tokens.map((token, place) => [token, place]))
    const found = this.#places.get(met.found) ?? this.tokens.length
    const around = { next: this.tokens[found + 1], before: this.tokens[found - 2] }
    const problem: Problem = { ...atLineEnd(met), ...around }
    const report =
      rowsFor(problem)
        .find((row) => holds(row, problem))
        ?.says(problem) ?? {}
    if (typeof report === 'function') return report(this.#place(problem))
    const expected = report.expected ?? problem.expected ?? own(items, problem.rule)?.[0] ?? 'a value'
    const at = report.at ?? problem
    const facts = { expected, found: nameOf(at.found) }
    return diagnose(
      codes.unexpected,
      this.#place(at),
      report.help === undefined ? facts : { ...facts, help: report.help },
    )
  }

  /** Ends of lines and files, and brackets that were put in, have no text: the place is right after what stands before. */
  #place({ found, previous }: Omit<SyntaxProblem, 'rule'>): Span {
    const hasText = found.tokenType !== EOF && found.tokenType !== t.Newline && found.image !== ''
    if (hasText) return tokenSpan(found, this.file)
    const end = previous === undefined ? this.length : endOf(previous)
    return { file: this.file, start: end, end }
  }
}

/** Where something is missing at the end of a line, what the next line begins with is not what was found. */
function atLineEnd(problem: SyntaxProblem): SyntaxProblem {
  const { found, previous, expected, rule } = problem
  const isMissing = expected !== undefined || rule === 'primary' || rule === 'type'
  if (!isMissing || previous === undefined || !((found.startLine ?? 0) > (previous.endLine ?? Number.NaN)))
    return problem
  return { ...problem, found: { ...endToken(previous), tokenType: t.Newline } }
}

function endToken(after: IToken): IToken {
  return { ...after, image: '', startOffset: endOf(after) }
}

function followsItem({ previous }: Problem): boolean {
  return previous !== undefined && endsValue(previous)
}

function isOperator({ image: text }: IToken): boolean {
  return /^([-+*/<>=.]|!=|and$|or$|\|>)/.test(text)
}

function isNumber({ tokenType }: IToken): boolean {
  return tokenType === t.NumberLiteral || tokenType === t.SizeLiteral
}

function nameOf({ tokenType, image: text }: IToken): string {
  if (tokenType === EOF) return 'the end of the file'
  if (tokenType === t.Newline) return 'the end of the line'
  if (text === '') return 'the end of what the bracket holds'
  return text.length > 40 ? `\`${text.slice(0, 39)}…\`` : `\`${text}\``
}

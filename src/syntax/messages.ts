import { EOF, type IToken, tokenMatcher } from 'chevrotain'
import { maximumHeads, type SyntaxProblem } from '../../grammar/recovering-parser.js'
import * as t from '../../grammar/tokens.js'
import { syntaxDiagnostics as codes } from '../diagnostics/codes/syntax.js'
import { diagnose } from '../diagnostics/define.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { suggest } from '../diagnostics/suggest.js'
import type { FileId, Span } from '../source/span.js'
import { lineEndHelp } from './layout.js'
import { knownUnits } from './numbers.js'
import { endOf, tokenSpan } from './token.js'

/** What the words of a rule's items are called. */
const itemOf: Readonly<Record<string, string>> = {
  argument: 'an argument',
  type: 'a type',
  binary_operator: 'an operator',
  list: 'a value',
  body: 'a statement',
  statement: 'a statement',
  enum_declaration: 'a name',
  block_parameter: 'a parameter (`name: type`)',
  type_field: 'a field (`name: type`)',
  record: 'a field (`name = value`)',
  record_field: 'a field (`name = value`)',
  match_arm: 'an arm (`pattern => value`)',
}
/** Rules whose items a new line separates as well as a comma. */
const lineSeparated: ReadonlySet<string> = new Set([
  'body',
  'statement',
  'record',
  'record_field',
  'match_arm',
  'enum_declaration',
])

/** Turns what the parser met into messages: what was expected, what was found, how to mend it. */
export class Messages {
  readonly #index: ReadonlyMap<IToken, number>

  constructor(
    readonly file: FileId,
    readonly tokens: readonly IToken[],
    readonly length: number,
  ) {
    this.#index = new Map(tokens.map((token, index) => [token, index]))
  }

  /** Where the problem was met: from the end of the token before to the token found. */
  gap(problem: SyntaxProblem): readonly [number, number] {
    const end = problem.found.tokenType === EOF ? this.length : problem.found.startOffset
    return [
      problem.previous === undefined || Number.isNaN(problem.previous.startOffset) ? 0 : endOf(problem.previous),
      end,
    ]
  }

  describe(met: SyntaxProblem): Diagnostic {
    const problem = atLineEnd(met)
    const { found, previous, expected, rule } = problem
    if (expected === t.Identifier.LABEL && isReserved(found)) {
      return diagnose(codes.reservedName, tokenSpan(found, this.file), { word: found.image })
    }
    if (expected !== undefined) return this.#expectedOne(problem, expected)
    // Both begin a value: what refused them is the limit.
    if (rule === 'primary' && (found.tokenType === t.If || found.tokenType === t.Match))
      return diagnose(codes.tooDeep, tokenSpan(found, this.file), { limit: maximumHeads })
    if (rule === 'primary') return this.#missingValue(problem)
    if (rule === 'statement' && !this.#endsItem(previous)) return this.#statement(problem)
    if (rule === 'source_file' || rule === 'declaration') return this.#declaration(problem)
    if (this.#endsItem(previous)) return this.#missingSeparator(problem)
    if (rule === 'body' && previous?.tokenType === t.Comma && isNumber(found))
      return this.#unexpected(problem, 'a statement', this.#listHelp(previous, found))
    if (rule === 'body' && isReserved(found))
      return diagnose(codes.reservedName, tokenSpan(found, this.file), { word: found.image })
    const help =
      rule === 'body' && isOperator(found)
        ? 'a new line ended the statement: put the whole expression in parentheses'
        : undefined
    return this.#unexpected(problem, itemOf[rule] ?? 'a value', help)
  }

  #expectedOne(problem: SyntaxProblem, expected: string): Diagnostic {
    const { rule, found } = problem
    if (rule === 'allow_statement' && (expected === t.Because.LABEL || expected === t.StringLiteral.LABEL)) {
      const code = this.#before(found, t.Allow)
      return diagnose(codes.missingReason, this.#place(problem), { code })
    }
    return this.#unexpected(problem, expected, helpFor(rule, expected, found))
  }

  #unexpected(problem: SyntaxProblem, expected: string, help?: string): Diagnostic {
    const facts = { expected, found: nameOf(problem.found), ...(help === undefined ? {} : { help }) }
    return diagnose(codes.unexpected, this.#place(problem), facts)
  }

  #missingValue(problem: SyntaxProblem): Diagnostic {
    const { previous, found } = problem
    if (previous === undefined || previous.tokenType === t.Newline) return this.#unexpected(problem, 'a value')
    const help =
      found.tokenType === t.Newline && isOperator(previous)
        ? lineEndHelp
        : isReserved(found)
          ? `\`${found.image}\` is a word of the language, not a name`
          : 'write a value: a number, a name, a call, a list `[...]` or a record `{...}`'
    return diagnose(codes.missingValue, this.#place(problem), {
      after: `\`${previous.image}\``,
      found: nameOf(found),
      help,
    })
  }

  /** `a = 1, 2` and `a = 1,622,884`. */
  #listHelp(comma: IToken, found: IToken): string {
    const before = this.tokens[(this.#index.get(comma) ?? 0) - 1]
    const isGrouped =
      endOf(comma) === found.startOffset && /^\d{3}$/.test(found.image) && /^\d{1,3}$/.test(before?.image ?? '')
    return isGrouped
      ? 'digits are grouped with `_`, as in `1_622_884`'
      : 'several values stand in brackets: `[1, 2, 3]`'
  }

  /** A statement that begins with a name and goes on as none does. */
  #statement(problem: SyntaxProblem): Diagnostic {
    const word = problem.found
    const next = this.#next(word)
    if (
      tokenMatcher(word, t.Identifier) &&
      isOneOf(t.declarationWords, word) &&
      next !== undefined &&
      (tokenMatcher(next, t.Identifier) || next.tokenType === t.StringLiteral)
    ) {
      const facts = {
        what: `\`${word.image}\``,
        where: 'in a body',
        home: 'move it out of the braces: declarations stand at the top of a file',
      }
      return diagnose(codes.misplaced, tokenSpan(word, this.file), facts)
    }
    const likely =
      next !== undefined && tokenMatcher(next, t.Identifier) ? suggest(word.image, t.statementWords) : undefined
    if (likely !== undefined) {
      return this.#unexpected({ ...problem, previous: undefined }, 'a statement', `did you mean \`${likely}\`?`)
    }
    const at: SyntaxProblem = { rule: 'statement', found: next ?? endToken(word), previous: word }
    return this.#unexpected(at, `\`=\` after \`${word.image}\``, statementHelp(word, next))
  }

  #declaration(problem: SyntaxProblem): Diagnostic {
    const { found, previous } = problem
    if (this.#endsItem(previous)) return this.#unexpected(problem, 'a new line', helpAtTop(found))
    if (
      isOneOf(t.sectionWords, found) ||
      isOneOf(t.statementWords, found) ||
      this.#next(found)?.tokenType === t.Assign
    ) {
      const home = 'it stands inside `pipeline name { ... }`'
      return diagnose(codes.misplaced, tokenSpan(found, this.file), {
        what: `\`${found.image}\``,
        where: 'at the top of a file',
        home,
      })
    }
    const likely = suggest(found.image, t.declarationWords)
    const expected = 'a declaration'
    const words = t.declarationWords.map((word) => `\`${word}\``).join(', ')
    return this.#unexpected(
      problem,
      expected,
      likely === undefined ? `a file holds ${words}` : `did you mean \`${likely}\`?`,
    )
  }

  #missingSeparator(problem: SyntaxProblem): Diagnostic {
    const { rule, found, previous } = problem
    const heads: Readonly<Record<string, string>> = {
      pipeline_declaration: '`{`',
      block_declaration: '`{`',
      study_declaration: '`{`',
    }
    const head = heads[rule]
    if (head !== undefined) return this.#unexpected(problem, head, headHelp(rule, found))
    if (['group', 'index'].includes(rule)) return this.#unexpected(problem, rule === 'group' ? '`)`' : '`]`')
    if (rule === 'single_expression') return this.#unexpected(problem, 'the end of the value')
    if (rule === 'branch') return this.#unexpected(problem, '`}`', 'a branch holds one expression')
    const what = lineSeparated.has(rule) ? 'a new line or `,`' : '`,`'
    const isCall = this.#next(found)?.tokenType === t.LeftParenthesis
    if (
      previous?.tokenType === t.NumberLiteral &&
      tokenMatcher(found, t.Identifier) &&
      !this.#opensItem(found) &&
      !isCall
    ) {
      return diagnose(codes.unknownUnit, tokenSpan(found, this.file), { unit: found.image, known: knownUnits })
    }
    if (previous?.tokenType === t.NumberLiteral && tokenMatcher(found, t.Identifier) && isCall) {
      return this.#unexpected(
        problem,
        'an operator',
        `a product is written \`${previous.image} * ${found.image}(...)\``,
      )
    }
    const span = this.#place(problem)
    return diagnose(codes.missingSeparator, span, {
      what,
      found: nameOf(found),
      help: separatorHelp(rule, found, what),
    })
  }

  /** Ends of lines and files, and brackets that were put in, have no text: the place is right after what stands before. */
  #place({ found, previous }: SyntaxProblem): Span {
    const hasText = found.tokenType !== EOF && found.tokenType !== t.Newline && found.image !== ''
    if (hasText) return tokenSpan(found, this.file)
    const end = previous === undefined || Number.isNaN(previous.startOffset) ? this.length : endOf(previous)
    return { file: this.file, start: end, end }
  }

  #endsItem(previous: IToken | undefined): boolean {
    if (previous === undefined || Number.isNaN(previous.startOffset)) return false
    return /[A-Za-z0-9_%")\]}]$/.test(previous.image) && ![t.And, t.Or, t.Not].includes(previous.tokenType)
  }

  /** `name =`, `name =>` or `name {`. */
  #opensItem(token: IToken): boolean {
    const next = this.#next(token)?.tokenType
    return next === t.Assign || next === t.DoubleArrow || next === t.LeftBrace
  }

  #next(token: IToken): IToken | undefined {
    const index = this.#index.get(token)
    return index === undefined ? undefined : this.tokens[index + 1]
  }

  /** Image of the name after the last token of `type` before `token`. */
  #before(token: IToken, type: typeof t.Allow): string {
    let index = this.#index.get(token) ?? this.tokens.length
    while (index > 0 && this.tokens[index]?.tokenType !== type) index -= 1
    return this.tokens[index + 1]?.image ?? ''
  }
}

/** Where something is missing at the end of a line, what the next line begins with is not what was found. */
function atLineEnd(problem: SyntaxProblem): SyntaxProblem {
  const { found, previous, expected, rule } = problem
  const isMissing = expected !== undefined || rule === 'primary' || rule === 'type'
  const endLine = previous?.endLine ?? Number.NaN
  if (!isMissing || previous === undefined || !((found.startLine ?? 0) > endLine)) return problem
  return { ...problem, found: { ...endToken(previous), tokenType: t.Newline } }
}

function endToken(after: IToken): IToken {
  return { ...after, image: '', tokenType: EOF, startOffset: endOf(after) }
}

function isOperator(token: IToken): boolean {
  return /^([-+*/<>.]|==|!=|and$|or$)/.test(token.image)
}

function isNumber(token: IToken): boolean {
  return token.tokenType === t.NumberLiteral || token.tokenType === t.SizeLiteral
}

function isReserved(token: IToken): boolean {
  return isOneOf(t.reservedWords, token)
}

function isOneOf(words: readonly string[], token: IToken): boolean {
  return words.includes(token.image)
}

function nameOf(token: IToken): string {
  if (token.tokenType === EOF) return 'the end of the file'
  if (token.tokenType === t.Newline) return 'the end of the line'
  if (token.image === '') return 'the end of what the bracket holds'
  return token.image.length > 40 ? `\`${token.image.slice(0, 39)}…\`` : `\`${token.image}\``
}

function helpFor(rule: string, expected: string, found: IToken): string | undefined {
  if (rule === 'if_expression' && expected === t.Else.LABEL)
    return 'an `if` is a value: both branches are needed, `if a { x } else { y }`'
  if (rule === 'import_declaration') return 'write the file in quotes: `import "std/draem"`'
  if (rule === 'param_statement' || rule === 'block_parameter') {
    return found.tokenType === t.Assign || found.tokenType === t.Newline
      ? 'a parameter says its type: `name: type = default`'
      : undefined
  }
  if (rule === 'study_declaration') return 'a study names its pipeline: `study name of pipeline { ... }`'
  if (expected === t.LeftBrace.LABEL && found.tokenType === t.Newline) return 'the opening `{` stands on the same line'
  if (rule === 'branch' || rule === 'if_expression')
    return 'an `if` is a value, with both branches in braces: `if a { x } else { y }`'
  if (rule === 'record_field') return 'a field is written `name = value`'
  if (rule === 'match_arm') return 'an arm is written `pattern => value`'
  if (rule === 'stage') return 'a pipe leads into a name or a call: `x |> relu`'
  return undefined
}

function statementHelp(word: IToken, next: IToken | undefined): string {
  if (next?.tokenType === t.LeftParenthesis) return `a statement binds a name: \`name = ${word.image}(...)\``
  if (next?.tokenType === t.Equal) return '`=` binds a name, `==` compares; `expect` makes a comparison a statement'
  if (next?.tokenType === t.Colon && isOneOf(t.sectionWords, word))
    return `leave it out: a section is \`${word.image} { ... }\``
  if (next?.tokenType === t.Colon)
    return `write \`${word.image} = value\`, or \`param ${word.image}: type\` for what is set from outside`
  if (next !== undefined && ['let', 'var', 'const', 'int', 'float', 'bool', 'string', 'auto'].includes(word.image))
    return `a statement begins with the name it binds: \`${next.image} = value\``
  const section = suggest(word.image, t.sectionWords)
  if (isOneOf(t.sectionWords, word) || section !== undefined)
    return `a section is \`${section ?? word.image} { ... }\`, with \`{\` on its line`
  return `write \`${word.image} = value\``
}

function helpAtTop(found: IToken): string {
  return found.tokenType === t.Comma
    ? 'remove it: declarations are separated by new lines'
    : 'each declaration begins on a line of its own'
}

function headHelp(rule: string, found: IToken): string | undefined {
  if (found.tokenType === t.Newline) return 'the opening `{` stands on the same line'
  const likely = rule === 'pipeline_declaration' ? suggest(found.image, ['extends']) : undefined
  return likely === undefined ? undefined : `did you mean \`${likely}\`?`
}

function separatorHelp(rule: string, found: IToken, what: string): string {
  if (found.tokenType === t.Colon && rule === 'argument') return 'a named argument is written `name = value`'
  if (found.tokenType === t.Assign) return 'only a plain name can be given a value here; compare with `==`'
  if (isReserved(found) || /^[*/+<>=.|-]/.test(found.image))
    return 'put parentheses around what belongs together, as in `(x |> f) * 2`'
  return `add ${what}`
}

import type { IProduction, TokenType } from 'chevrotain'
import { Alternation, Alternative, NonTerminal, Option, Repetition, Terminal } from 'chevrotain'
import { parser } from '../../../grammar/parser.js'
import { notPrecedence, operatorPrecedence } from '../../../grammar/precedence.js'
import * as t from '../../../grammar/tokens.js'
import { invariant } from '../../diagnostics/invariant.js'

/** A rule of the grammar as the pages show it. */
export interface GrammarRule {
  readonly name: string
  readonly definition: Production
}

export type Production =
  | { readonly kind: 'sequence'; readonly items: readonly Production[] }
  | { readonly kind: 'choice'; readonly items: readonly Production[] }
  | { readonly kind: 'optional'; readonly item: Production }
  | { readonly kind: 'repeat'; readonly item: Production }
  | { readonly kind: 'rule'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'token'; readonly name: string }

/** Token types that are written out as they are spelled; the others are named and explained below the rules. */
export function spellingOf(type: TokenType): string | undefined {
  return /^`(.+)`$/.exec(type.LABEL ?? '')?.[1]
}

/** The rules that the parser recorded, in the order of the grammar's files. */
export function grammarRules(): readonly GrammarRule[] {
  const productions = Object.values(parser.getGAstProductions())
  const rules = productions.map((rule) => ({ name: rule.name, definition: sequence(rule.definition) }))
  const first = rules.findIndex((rule) => rule.name === 'source_file')
  return [...rules.slice(first), ...rules.slice(0, first)]
}

function sequence(items: readonly IProduction[]): Production {
  const read = items.map(production)
  const [single] = read
  return read.length === 1 && single !== undefined ? single : { kind: 'sequence', items: read }
}

function production(item: IProduction): Production {
  if (item instanceof NonTerminal) return { kind: 'rule', name: item.nonTerminalName }
  if (item instanceof Terminal) {
    const text = spellingOf(item.terminalType)
    return text === undefined ? { kind: 'token', name: item.terminalType.name } : { kind: 'text', text }
  }
  if (item instanceof Option) return { kind: 'optional', item: sequence(item.definition) }
  if (item instanceof Repetition) return { kind: 'repeat', item: sequence(item.definition) }
  if (item instanceof Alternation) return { kind: 'choice', items: item.definition.map(production) }
  invariant(item instanceof Alternative, 'the grammar uses a construct that its pages do not show')
  return sequence(item.definition)
}

/** EBNF as in ISO 14977 with `|`, `[ ]` for an option and `{ }` for repetition; a sequence is written without commas. */
export function ebnf(): string {
  const rules = grammarRules()
  const width = Math.max(...rules.map((rule) => rule.name.length))
  return rules.map((rule) => ruleText(rule, width)).join('\n')
}

function ruleText(rule: GrammarRule, width: number): string {
  const head = rule.name.padEnd(width)
  if (rule.definition.kind !== 'choice') return `${head} = ${text(rule.definition, false)} ;`
  return `${head} = ${rule.definition.items.map((item) => text(item, false)).join(`\n${' '.repeat(width)} | `)} ;`
}

function text(item: Production, nested: boolean): string {
  switch (item.kind) {
    case 'sequence':
      return item.items.map((each) => text(each, true)).join(' ')
    case 'choice': {
      const inner = item.items.map((each) => text(each, false)).join(' | ')
      return nested ? `( ${inner} )` : inner
    }
    case 'optional':
      return `[ ${text(item.item, false)} ]`
    case 'repeat':
      return `{ ${text(item.item, false)} }`
    case 'rule':
      return item.name
    case 'text':
      return item.text.includes('"') ? `'${item.text}'` : `"${item.text}"`
    case 'token':
      return item.name
  }
}

const tokenNotes: readonly (readonly [TokenType, string])[] = [
  [t.Identifier, 'letters a-z and A-Z, digits and `_`, not beginning with a digit, and none of the reserved words'],
  [
    t.NumberLiteral,
    'digits with single `_` between them; a point has a digit on both sides; an exponent may follow: `97_496_710`, `0.5`, `1e-4`',
  ],
  [t.UnitWord, 'a word that stands right after a number on the same line, and is a name everywhere else'],
  [t.SizeLiteral, 'height `x` width without blanks: `256x256`'],
  [t.StringLiteral, 'in double quotes on one line; escapes `\\n`, `\\t`, `\\r`, `\\0`, `\\"`, `\\\\`, `\\u{1F600}`'],
  [
    t.Newline,
    'the end of a line, where it separates: not inside `( )` or `[ ]`, not after `{` or `,`, not before `}`, `{` or `|>`',
  ],
]

/** `docs/grammar/ebnf.md`. */
export function ebnfPage(): string {
  const row = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ')
  const rows = operatorPrecedence.map((types) => `- ${row(types.map((type) => spellingOf(type) ?? type.name))}`)
  const operators = [...rows.slice(0, notPrecedence), '- `not`', ...rows.slice(notPrecedence)].reverse()
  return `# Grammar

Made from \`grammar/parser.ts\` and \`grammar/tokens.ts\` by \`npm run generate\`: change those, not this page.

\`\`\`ebnf
${ebnf()}
\`\`\`

## Tokens
${tokenNotes.map(([type, note]) => `- \`${type.name}\`: ${note}.`).join('\n')}

Units: ${row(Object.keys(t.unitWords))}. \`//\` begins a comment up to the end of its line, \`///\` documents the declaration or
statement on the next line.

## Words
- reserved, never names: ${row(t.reservedWords)}
- with a meaning in one place, names elsewhere: ${row([...t.declarationWords, ...t.statementWords, ...t.linkingWords])}
- sections of a pipeline, names for the grammar: ${row(t.sectionWords)}

## Operators
\`not\` and the sign \`-\` bind tightest after calls, members and indices. Then, from tight to loose, each row read from the left:

${operators.join('\n')}
- \`|>\`

Comparisons and ranges do not chain. Brackets nest at most 100 deep, trees 256.
`
}

import { define } from '../define.js'

/** What the text itself gets wrong: D001 to D019. None can be allowed, for there is no tree to go on with. */
export const syntaxDiagnostics = {
  unexpected: define<{ readonly expected: string; readonly found: string; readonly help?: string }>({
    code: 'D001',
    name: 'unexpected-text',
    severity: 'error',
    allowable: false,
    message: ({ expected, found }) => `expected ${expected}, found ${found}`,
    label: ({ expected }) => `expected ${expected}`,
    help: ({ help }) => help,
  }),
  foreign: define<{ readonly text: string; readonly help: string }>({
    code: 'D002',
    name: 'foreign-text',
    severity: 'error',
    allowable: false,
    message: ({ text }) => `${text} is not part of the language`,
    help: ({ help }) => help,
  }),
  unclosed: define<{ readonly opener: string; readonly closer: string }>({
    code: 'D003',
    name: 'unclosed-bracket',
    severity: 'error',
    allowable: false,
    message: ({ opener }) => `\`${opener}\` is never closed`,
    label: () => 'opened here',
    help: ({ closer }) => `add \`${closer}\``,
  }),
  strayCloser: define<{ readonly closer: string; readonly expected?: string }>({
    code: 'D004',
    name: 'stray-bracket',
    severity: 'error',
    allowable: false,
    message: ({ closer, expected }) =>
      expected === undefined
        ? `\`${closer}\` closes nothing`
        : `\`${closer}\` closes a bracket that needs \`${expected}\``,
    help: ({ expected }) =>
      expected === undefined ? 'remove it, or add what it should close' : `write \`${expected}\``,
  }),
  unclosedText: define<Record<never, never>>({
    code: 'D005',
    name: 'unclosed-text',
    severity: 'error',
    allowable: false,
    message: () => 'the text in quotes does not end on its line',
    label: () => 'opened here',
    help: () => 'close it with `"`; a line break inside is written `\\n`',
  }),
  escape: define<{ readonly sequence: string }>({
    code: 'D006',
    name: 'unknown-escape',
    severity: 'error',
    allowable: false,
    message: ({ sequence }) => `\`${sequence}\` is no escape`,
    help: () => 'a text knows `\\n`, `\\t`, `\\"`, `\\\\` and `\\u{1F600}`; write a backslash as `\\\\`',
  }),
  unknownUnit: define<{ readonly unit: string; readonly known: string; readonly suggestion?: string }>({
    code: 'D007',
    name: 'unknown-unit',
    severity: 'error',
    allowable: false,
    message: ({ unit }) => `\`${unit}\` is no unit`,
    help: ({ known, suggestion }) =>
      suggestion === undefined ? `units are ${known}` : `did you mean \`${suggestion}\`? Units are ${known}`,
  }),
  number: define<{ readonly text: string; readonly why: string; readonly help: string }>({
    code: 'D008',
    name: 'malformed-number',
    severity: 'error',
    allowable: false,
    message: ({ text, why }) => `\`${text}\` ${why}`,
    help: ({ help }) => help,
  }),
  tooDeep: define<{ readonly limit: number }>({
    code: 'D009',
    name: 'nested-too-deep',
    severity: 'error',
    allowable: false,
    message: ({ limit }) => `nested deeper than ${limit}`,
    help: () => 'give inner parts names of their own',
  }),
  missingValue: define<{ readonly after: string; readonly found: string; readonly help: string }>({
    code: 'D010',
    name: 'missing-value',
    severity: 'error',
    allowable: false,
    message: ({ after, found }) => `a value is missing after ${after}, found ${found}`,
    label: () => 'expected a value',
    help: ({ help }) => help,
  }),
  misplaced: define<{ readonly what: string; readonly where: string; readonly home: string }>({
    code: 'D011',
    name: 'word-out-of-place',
    severity: 'error',
    allowable: false,
    message: ({ what, where }) => `${what} cannot stand ${where}`,
    help: ({ home }) => home,
  }),
  positionalAfterNamed: define<Record<never, never>>({
    code: 'D012',
    name: 'positional-after-named',
    severity: 'error',
    allowable: false,
    message: () => 'an argument without a name follows one with a name',
    help: () => 'move it before the named ones, or give it its name: `name = value`',
  }),
  reservedName: define<{ readonly word: string }>({
    code: 'D013',
    name: 'reserved-word',
    severity: 'error',
    allowable: false,
    message: ({ word }) => `\`${word}\` is a word of the language and cannot be a name`,
    help: ({ word }) => `choose another name, such as \`${word}_\``,
  }),
  chained: define<{ readonly operator: string }>({
    code: 'D014',
    name: 'chained-operator',
    severity: 'error',
    allowable: false,
    message: ({ operator }) => `\`${operator}\` does not chain`,
    help: ({ operator }) =>
      operator === '..'
        ? 'a range has two ends: `low .. high`'
        : 'join two comparisons with `and`, as in `a < b and b < c`',
  }),
  missingSeparator: define<{ readonly what: string; readonly found: string; readonly help: string }>({
    code: 'D015',
    name: 'missing-separator',
    severity: 'error',
    allowable: false,
    message: ({ what, found }) => `expected ${what} before ${found}`,
    label: ({ what }) => `expected ${what}`,
    help: ({ help }) => help,
  }),
  missingReason: define<{ readonly code: string }>({
    code: 'D016',
    name: 'missing-reason',
    severity: 'error',
    allowable: false,
    message: ({ code }) => `\`allow ${code}\` gives no reason`,
    help: ({ code }) => `write \`allow ${code} because "..."\`: the reason goes into the report`,
  }),
} as const

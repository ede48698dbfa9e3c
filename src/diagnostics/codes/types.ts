import { define } from '../define.js'

const listed = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ')

export const typesDiagnostics = {
  typeMismatch: define<{ what: string; expected: string; found: string; help?: string | undefined }>({
    code: 'D030',
    name: 'type-mismatch',
    severity: 'error',
    allowable: false,
    message: ({ what, expected, found }) => `${what} must be ${expected}, and this is ${found}`,
    label: ({ found }) => found,
    help: ({ expected, help }) => help ?? `Give ${expected}.`,
  }),
  zeroClassWeight: define<{ callee: string; className: string; weights: string }>({
    code: 'D031',
    name: 'zero-class-weight',
    severity: 'error',
    allowable: true,
    message: ({ callee, className, weights }) =>
      `\`${callee}\` weighs the class \`${className}\` with 0 (weights ${weights}): its pixels cost nothing, whatever is predicted there`,
    label: ({ className }) => `the weight of \`${className}\` is 0`,
    help: () =>
      'Leave `alpha` out (both classes weigh 1), or choose it between 0 and 1, both excluded: the classes weigh [1 - alpha, alpha].',
  }),
  wrongUnit: define<{ what: string; expected: string; found: string; help?: string | undefined }>({
    code: 'D032',
    name: 'wrong-unit',
    severity: 'error',
    allowable: false,
    message: ({ what, expected, found }) => `${what} must be ${expected}, and this is ${found}`,
    label: ({ found }) => found,
    help: ({ expected, help }) => help ?? `Write it as ${expected}.`,
  }),
  missingArgument: define<{
    callee: string
    missing: readonly string[]
    signature: string
    why?: string
    /** How the missing ones are written. */
    example?: string
  }>({
    code: 'D033',
    name: 'missing-argument',
    severity: 'error',
    allowable: false,
    message: ({ callee, missing, why }) =>
      `\`${callee}\` needs ${listed(missing)}${why === undefined ? '' : `: ${why}`}`,
    label: ({ missing }) => `without ${listed(missing)}`,
    help: ({ signature, example }) => (example === undefined ? `It is called as \`${signature}\`.` : `Add ${example}.`),
  }),
  unexpectedArgument: define<{
    callee: string
    argument?: string
    suggestion?: string | undefined
    signature: string
    takes: number
    /** Operands by place, the last of them too many. */
    joined?: readonly string[]
    /** The parameters that may be given by place, where these are not all. */
    positional?: readonly string[]
  }>({
    code: 'D034',
    name: 'unexpected-argument',
    severity: 'error',
    allowable: false,
    message: ({ callee, argument, suggestion, takes, joined, positional }) =>
      joined !== undefined
        ? `\`${callee}\` takes ${takes === 1 ? 'one operand' : `${takes} operands`}, and this is one more`
        : argument !== undefined
          ? `\`${callee}\` has no parameter \`${argument}\`${suggestion === undefined ? '' : `; did you mean \`${suggestion}\`?`}`
          : positional !== undefined
            ? `\`${callee}\` takes ${positional.length === 0 ? 'its parameters' : `all but ${listed(positional)}`} by name only`
            : `\`${callee}\` takes ${takes === 1 ? 'one argument' : `${takes} arguments`}, and this is one more`,
    label: ({ argument, positional }) =>
      argument !== undefined ? 'no such parameter' : positional === undefined ? 'one too many' : 'without its name',
    help: ({ suggestion, signature, joined, takes, argument, positional }) =>
      joined !== undefined && takes === 1
        ? `Join maps in their channels: \`concat(${joined.join(', ')})\`.`
        : argument === undefined && positional !== undefined
          ? 'Put the name before it: `name = value`.'
          : suggestion === undefined
            ? `It is called as \`${signature}\`.`
            : `Write \`${suggestion}\`.`,
  }),
  duplicateArgument: define<{ callee: string; argument: string }>({
    code: 'D035',
    name: 'duplicate-argument',
    severity: 'error',
    allowable: false,
    message: ({ callee, argument }) => `\`${callee}\` is given \`${argument}\` twice`,
    label: () => 'given before',
    help: ({ argument }) => `Give \`${argument}\` once, by its place or by its name.`,
  }),
  matchNotExhaustive: define<{ missing: readonly string[] }>({
    code: 'D036',
    name: 'match-not-exhaustive',
    severity: 'error',
    allowable: false,
    message: ({ missing }) => `this match has no arm for ${listed(missing)}`,
    help: ({ missing }) => `Add an arm for ${listed(missing)}, or \`_ => ...\` for the rest.`,
  }),
  unreachableArm: define<{ pattern: string }>({
    code: 'D037',
    name: 'unreachable-arm',
    severity: 'error',
    allowable: false,
    message: ({ pattern }) => `the arm \`${pattern}\` can never be taken: an arm before it takes the same`,
    label: () => 'never taken',
    help: () => 'Remove the arm.',
  }),
  arithmetic: define<{ problem: string; help: string }>({
    code: 'D038',
    name: 'arithmetic',
    severity: 'error',
    allowable: false,
    message: ({ problem }) => problem,
    help: ({ help }) => help,
  }),
  notStatic: define<{ what: string; found: string }>({
    code: 'D039',
    name: 'not-static',
    severity: 'error',
    allowable: false,
    message: ({ what, found }) => `${what} must be known before training, and this is ${found}`,
    label: () => 'known only while it runs',
    help: () => 'Use a number, a param, or arithmetic on these.',
  }),
  recursion: define<{ block: string; chain: readonly string[] }>({
    code: 'D040',
    name: 'recursion',
    severity: 'error',
    allowable: false,
    message: ({ block, chain }) =>
      chain.length <= 2
        ? `the block \`${block}\` calls itself`
        : `the block \`${block}\` calls itself: ${chain.join(' -> ')}`,
    label: () => 'calls itself',
    help: () => 'Write the repetitions out: a block is inlined where it is called, so it cannot contain itself.',
  }),
  blockBody: define<{ problem: string; help: string }>({
    code: 'D041',
    name: 'block-body',
    severity: 'error',
    allowable: false,
    message: ({ problem }) => problem,
    help: ({ help }) => help,
  }),
  paramWithoutValue: define<{ name: string }>({
    code: 'D042',
    name: 'param-without-value',
    severity: 'error',
    allowable: false,
    message: ({ name }) => `the param \`${name}\` has no default and is not set`,
    label: () => 'has no value',
    help: ({ name }) => `Give it a default, or set it from outside: --set ${name}=...`,
  }),
  expectFailed: define<{ condition: string; facts: readonly string[] }>({
    code: 'D043',
    name: 'expect-failed',
    severity: 'error',
    allowable: true,
    message: ({ condition, facts }) => `expected ${condition}, but ${facts.join(' and ')}`,
    label: ({ facts }) => facts.join(', '),
    help: () => 'Correct the number if the change is meant; otherwise find what changed the model.',
  }),
  notCallable: define<{ name: string; found: string }>({
    code: 'D044',
    name: 'not-callable',
    severity: 'error',
    allowable: false,
    message: ({ name, found }) => `\`${name}\` cannot be called: it is ${found}`,
    label: () => 'not a block',
    help: ({ name }) => `Call a block or a primitive, or use \`${name}\` without parentheses.`,
  }),
  wrongAllow: define<{
    code: string
    reason: 'unknown' | 'not allowable' | 'no reason given'
    suggestion?: string | undefined
  }>({
    code: 'D045',
    name: 'wrong-allow',
    severity: 'error',
    allowable: false,
    message: ({ code, reason, suggestion }) =>
      reason === 'unknown'
        ? `there is no diagnostic \`${code}\`${suggestion === undefined ? '' : `; did you mean \`${suggestion}\`?`}`
        : reason === 'not allowable'
          ? `\`${code}\` cannot be allowed: the pipeline would have no meaning`
          : `\`allow ${code}\` does not say why`,
    help: ({ code, reason }) =>
      reason === 'no reason given'
        ? `Write \`allow ${code} because "..."\`: the reason goes into the run's record.`
        : reason === 'unknown'
          ? 'Allow a code as the report of the mistake shows it, such as D031.'
          : 'Fix what it reports.',
  }),
  unusedAllow: define<{ code: string }>({
    code: 'D046',
    name: 'unused-allow',
    severity: 'warning',
    allowable: false,
    message: ({ code }) => `\`allow ${code}\` allows nothing: ${code} is not reported here`,
    label: () => 'nothing to allow',
    help: () => 'Remove it.',
  }),
  studyAxis: define<{ path: string; problem: string }>({
    code: 'D047',
    name: 'study-axis-without-effect',
    severity: 'error',
    allowable: false,
    message: ({ path, problem }) => `the study axis \`${path}\` changes nothing: ${problem}`,
    label: () => 'every cell would be the same',
    help: () => 'Give at least two different values, or take the axis out.',
  }),
  indexOutOfRange: define<{ index: number; length: number; what?: string; of?: string }>({
    code: 'D048',
    name: 'index-out-of-range',
    severity: 'error',
    allowable: false,
    message: ({ index, length, what = 'item', of = 'the list' }) =>
      `there is no ${what} ${index}: ${of} has ${length === 1 ? `one ${what}` : `${length} ${what}s`}`,
    label: ({ length }) => (length === 0 ? 'the list is empty' : `0 to ${length - 1} are there`),
    help: ({ length }) => (length === 0 ? 'Put something into the list.' : 'Count from 0.'),
  }),
  misplaced: define<{ what: string; where: string; help: string }>({
    code: 'D049',
    name: 'misplaced-statement',
    severity: 'error',
    allowable: false,
    message: ({ what, where }) => `${what} has no place in ${where}`,
    label: () => 'not here',
    help: ({ help }) => help,
  }),
} as const

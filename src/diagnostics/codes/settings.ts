import { define } from '../define.js'

const listed = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ')
const didYouMean = (suggestion: string | undefined): string =>
  suggestion === undefined ? '' : `; did you mean \`${suggestion}\`?`
const mend = (suggestion: string | undefined, otherwise: string): string =>
  suggestion === undefined ? otherwise : `Write \`${suggestion}\`.`

export const settingsDiagnostics = {
  unknownComponent: define<{
    kind: string
    name: string
    suggestion?: string
    known: readonly string[]
    list?: string
  }>({
    code: 'D070',
    name: 'unknown-component',
    severity: 'error',
    allowable: false,
    message: ({ kind, name, suggestion }) => `\`${name}\` is not ${kind}${didYouMean(suggestion)}`,
    label: ({ kind }) => `expected ${kind}`,
    help: ({ kind, known, suggestion, list }) =>
      list !== undefined
        ? `Move it to \`${list}\`, or write ${kind}: ${listed(known)}.`
        : mend(suggestion, `Write ${kind}: ${listed(known)}.`),
  }),
  unknownParameter: define<{ component: string; name: string; suggestion?: string; known: readonly string[] }>({
    code: 'D071',
    name: 'unknown-parameter',
    severity: 'error',
    allowable: false,
    message: ({ component, name, suggestion }) =>
      `\`${component}\` has no parameter \`${name}\`${didYouMean(suggestion)}`,
    label: () => 'no such parameter',
    help: ({ component, known, suggestion }) =>
      mend(
        suggestion,
        known.length === 0 ? `\`${component}\` takes no parameters: remove it.` : `It takes ${listed(known)}.`,
      ),
  }),
  duplicateParameter: define<{ component: string; name: string }>({
    code: 'D072',
    name: 'parameter-given-twice',
    severity: 'error',
    allowable: false,
    message: ({ component, name }) => `\`${name}\` of \`${component}\` is given twice`,
    label: () => 'given again',
    help: () => 'Keep one of the two.',
  }),
  missingParameter: define<{ component: string; names: readonly string[]; example: string }>({
    code: 'D073',
    name: 'missing-parameter',
    severity: 'error',
    allowable: false,
    message: ({ component, names }) => `\`${component}\` needs ${listed(names)}, and nothing is given`,
    label: ({ names }) => `without ${listed(names)}`,
    help: ({ example }) => `Add ${example}.`,
  }),
  tooManyPositional: define<{ component: string; takes: readonly string[] }>({
    code: 'D074',
    name: 'too-many-values',
    severity: 'error',
    allowable: false,
    message: ({ component, takes }) =>
      takes.length === 0
        ? `\`${component}\` takes its parameters by name only`
        : `\`${component}\` takes only ${listed(takes)} without a name`,
    label: () => 'which parameter is this?',
    help: () => 'Put the name before it: `name = value`.',
  }),
  wrongType: define<{ parameter: string; expected: string; found: string; help?: string }>({
    code: 'D075',
    name: 'wrong-type-of-setting',
    severity: 'error',
    allowable: false,
    message: ({ parameter, expected, found }) => `\`${parameter}\` takes ${expected}, and this is ${found}`,
    label: ({ found }) => found,
    help: ({ expected, help }) => help ?? `Give ${expected}.`,
  }),
  wrongUnit: define<{ parameter: string; expected: string; found: string; example: string }>({
    code: 'D076',
    name: 'wrong-unit-of-setting',
    severity: 'error',
    allowable: false,
    message: ({ parameter, expected, found }) => `\`${parameter}\` takes ${expected}, and this is ${found}`,
    label: ({ found }) => found,
    help: ({ example }) => `Write it as \`${example}\`.`,
  }),
  unknownChoice: define<{ parameter: string; name: string; suggestion?: string; known: readonly string[] }>({
    code: 'D077',
    name: 'unknown-choice',
    severity: 'error',
    allowable: false,
    message: ({ parameter, name, suggestion }) => `\`${parameter}\` cannot be \`${name}\`${didYouMean(suggestion)}`,
    label: ({ known }) => (known.length === 1 ? 'only one choice is there' : 'not one of the choices'),
    help: ({ known, suggestion }) => mend(suggestion, `Choose ${known.length === 1 ? '' : 'one of '}${listed(known)}.`),
  }),
  outOfBounds: define<{ parameter: string; must: string; found: string }>({
    code: 'D078',
    name: 'setting-out-of-bounds',
    severity: 'error',
    allowable: false,
    message: ({ parameter, must, found }) => `\`${parameter}\` must be ${must}, and this is ${found}`,
    label: ({ must }) => `must be ${must}`,
    help: ({ must }) => `Choose a value that is ${must}.`,
  }),
  emptyRange: define<{ parameter: string; low: string; high: string; mayBeEqual: boolean; instead?: string }>({
    code: 'D079',
    name: 'range-upside-down',
    severity: 'error',
    allowable: false,
    message: ({ parameter, low, high, mayBeEqual, instead }) =>
      instead !== undefined
        ? `\`low\` is ${low} and \`high\` is ${high}: the low end is not below the high end`
        : `\`${parameter}\` goes from ${low} to ${high}: the low end ${mayBeEqual ? 'is above' : 'is not below'} the high end`,
    label: () => 'low end first',
    help: ({ low, high, mayBeEqual, instead }) =>
      low === high && !mayBeEqual ? 'Make the high end larger.' : `Write \`${instead ?? `${high} .. ${low}`}\`.`,
  }),
  unknownSetting: define<{ section: string; name: string; suggestion?: string; known: readonly string[] }>({
    code: 'D080',
    name: 'unknown-setting',
    severity: 'error',
    allowable: false,
    message: ({ section, name, suggestion }) => `\`${section}\` has no setting \`${name}\`${didYouMean(suggestion)}`,
    label: () => 'no such setting',
    help: ({ known, suggestion, section }) => mend(suggestion, `\`${section}\` takes ${listed(known)}.`),
  }),
  notAComponent: define<{ parameter: string; kind: string; found: string; known: readonly string[] }>({
    code: 'D082',
    name: 'component-expected',
    severity: 'error',
    allowable: false,
    message: ({ parameter, kind, found }) => `\`${parameter}\` takes ${kind}, and this is ${found}`,
    label: ({ kind }) => `expected ${kind}`,
    help: ({ known }) =>
      `Write a call of ${known.length === 1 ? '' : 'one of '}${listed(known)}, such as \`${known[0] ?? ''}(...)\`.`,
  }),
  patchDoesNotFit: define<{
    side: 'width' | 'height'
    patch: string
    image: number
    size: string
    mend: string
  }>({
    code: 'D083',
    name: 'patch-does-not-fit',
    severity: 'error',
    allowable: false,
    message: ({ side, patch, image, size }) =>
      `a patch can be ${patch} ${side === 'width' ? 'wide' : 'high'}, and the image is ${image}px ${side === 'width' ? 'wide' : 'high'} (${size})`,
    label: ({ patch, side }) => `up to ${patch} ${side === 'width' ? 'wide' : 'high'}`,
    help: ({ mend }) => mend,
  }),
  sourceAmongTargets: define<{ name: string }>({
    code: 'D084',
    name: 'source-among-targets',
    severity: 'error',
    allowable: true,
    message: ({ name }) =>
      `the source \`${name}\` is also a target: what is measured on unseen domains would include the one it was trained on`,
    label: () => 'this is the source',
    help: ({ name }) => `Take \`${name}\` out of the targets; its own test set is evaluated as \`source.test\`.`,
  }),
  duplicateTarget: define<{ name: string }>({
    code: 'D085',
    name: 'target-given-twice',
    severity: 'error',
    allowable: false,
    message: ({ name }) => `the target \`${name}\` is listed twice`,
    label: () => 'listed before',
    help: () => 'Remove one of the two: it would count double in what is averaged over targets.',
  }),
  validationIsTest: define<Record<never, never>>({
    code: 'D087',
    name: 'validation-equals-test',
    severity: 'warning',
    allowable: true,
    message: () =>
      "validation is the source's test set: early stopping and the choice of a checkpoint see the images that the result is measured on (leakage)",
    label: () => 'validation equal to test',
    help: () =>
      'Write `held_out(10%, faults = synthetic)`; to reproduce published numbers, keep it and say why: `allow D087 because "..."`.',
  }),
  settingWithoutEffect: define<{ parameter: string; why: string; help: string }>({
    code: 'D088',
    name: 'setting-without-effect',
    severity: 'warning',
    allowable: true,
    message: ({ parameter, why }) => `\`${parameter}\` changes nothing: ${why}`,
    label: () => 'has no effect',
    help: ({ help }) => help,
  }),
  noFaults: define<{ why: string; help: string }>({
    code: 'D089',
    name: 'no-fault-is-ever-made',
    severity: 'warning',
    allowable: true,
    message: ({ why }) => `no training image ever gets a fault: ${why}`,
    label: () => 'no faults',
    help: ({ help }) => help,
  }),
} as const

import { define } from '../define.js'

const listed = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ')
const interval = ([low, high]: readonly [number, number]): string =>
  `${low === -Infinity ? '(-inf' : `[${low}`}, ${high === Infinity ? 'inf)' : `${high}]`}`

/** Where functions belong, and why not elsewhere. */
const partsOf = {
  model: {
    of: 'models',
    why: 'a synthesis of faults works on the pixels of one image',
    help: 'The functions that a synthesis can call are in the group "Syntheses of faults" of `draemc doc`.',
  },
  synthesis: {
    of: 'syntheses of faults',
    why: 'a model does not work on the pixels of one image',
    help: 'Call it in a block that gives a `fault`.',
  },
  fault: {
    of: 'syntheses of faults',
    why: 'an augmentation has the one image alone',
    help: 'Make the synthesis draw the image.',
  },
} as const

export const tensorsDiagnostics = {
  shapeMismatch: define<{ callee: string; rule: string; shapes: readonly string[]; help: string }>({
    code: 'D050',
    name: 'shape-mismatch',
    severity: 'error',
    allowable: false,
    message: ({ callee, rule, shapes }) => `\`${callee}\` needs ${rule}: ${shapes.join(', ')}`,
    help: ({ help }) => help,
  }),
  poolingDoesNotDivide: define<{
    what: string
    height: number
    width: number
    multipleHeight: number
    multipleWidth: number
    nearest: string
    isImage: boolean
    padded: string
  }>({
    code: 'D051',
    name: 'pooling-does-not-divide',
    severity: 'error',
    allowable: true,
    message: ({ what, height, width, multipleHeight, multipleWidth }) => {
      const needs =
        multipleHeight === multipleWidth
          ? `sides that are multiples of ${multipleHeight}`
          : `a height that is a multiple of ${multipleHeight} and a width that is a multiple of ${multipleWidth}`
      return `${what} is ${height}x${width}, and the network's poolings need ${needs}`
    },
    label: ({ nearest }) => `nearest: ${nearest}`,
    help: ({ nearest, isImage, padded }) =>
      isImage
        ? `Set the image to ${nearest}; \`image = ${padded}, fit = keep_aspect\` keeps the proportions and fills the rest.`
        : `Make it ${nearest}, for example by a \`pad\` to ${padded}.`,
  }),
  wrongMeaning: define<{ callee: string; expected: string; found: string; help: string }>({
    code: 'D052',
    name: 'logits-or-probabilities',
    severity: 'error',
    allowable: false,
    message: ({ callee, expected, found }) => `\`${callee}\` takes ${expected}, and this is ${found}`,
    label: ({ found }) => found,
    help: ({ help }) => help,
  }),
  labelOutOfReach: define<{
    callee: string
    prediction: readonly [number, number]
    label: readonly [number, number]
    help: string
  }>({
    code: 'D053',
    name: 'label-out-of-reach',
    severity: 'error',
    allowable: true,
    message: ({ callee, prediction, label }) =>
      `\`${callee}\` compares a prediction in ${interval(prediction)} with a label in ${interval(label)}: part of the labels cannot be reached`,
    label: ({ prediction }) => `in ${interval(prediction)}`,
    help: ({ help }) => help,
  }),
  nonFinite: define<{ callee: string; why: string; range: readonly [number, number]; help: string }>({
    code: 'D054',
    name: 'non-finite',
    severity: 'error',
    allowable: true,
    message: ({ callee, why, range }) => `\`${callee}\` can be infinite or not a number: ${why} in ${interval(range)}`,
    label: ({ range }) => `in ${interval(range)}`,
    help: ({ help }) => help,
  }),
  outsidePhase: define<{ name: string; where: string; phases: string; help: string }>({
    code: 'D055',
    name: 'outside-its-phase',
    severity: 'error',
    allowable: false,
    message: ({ name, where, phases }) => `\`${name}\` is not there in ${where}: it exists ${phases}`,
    label: () => 'known in training only',
    help: ({ help }) => help,
  }),
  functionElsewhere: define<{ name: string; where: 'model' | 'synthesis' | 'fault' }>({
    code: 'D086',
    name: 'function-of-another-place',
    severity: 'error',
    allowable: false,
    message: ({ name, where }) => `\`${name}\` is a part of ${partsOf[where].of}: ${partsOf[where].why}`,
    label: ({ where }) => `in ${partsOf[where].of} only`,
    help: ({ where }) => partsOf[where].help,
  }),
  faultLabel: define<{ found: string; help: string }>({
    code: 'D119',
    name: 'unusable-label-of-a-fault',
    severity: 'error',
    allowable: false,
    message: ({ found }) => `the severity of a fault must lie in a known range from 0 on, and this ${found}`,
    label: () => 'the label `fault_severity`',
    help: ({ help }) => help,
  }),
  termWithoutParameter: define<{ term: string }>({
    code: 'D056',
    name: 'term-reaches-no-parameter',
    severity: 'error',
    allowable: true,
    message: ({ term }) => `the loss ${term} reaches no parameter: training cannot make it smaller`,
    label: () => 'no weight is behind it',
    help: () => 'Give it an output of the model that has weights (and no `stop_gradient` before it), or remove it.',
  }),
  deadHead: define<{ bindings: readonly string[]; count: number; example: string; all: boolean }>({
    code: 'D057',
    name: 'dead-head',
    severity: 'error',
    allowable: true,
    message: ({ bindings, count, example, all }) =>
      all
        ? `no loss reaches the ${count === 1 ? 'parameter' : `${count.toLocaleString('en-US')} parameters`} of ${listed(bindings)}: they would stay as they were initialised`
        : `no loss reaches ${count.toLocaleString('en-US')} of the parameters of ${listed(bindings)} (\`${example}\`, ...): they would stay as they were initialised`,
    label: () => 'not trained',
    help: ({ bindings }) =>
      `Add a loss on \`${bindings.at(-1)}\`, or remove ${bindings.length === 1 ? 'it' : 'them'}; \`allow D057 because "..."\` keeps ${bindings.length === 1 ? 'it' : 'them'} frozen, without decay.`,
  }),
  namesNeeded: define<{
    name: string
    /** The path that has weights already; none where two calls of one operator stand in a statement. */
    taken?: string
  }>({
    code: 'D058',
    name: 'names-needed',
    severity: 'error',
    allowable: false,
    message: ({ name, taken }) =>
      taken === undefined
        ? `a second \`${name}\` in one statement: its weights would have the names of the first`
        : `the weights of this \`${name}\` would have the names of others, below \`${taken}\``,
    label: () => 'its weights have no name of their own',
    help: ({ name }) =>
      `Give this call of \`${name}\` a binding of its own: weights are named by their bindings, and in one binding by their operators.`,
  }),
  attribute: define<{
    callee: string
    name: string
    must: string
    found: string
    /** What can be written in its place. */
    write?: string
    /** The parameter of the caller that the value is made of. */
    source?: string
  }>({
    code: 'D059',
    name: 'value-out-of-bounds',
    severity: 'error',
    allowable: false,
    message: ({ callee, name, must, found }) => `\`${name}\` of \`${callee}\` must be ${must}, and this is ${found}`,
    label: ({ must }) => `must be ${must}`,
    help: ({ write, source, name, must }) =>
      write !== undefined
        ? `Write \`${write}\`.`
        : source === undefined
          ? `Write a \`${name}\` that is ${must}.`
          : `Choose \`${source}\` so that what is made of it is ${must}.`,
  }),
  mapTooSmall: define<{ callee: string; shape: string; needs: string; help: string }>({
    code: 'D060',
    name: 'map-too-small',
    severity: 'error',
    allowable: false,
    message: ({ callee, shape, needs }) => `\`${callee}\` needs ${needs}, and the map is ${shape}`,
    label: ({ shape }) => shape,
    help: ({ help }) => help,
  }),
  notScalar: define<{ found: string }>({
    code: 'D061',
    name: 'total-is-not-a-scalar',
    severity: 'error',
    allowable: false,
    message: ({ found }) => `the loss \`total\` must be one number a batch, and this is ${found}`,
    label: ({ found }) => found,
    help: () => 'Reduce it: a loss such as `l2(a, b)`, or `mean(x)`.',
  }),
  termOutsideTotal: define<{ name: string }>({
    code: 'D062',
    name: 'term-outside-total',
    severity: 'warning',
    allowable: true,
    message: ({ name }) => `the loss \`${name}\` is not part of \`total\`: it is reported, and trains nothing`,
    label: () => 'not minimised',
    help: ({ name }) => `Add \`${name}\` to \`total\`, or remove it.`,
  }),
  zeroWeightHead: define<{ bindings: readonly string[]; term: string; users: readonly string[] }>({
    code: 'D063',
    name: 'head-of-a-zero-term',
    severity: 'error',
    allowable: true,
    message: ({ bindings, term, users }) =>
      `${listed(bindings)} ${bindings.length === 1 ? 'is' : 'are'} trained only by ${term === '' ? 'terms' : `\`${term}\``}, whose weight is 0, but what is measured of ${listed(users)} needs ${bindings.length === 1 ? 'it' : 'them'}`,
    label: () => 'would stay as it was initialised',
    help: ({ bindings, users }) =>
      `Take the metrics and monitors of ${listed(users)} out, or make these without \`${bindings.at(-1)}\`: then it is pruned, and this is the pipeline without it. Or give the term a weight; \`allow D063 because "..."\` keeps it frozen.`,
  }),
  unusedOutput: define<{ name: string }>({
    code: 'D064',
    name: 'unused-output',
    severity: 'warning',
    allowable: true,
    message: ({ name }) => `\`${name}\` is computed, but no loss, metric or other binding uses it`,
    label: () => 'nothing uses it',
    help: ({ name }) => `Remove \`${name}\`, or measure it in \`evaluate\`.`,
  }),
  tooDeep: define<{ depth: number }>({
    code: 'D065',
    name: 'calls-too-deep',
    severity: 'error',
    allowable: false,
    message: ({ depth }) => `blocks call each other more than ${depth} deep`,
    help: () => 'Flatten the blocks.',
  }),
  expandsTooFar: define<{ what: string; limit: string; help: string }>({
    code: 'D069',
    name: 'expands-too-far',
    severity: 'error',
    allowable: false,
    message: ({ what, limit }) => `${what} expands to more than ${limit}`,
    label: () => 'here the limit is reached',
    help: ({ help }) => help,
  }),
  predictionBeyondLabel: define<{
    callee: string
    prediction: readonly [number, number]
    label: readonly [number, number]
    help: string
  }>({
    code: 'D066',
    name: 'prediction-beyond-label',
    severity: 'warning',
    allowable: true,
    message: ({ callee, prediction, label }) =>
      `\`${callee}\` compares a prediction in ${interval(prediction)} with a label in ${interval(label)}: much of what can be predicted is never right`,
    label: ({ prediction }) => `in ${interval(prediction)}`,
    help: ({ help }) => help,
  }),
  otherScales: define<{
    callee: string
    parts: readonly { readonly name: string; readonly range: readonly [number, number] }[]
    help: string
  }>({
    code: 'D067',
    name: 'parts-of-other-scales',
    severity: 'warning',
    allowable: true,
    message: ({ callee, parts }) =>
      `\`${callee}\` puts together values of different scales: ${parts.map(({ name, range }) => `${name} in ${interval(range)}`).join(', ')}`,
    label: () => 'the larger scale decides nearly alone',
    help: ({ help }) => help,
  }),
  singleValueNorm: define<{ batch: number; shape: string; path: string }>({
    code: 'D068',
    name: 'batch-norm-over-one-value',
    severity: 'error',
    allowable: true,
    message: ({ batch, shape, path }) =>
      `\`${path}\` normalises a single value a channel (a batch of ${batch}, ${shape}): it gives its offset whatever comes in, and nothing before it trains`,
    label: () => 'one value a channel in training',
    help: () => 'Set a larger `batch` or image, or leave the `batch_norm` out.',
  }),
} as const

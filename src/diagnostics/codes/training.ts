import { define } from '../define.js'

const listed = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ')
const didYouMean = (suggestion: string | undefined): string =>
  suggestion === undefined ? '' : `; did you mean \`${suggestion}\`?`
const fix = (suggestion: string | undefined, otherwise: string): string =>
  suggestion === undefined ? otherwise : `Write \`${suggestion}\`.`

export const trainingDiagnostics = {
  notAMonitor: define<{ parameter: string; found: string }>({
    code: 'D100',
    name: 'monitor-expected',
    severity: 'error',
    allowable: false,
    message: ({ parameter, found }) =>
      `\`${parameter}\` takes a number of the validation, such as \`val.auroc(score)\`, and this is ${found}`,
    label: () => 'not a metric of an output',
    help: () => 'Write the split, the metric and the output: `val.auroc(score)`.',
  }),
  unknownSplit: define<{ name: string; suggestion?: string | undefined }>({
    code: 'D101',
    name: 'unknown-split',
    severity: 'error',
    allowable: false,
    message: ({ name, suggestion }) => `there is no split \`${name}\`${didYouMean(suggestion)}`,
    label: () => 'expected `val`',
    help: ({ suggestion }) => fix(suggestion, 'Write `val`; the test sets are `source` and `targets`.'),
  }),
  unknownMetric: define<{ name: string; suggestion?: string | undefined; known: readonly string[] }>({
    code: 'D102',
    name: 'unknown-metric',
    severity: 'error',
    allowable: false,
    message: ({ name, suggestion }) => `there is no metric \`${name}\`${didYouMean(suggestion)}`,
    label: () => 'no such metric',
    help: ({ known, suggestion }) => fix(suggestion, `The metrics are ${listed(known)}.`),
  }),
  unknownOutput: define<{ name: string; suggestion?: string | undefined; known: readonly string[] }>({
    code: 'D103',
    name: 'unknown-output',
    severity: 'error',
    allowable: false,
    message: ({ name, suggestion }) => `the model has no output \`${name}\`${didYouMean(suggestion)}`,
    label: () => 'not bound in `model`',
    help: ({ known, name, suggestion }) =>
      fix(
        suggestion,
        known.length === 0
          ? `Bind \`${name}\` in the model section.`
          : `Bind \`${name}\` in the model section, or use ${listed(known)}.`,
      ),
  }),
  outputExpected: define<{ found: string }>({
    code: 'D104',
    name: 'output-expected',
    severity: 'error',
    allowable: false,
    message: ({ found }) => `a metric measures an output by its name, and this is ${found}`,
    label: () => 'not a name',
    help: () => 'Bind the expression to a name in the model section, and measure that name.',
  }),
  metricDoesNotFit: define<{
    metric: string
    list: string
    output: string
    needs: string
    found: string
    help: string
  }>({
    code: 'D105',
    name: 'metric-does-not-fit-output',
    severity: 'error',
    allowable: false,
    message: ({ metric, list, output, needs, found }) =>
      `\`${metric}\` in \`${list}\` needs ${needs}, and \`${output}\` is ${found}`,
    label: ({ found }) => found,
    help: ({ help }) => help,
  }),
  monitorNotProduced: define<{
    reference: string
    produced: readonly string[]
    suggestion?: string | undefined
    add: string
  }>({
    code: 'D106',
    name: 'monitor-not-produced',
    severity: 'error',
    allowable: false,
    message: ({ reference, suggestion }) => `no evaluation produces \`${reference}\`${didYouMean(suggestion)}`,
    label: () => 'not measured',
    help: ({ add, produced, suggestion }) =>
      suggestion !== undefined
        ? `Write \`${suggestion}\`, or ${add.charAt(0).toLowerCase()}${add.slice(1)}.`
        : `${add}${produced.length === 0 ? '' : `, or monitor what is measured: ${listed(produced.slice(0, 6))}`}.`,
  }),
  monitorOnTest: define<{ reference: string; split: string; instead: string }>({
    code: 'D107',
    name: 'monitor-on-test-set',
    severity: 'error',
    allowable: true,
    message: ({ reference, split }) =>
      `\`${reference}\` chooses by a test set: what \`${split}\` measures would no longer be unseen (leakage)`,
    label: () => 'a test set',
    help: ({ instead }) =>
      `Monitor \`${instead}\`; to reproduce published numbers, say why: \`allow D107 because "..."\`.`,
  }),
  patienceTooLong: define<{ patience: number; why: string; most: number }>({
    code: 'D108',
    name: 'patience-never-runs-out',
    severity: 'warning',
    allowable: true,
    message: ({ patience, why }) =>
      `early stopping can never happen: its patience is ${patience === 1 ? '1 epoch' : `${patience} epochs`}, and ${why}`,
    label: ({ patience }) => (patience === 1 ? '1 epoch' : `${patience} epochs`),
    help: ({ most }) =>
      most > 0
        ? `Set the patience to at most ${most === 1 ? '1 epoch' : `${most} epochs`}, or leave \`early_stop\` out.`
        : 'Validate more often, train for longer, or leave `early_stop` out.',
  }),
  noTargets: define<{ why: string; mayHave: boolean }>({
    code: 'D109',
    name: 'no-targets',
    severity: 'error',
    allowable: false,
    message: ({ why }) => `\`targets.test\` is empty: ${why}`,
    label: () => 'no images',
    help: ({ mayHave }) =>
      mayHave ? 'Name the targets in the data, or evaluate `on = [source.test]`.' : 'Evaluate `on = [source.test]`.',
  }),
  scheduleOutsideRun: define<{ at: string; epochs: number }>({
    code: 'D110',
    name: 'schedule-outside-the-run',
    severity: 'warning',
    allowable: true,
    message: ({ at, epochs }) =>
      `the learning rate never changes at ${at}: the training has ${epochs === 1 ? '1 epoch' : `${epochs} epochs`}`,
    label: () => 'after the end',
    help: ({ epochs }) =>
      epochs > 1
        ? `Choose less than ${epochs} epochs, or write it in percent: \`80%\`.`
        : 'Train for more epochs, or leave the schedule out.',
  }),
  scheduleNotAscending: define<{ at: string; before: string; isSame: boolean; epoch: number }>({
    code: 'D127',
    name: 'schedule-not-ascending',
    severity: 'warning',
    allowable: true,
    message: ({ at, before, isSame, epoch }) =>
      isSame
        ? `the learning rate changes twice at the start of epoch ${epoch}: at ${before} and at ${at}`
        : `the change at ${at} comes before the one at ${before}, and is listed after it`,
    label: ({ isSame }) => (isSame ? 'a second change at the same time' : 'out of order'),
    help: ({ isSame }) =>
      isSame
        ? 'Remove one of the two; to change by more at once, choose another `factor`.'
        : 'List the points in the order of the training.',
  }),
  duplicateMetric: define<{ metric: string }>({
    code: 'D111',
    name: 'metric-given-twice',
    severity: 'warning',
    allowable: true,
    message: ({ metric }) => `\`${metric}\` is listed twice`,
    label: () => 'listed before',
    help: () => 'Remove one of the two.',
  }),
  nothingMeasured: define<Record<never, never>>({
    code: 'D112',
    name: 'nothing-is-measured',
    severity: 'warning',
    allowable: true,
    message: () => 'the evaluation measures nothing: `image`, `pixel` and `values` are all empty',
    label: () => 'no metric',
    help: () => 'Add a metric: `image = [auroc(score)]`.',
  }),
  neverValidated: define<{ every: string; run: string; instead: string }>({
    code: 'D113',
    name: 'validated-only-at-the-end',
    severity: 'warning',
    allowable: true,
    message: ({ every, run }) =>
      `validation is due every ${every}, and the training ends after ${run}: the only one is at the end`,
    label: () => 'longer than the training',
    help: ({ instead }) => `Write \`validate = every(${instead})\`.`,
  }),
  valueOutOfReach: define<{ metric: string; output: string; prediction: string; label: string; help: string }>({
    code: 'D114',
    name: 'measured-value-out-of-reach',
    severity: 'warning',
    allowable: true,
    message: ({ metric, output, prediction, label }) =>
      `\`${metric}\` compares \`${output}\` in ${prediction} with severities in ${label}: part of them cannot be reached`,
    label: ({ prediction }) => `in ${prediction}`,
    help: ({ help }) => help,
  }),
  monitorWithoutValue: define<{ reference: string; why: string }>({
    code: 'D115',
    name: 'monitor-without-value',
    severity: 'error',
    allowable: false,
    message: ({ reference, why }) => `\`${reference}\` never has a value: ${why}`,
    label: () => 'nothing to compare',
    help: () =>
      'Monitor a metric that has labels there, or validate on `held_out(10%)`, whose synthetic faults have masks and severities.',
  }),
  thresholdOutOfReach: define<{ metric: string; output: string; range: string; called: string }>({
    code: 'D116',
    name: 'threshold-out-of-reach',
    severity: 'warning',
    allowable: true,
    message: ({ metric, output, range, called }) =>
      `\`${metric}\` calls every image ${called}: \`${output}\` is in ${range}`,
    label: ({ range }) => `outside ${range}`,
    help: () => 'Write a threshold within the range, or let the validation set choose it: `best_f1`.',
  }),
  warmUpTooLong: define<{ warmUp: number; epochs: number }>({
    code: 'D117',
    name: 'warm-up-too-long',
    severity: 'error',
    allowable: false,
    message: ({ warmUp, epochs }) =>
      `the warm-up takes ${warmUp} ${warmUp === 1 ? 'epoch' : 'epochs'}, and the training has ${epochs}: the learning rate is never whole`,
    label: () => 'ends too late',
    help: ({ epochs }) => (epochs === 1 ? 'Leave `warm_up` out.' : `Choose less than ${epochs} epochs.`),
  }),
  cosineRises: define<{ lowest: number; rate: number }>({
    code: 'D118',
    name: 'cosine-does-not-fall',
    severity: 'error',
    allowable: false,
    message: ({ lowest, rate }) =>
      `\`cosine\` falls from the learning rate of the optimizer, ${rate}, to \`lowest\`, and that is ${lowest}`,
    label: () => 'not below the learning rate',
    help: ({ rate }) => `Choose less than ${rate}, or leave \`lowest\` out: 0.`,
  }),
  unevenMicroBatch: define<{ part: number; batch: number; sizes: readonly number[] }>({
    code: 'D142',
    name: 'uneven-micro-batch',
    severity: 'error',
    allowable: false,
    message: ({ part, batch }) => `a batch of ${batch} images is no whole number of parts of ${part}`,
    label: ({ batch }) => `does not divide ${batch}`,
    help: ({ part, batch, sizes }) => {
      const near = sizes.filter((size) => size <= part).at(-1) ?? 1
      if (batch === 1) return 'Leave `micro_batch` out: a batch of one image has no parts.'
      return `Write \`micro_batch = ${near}\`${sizes.length > 1 ? `; ${batch} is divided by ${inWords(sizes)}` : ''}.`
    },
  }),
} as const

function inWords(numbers: readonly number[]): string {
  return `${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)}`
}

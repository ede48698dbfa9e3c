import { own } from '../source/own.js'
import { component, number, outputName, range, share } from './parameters.js'
import { type Declaration, declare, type Parameters, type Table, type ValueOf } from './schema.js'

/** Where a metric is asked for in `evaluate`, which says what it is computed from. */
export const metricLists = ['image', 'pixel', 'values'] as const
export type MetricList = (typeof metricLists)[number]

export interface MetricDeclaration<P extends Parameters = Parameters, L extends MetricList = MetricList>
  extends Declaration<P> {
  readonly lists: readonly L[]
  /** Whether a larger or a smaller value is better. */
  readonly better: 'higher' | 'lower'
  /** Where it has no value although it has images of both classes, masks or severities: `where all severities are equal`. */
  readonly undefinedWhere?: string
}

/** From which score on an image is called faulty. */
export const thresholds = {
  best_f1: declare(
    'The score of the validation set at which F1 is largest there, the highest where several are equally good.',
    {},
  ),
  false_positive_rate: declare(
    'The lowest threshold at which no more than this share of the normal images of the validation set is called faulty.',
    {
      rate: share('Share of the normal images.', { minimum: 0, exclusiveMaximum: 1, default: 0.05 }),
    },
    { positional: ['rate'] },
  ),
  fixed: declare('A number.', { value: number('The threshold.') }, { positional: ['value'] }),
} as const satisfies Table
export type ThresholdValue = ValueOf<typeof thresholds>

const output = outputName('Binding of the model section that is measured.')
const threshold = component('threshold', thresholds, 'The score from which on an image is called faulty.', {
  default: { component: 'best_f1', parameters: {} },
})

function metric<const L extends MetricList, const P extends Parameters>(
  lists: readonly L[],
  better: 'higher' | 'lower',
  doc: string,
  parameters: P,
  undefinedWhere?: string,
): MetricDeclaration<{ readonly output: typeof output } & P, L> {
  const all = { output, ...parameters }
  const declared = declare(doc, all, { positional: Object.keys(all) as (keyof typeof all & string)[] })
  return { ...declared, lists, better, ...(undefinedWhere === undefined ? {} : { undefinedWhere }) }
}

export const metrics = {
  auroc: metric(
    ['image', 'pixel'],
    'higher',
    'Area under the ROC curve: faulty against normal images, or over all pixels of the images that have a mask.',
    {},
  ),
  f1_max: metric(
    ['image', 'pixel'],
    'higher',
    'Largest F1 score over all thresholds: faulty against normal images, or over all pixels of the images that have a mask.',
    {},
  ),
  average_precision: metric(
    ['image', 'pixel'],
    'higher',
    'Average precision: faulty against normal images, or over all pixels of the images that have a mask.',
    {},
  ),
  accuracy: metric(['image'], 'higher', 'Share of the images that are called what they are at the threshold.', {
    threshold,
  }),
  precision: metric(
    ['image'],
    'higher',
    'Share of faulty images among those that are called faulty at the threshold.',
    { threshold },
    'where no image is called faulty',
  ),
  recall: metric(['image'], 'higher', 'Share of the faulty images that are called faulty at the threshold.', {
    threshold,
  }),
  f1: metric(['image'], 'higher', 'F1 score at the threshold: 2 TP / (2 TP + FP + FN).', { threshold }),
  detection_rate: metric(
    ['image'],
    'higher',
    'Share of the faulty images with a severity in the range, ends included, that are called faulty at the threshold.',
    {
      severity: range(number('An end.', { minimum: 0 }), 'Severities that are looked at.'),
      threshold,
    },
    'where no faulty image has a severity in the range',
  ),
  pro: metric(
    ['pixel'],
    'higher',
    'Per-region overlap against the false positive rate, area up to a rate of 0.3 divided by 0.3 (Bergmann et al. 2021).',
    {},
  ),
  mae: metric(['values'], 'lower', 'Mean absolute error against the severity, over the images that have one.', {}),
  rmse: metric(['values'], 'lower', 'Root mean squared error against the severity, over the images that have one.', {}),
  r2: metric(
    ['values'],
    'higher',
    'Share of the variance of the severity that is predicted (coefficient of determination, at most 1), over the images that have one.',
    {},
    'where all severities are equal',
  ),
  spearman: metric(
    ['values'],
    'higher',
    "Spearman's rank correlation with the severity, -1 to 1, equal values at the mean of their ranks, over the images that have one.",
    {},
    'where all severities or all predictions are equal',
  ),
  within: metric(['values'], 'higher', 'Share of the images whose severity is met within the tolerance.', {
    tolerance: number('Largest absolute error that counts as met.', { exclusiveMinimum: 0, default: 0.1 }),
  }),
} as const satisfies Readonly<Record<string, MetricDeclaration>>

type Metrics = typeof metrics

/** The metrics of a list. */
export type MetricsOf<L extends MetricList> = {
  readonly [Name in keyof Metrics as L extends Metrics[Name]['lists'][number] ? Name : never]: Metrics[Name]
}
export type MetricName = keyof Metrics
/** A metric that is asked for, of an output. */
export type MetricValue<L extends MetricList = MetricList> = L extends MetricList ? ValueOf<MetricsOf<L>> : never

export const metricNames = Object.keys(metrics) as readonly MetricName[]

export function metricsOf<L extends MetricList>(list: L): MetricsOf<L> {
  const own = Object.entries(metrics).filter(([, { lists }]) => (lists as readonly MetricList[]).includes(list))
  // Filtered by the same field as the type.
  return Object.fromEntries(own) as MetricsOf<L>
}

/** A metric with all its parameters, by which it is known everywhere: `auroc(score)`, `within(severity, 0.1)`. */
export type MetricKey = `${MetricName}(${string})`
/** Values by metric; null where one is undefined. */
export type MetricTable<Key extends string = MetricKey> = Readonly<Record<Key, number | null>>

/** Means by key of tables with the same keys, over those where the metric is defined; null where it is nowhere. */
export function meanMetrics(all: readonly MetricTable[]): MetricTable {
  return Object.fromEntries(
    keysOf(all[0] ?? {}).map((key) => {
      const defined = all.flatMap((metrics) => metrics[key] ?? [])
      return [key, defined.length > 0 ? defined.reduce((sum, value) => sum + value, 0) / defined.length : null]
    }),
  )
}

export function keysOf(metrics: MetricTable): readonly MetricKey[] {
  return Object.keys(metrics) as readonly MetricKey[]
}

/** By how much the first value is better than the second; negative where it is worse. */
export function advantage(key: MetricKey, value: number, other: number): number {
  const name = key.slice(0, key.indexOf('(')) as MetricName
  return metrics[name].better === 'higher' ? value - other : other - value
}

export function metricKey({ component, parameters }: MetricValue): MetricKey {
  return `${component}(${argumentsText(metrics[component].positional, parameters)})`
}

/** A threshold with its parameters: `fixed(0.5)`. */
export function thresholdKey({ component, parameters }: ThresholdValue): string {
  const { positional } = thresholds[component]
  return positional.length === 0 ? component : `${component}(${argumentsText(positional, parameters)})`
}

function argumentsText(names: readonly string[], parameters: Readonly<Record<string, unknown>>): string {
  return names.map((name) => argumentText(own(parameters, name))).join(', ')
}

function argumentText(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(' .. ')
  // The only component that a metric takes.
  return typeof value === 'object' && value !== null ? thresholdKey(value as ThresholdValue) : String(value)
}

/** A number that validation produces, to be watched: `val.auroc(score)`. */
export type Monitor = { readonly split: Split } & MetricValue
export const splits = ['val', 'source', 'targets'] as const
export type Split = (typeof splits)[number]

/** As it is written: `val.auroc(score)`. */
export function monitorName(monitor: Monitor): string {
  return `${monitor.split}.${metricKey(monitor)}`
}

/** What a validation reports: of the validation set by the metric alone, of a test set with the split before it. */
export type MonitorKey = MetricKey | `${Split}.${MetricKey}`

export function monitorKey(split: Split, key: MetricKey): MonitorKey {
  return split === 'val' ? key : `${split}.${key}`
}

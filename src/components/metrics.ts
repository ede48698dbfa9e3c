import { number, outputName } from './parameters.js'
import { type Declaration, declare, type Parameters, type ValueOf } from './schema.js'

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

const output = outputName('Binding of the model section that is measured.')

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
  const given: Readonly<Record<string, unknown>> = parameters
  return `${component}(${metrics[component].positional.map((name) => String(given[name])).join(', ')})`
}

/** A number that validation produces, to be watched: `val.auroc(score)`. */
export type Monitor = { readonly split: Split } & MetricValue
export const splits = ['val', 'source', 'targets'] as const
export type Split = (typeof splits)[number]

/** What a validation reports: of the validation set by the metric alone, of a test set with the split before it. */
export type MonitorKey = MetricKey | `${Split}.${MetricKey}`

export function monitorKey(split: Split, key: MetricKey): MonitorKey {
  return split === 'val' ? key : `${split}.${key}`
}

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
}

const output = outputName('Binding of the model section that is measured.')

function metric<const L extends MetricList, const P extends Parameters>(
  lists: readonly L[],
  better: 'higher' | 'lower',
  doc: string,
  parameters: P,
): MetricDeclaration<{ readonly output: typeof output } & P, L> {
  const all = { output, ...parameters }
  return { ...declare(doc, all, { positional: Object.keys(all) as (keyof typeof all & string)[] }), lists, better }
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

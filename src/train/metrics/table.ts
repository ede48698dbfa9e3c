import type { FloatArray } from '../step-runner.js'
import { auroc } from './auroc.js'
import { averagePrecision } from './average-precision.js'
import { mae, rmse, within } from './errors.js'
import { f1Max } from './f1-max.js'
import { pro, type ScoredMaps } from './pro.js'
import { type Ranking, rank } from './ranking.js'

export type MetricParameters = Readonly<Record<string, number>>

/** Over a ranking of scores by two classes: of images or of pixels. NaN where only one class is there. */
const rankingMetrics = {
  auroc,
  average_precision: averagePrecision,
  f1_max: f1Max,
} as const satisfies Record<string, (ranking: Ranking) => number>

/** Over whole maps with their masks. */
const mapMetrics = {
  pro: (maps, { limit }) => pro(maps, limit),
} as const satisfies Record<string, (maps: ScoredMaps, parameters: MetricParameters) => number>

/** Over predicted and true values of images. */
const valueMetrics = {
  mae,
  rmse,
  within: (predictions, targets, { tolerance }) => within(predictions, targets, tolerance ?? Number.NaN),
} as const satisfies Record<
  string,
  (predictions: ArrayLike<number>, targets: ArrayLike<number>, parameters: MetricParameters) => number
>

/** Errors are better when small; everything else when large. */
export function lowerIsBetter(metric: string): boolean {
  return metric === 'mae' || metric === 'rmse'
}

export function imageMetric(name: string, scores: FloatArray, labels: ArrayLike<number>): number {
  return lookUp(rankingMetrics, name)(rank(scores, labels))
}

/** Rankings of the same pixels are shared by the metrics of one output: sorting is what costs. */
export function pixelMetrics(
  requests: readonly { readonly metric: string; readonly parameters: MetricParameters }[],
  maps: ScoredMaps,
): readonly number[] {
  let ranking: Ranking | undefined
  return requests.map(({ metric, parameters }) => {
    if (metric in mapMetrics) return lookUp(mapMetrics, metric)(maps, parameters)
    ranking ??= rank(maps.scores, maps.masks)
    return lookUp(rankingMetrics, metric)(ranking)
  })
}

export function valueMetric(
  name: string,
  predictions: ArrayLike<number>,
  targets: ArrayLike<number>,
  parameters: MetricParameters,
): number {
  return lookUp(valueMetrics, name)(predictions, targets, parameters)
}

export const metricNames = {
  image: Object.keys(rankingMetrics),
  pixel: [...Object.keys(rankingMetrics), ...Object.keys(mapMetrics)],
  values: Object.keys(valueMetrics),
} as const

function lookUp<Metric>(table: Readonly<Record<string, Metric>>, name: string): Metric {
  const metric = Object.hasOwn(table, name) ? table[name] : undefined
  // The checker knows the registered metrics: a name without a behaviour is draemc's own mistake.
  if (metric === undefined) throw new Error(`metric ${name} has no behaviour`)
  return metric
}

import type { MetricsOf, MetricValue } from '../../components/metrics.js'
import { type Halves, halfOf } from '../../components/schema.js'
import type { FloatArray } from '../step-runner.js'
import { auroc } from './auroc.js'
import { averagePrecision } from './average-precision.js'
import { mae, r2, rmse, spearman, within } from './errors.js'
import { f1Max } from './f1-max.js'
import { pro, type ScoredMaps } from './pro.js'
import { type Ranking, rank } from './ranking.js'

type Values = ArrayLike<number>

/** Over a ranking of scores of images by their label. NaN where only one class is there. */
const imageMetrics: Halves<MetricsOf<'image'>, [Ranking], number> = {
  auroc: (_, ranking) => auroc(ranking),
  average_precision: (_, ranking) => averagePrecision(ranking),
  f1_max: (_, ranking) => f1Max(ranking),
}

/** Over maps with their masks. Rankings of the same pixels are shared by the metrics of one output: sorting is what costs. */
const pixelMetrics: Halves<MetricsOf<'pixel'>, [ScoredMaps, () => Ranking], number> = {
  auroc: (_, __, ranking) => auroc(ranking()),
  average_precision: (_, __, ranking) => averagePrecision(ranking()),
  f1_max: (_, __, ranking) => f1Max(ranking()),
  pro: (_, maps) => pro(maps),
}

/** Over predicted and true values of images. */
const valueMetrics: Halves<MetricsOf<'values'>, [predictions: Values, targets: Values], number> = {
  mae: (_, predictions, targets) => mae(predictions, targets),
  rmse: (_, predictions, targets) => rmse(predictions, targets),
  r2: (_, predictions, targets) => r2(predictions, targets),
  spearman: (_, predictions, targets) => spearman(predictions, targets),
  within: ({ tolerance }, predictions, targets) => within(predictions, targets, tolerance),
}

export function imageMetric(request: MetricValue<'image'>, scores: FloatArray, labels: Values): number {
  return halfOf(imageMetrics, request, rank(scores, labels))
}

export function pixelMetricsOf(requests: readonly MetricValue<'pixel'>[], maps: ScoredMaps): readonly number[] {
  let shared: Ranking | undefined
  const ranking = (): Ranking => {
    shared ??= rank(maps.scores, maps.masks)
    return shared
  }
  return requests.map((request) => halfOf(pixelMetrics, request, maps, ranking))
}

export function valueMetric(request: MetricValue<'values'>, predictions: Values, targets: Values): number {
  return halfOf(valueMetrics, request, predictions, targets)
}

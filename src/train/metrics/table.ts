import type { MetricsOf, MetricValue } from '../../components/metrics.js'
import { type Halves, halfOf } from '../../components/schema.js'
import { auroc } from './auroc.js'
import { averagePrecision } from './average-precision.js'
import { accuracy, detectionRate, f1, precision, recall, type ScoredImages } from './decisions.js'
import { mae, r2, rmse, spearman, within } from './errors.js'
import { f1Max } from './f1-max.js'
import { pro, type ScoredMaps } from './pro.js'
import { type Ranking, rank } from './ranking.js'
import type { Thresholds } from './threshold.js'

type Values = ArrayLike<number>

/** Of scores of images against their labels. NaN where only one class is there, and without the threshold that is asked for. */
const imageMetrics: Halves<MetricsOf<'image'>, [ScoredImages, Thresholds], number> = {
  auroc: (_, { scores, labels }) => auroc(rank(scores, labels)),
  average_precision: (_, { scores, labels }) => averagePrecision(rank(scores, labels)),
  f1_max: (_, { scores, labels }) => f1Max(rank(scores, labels)),
  accuracy: ({ output, threshold }, images, chosen) => accuracy(images, chosen.of(output, threshold)),
  precision: ({ output, threshold }, images, chosen) => precision(images, chosen.of(output, threshold)),
  recall: ({ output, threshold }, images, chosen) => recall(images, chosen.of(output, threshold)),
  f1: ({ output, threshold }, images, chosen) => f1(images, chosen.of(output, threshold)),
  detection_rate: ({ output, threshold, severity }, images, chosen) =>
    detectionRate(images, chosen.of(output, threshold), severity),
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

export function imageMetric(request: MetricValue<'image'>, images: ScoredImages, chosen: Thresholds): number {
  return halfOf(imageMetrics, request, images, chosen)
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

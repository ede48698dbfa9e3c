import { forEachThreshold, isRankable, type Ranking } from './ranking.js'

/** Best F1 = 2 TP / (2 TP + FP + FN) over all thresholds that are scores. NaN where only one class is there. */
export function f1Max(ranking: Ranking): number {
  if (!isRankable(ranking)) return Number.NaN
  let best = 0
  forEachThreshold(ranking, (truePositives, falsePositives) => {
    best = Math.max(best, (2 * truePositives) / (truePositives + falsePositives + ranking.positives.length))
  })
  return best
}

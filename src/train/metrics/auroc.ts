import { forEachThreshold, isRankable, type Ranking } from './ranking.js'

/**
 * Area under the ROC curve: the probability that a fault scores above a normal, ties counting half (mid-ranks).
 * NaN where only one class is there.
 */
export function auroc(ranking: Ranking): number {
  if (!isRankable(ranking)) return Number.NaN
  let area = 0
  let lastTrue = 0
  let lastFalse = 0
  forEachThreshold(ranking, (truePositives, falsePositives) => {
    // Twice the trapezoid in counts: integers, so exact up to 2^53.
    area += (falsePositives - lastFalse) * (truePositives + lastTrue)
    lastTrue = truePositives
    lastFalse = falsePositives
  })
  return area / 2 / ranking.positives.length / ranking.negatives.length
}

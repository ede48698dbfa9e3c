import { forEachThreshold, isRankable, type Ranking } from './ranking.js'

/**
 * Sum over thresholds of (recall step) x precision, equal scores being one threshold: scikit-learn's `average_precision_score`
 * (no interpolation). NaN where only one class is there.
 */
export function averagePrecision(ranking: Ranking): number {
  if (!isRankable(ranking)) return Number.NaN
  let sum = 0
  let lastTrue = 0
  forEachThreshold(ranking, (truePositives, falsePositives) => {
    sum += (truePositives - lastTrue) * (truePositives / (truePositives + falsePositives))
    lastTrue = truePositives
  })
  return sum / ranking.positives.length
}

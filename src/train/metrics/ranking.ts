import { invariant } from '../../diagnostics/invariant.js'
import { type FloatArray, likeArray } from '../step-runner.js'

/**
 * Scores of the two classes, each sorted ascending. All ranking metrics are walks over the two lists, so nothing is paired
 * and nothing but the scores themselves is in memory: a typed array sorts numerically without a comparator.
 */
export interface Ranking {
  readonly positives: FloatArray
  readonly negatives: FloatArray
}

/** `labels[i]` is 1 for a fault (of the image, or of the pixel), else 0. Scores must be finite: a NaN has no place in an order. */
export function rank(scores: FloatArray, labels: ArrayLike<number>): Ranking {
  let count = 0
  for (let i = 0; i < scores.length; i++) if (labels[i] === 1) count++
  const positives = likeArray(scores, count)
  const negatives = likeArray(scores, scores.length - count)
  let p = 0
  let n = 0
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] as number
    if (labels[i] === 1) positives[p++] = score
    else negatives[n++] = score
  }
  // Typed arrays sort NaN to the end.
  for (const sorted of [positives.sort(), negatives.sort()]) {
    invariant(!Number.isNaN(sorted.at(-1)), 'scores that are not numbers cannot be ranked')
  }
  return { positives, negatives }
}

/** True where a curve exists: both classes are there. */
export function isRankable(ranking: Ranking): boolean {
  return ranking.positives.length > 0 && ranking.negatives.length > 0
}

/**
 * Visits the distinct scores from the highest down, with how many of each class are at or above each: the points of
 * every threshold curve, equal scores grouped.
 */
export function forEachThreshold(
  { positives, negatives }: Ranking,
  visit: (truePositives: number, falsePositives: number, threshold: number) => void,
): void {
  let p = positives.length - 1
  let n = negatives.length - 1
  while (p >= 0 || n >= 0) {
    const threshold = Math.max(
      p >= 0 ? (positives[p] as number) : -Infinity,
      n >= 0 ? (negatives[n] as number) : -Infinity,
    )
    while (p >= 0 && positives[p] === threshold) p--
    while (n >= 0 && negatives[n] === threshold) n--
    visit(positives.length - 1 - p, negatives.length - 1 - n, threshold)
  }
}

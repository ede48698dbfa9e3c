import type { FloatArray } from '../step-runner.js'

/** Images of a set with what is known of them. */
export interface ScoredImages {
  readonly scores: FloatArray
  readonly labels: ArrayLike<number>
  /** As measured, where it is. */
  readonly severities: readonly (number | undefined)[]
}

/** Counts of images that are called faulty at a threshold: those with a score of at least it. */
interface Confusion {
  readonly truePositives: number
  readonly falsePositives: number
  readonly positives: number
  readonly negatives: number
}

function confusion({ scores, labels }: ScoredImages, threshold: number): Confusion {
  let [truePositives, falsePositives, positives] = [0, 0, 0]
  for (let i = 0; i < scores.length; i++) {
    const isFaulty = labels[i] === 1
    const isCalled = (scores[i] as number) >= threshold
    if (isFaulty) positives++
    if (isCalled && isFaulty) truePositives++
    if (isCalled && !isFaulty) falsePositives++
  }
  return { truePositives, falsePositives, positives, negatives: scores.length - positives }
}

/** A metric of the counts; NaN without a threshold, and where only one class is there. */
const decided =
  (metric: (counts: Confusion) => number) =>
  (images: ScoredImages, threshold: number): number => {
    const counts = confusion(images, threshold)
    return Number.isNaN(threshold) || counts.positives === 0 || counts.negatives === 0 ? Number.NaN : metric(counts)
  }

export const accuracy = decided(
  ({ truePositives, falsePositives, positives, negatives }) =>
    (truePositives + negatives - falsePositives) / (positives + negatives),
)
/** NaN where nothing is called faulty. */
export const precision = decided(
  ({ truePositives, falsePositives }) => truePositives / (truePositives + falsePositives),
)
export const recall = decided(({ truePositives, positives }) => truePositives / positives)
export const f1 = decided(
  ({ truePositives, falsePositives, positives }) => (2 * truePositives) / (truePositives + falsePositives + positives),
)

/** Share of the faulty images with a severity in [low, high] that are called faulty. NaN where there is none. */
export function detectionRate(
  { scores, labels, severities }: ScoredImages,
  threshold: number,
  [low, high]: readonly [number, number],
): number {
  const looked = severities.flatMap((severity, i) =>
    labels[i] === 1 && severity !== undefined && severity >= low && severity <= high ? [i] : [],
  )
  if (Number.isNaN(threshold)) return Number.NaN
  return looked.filter((i) => (scores[i] as number) >= threshold).length / looked.length
}

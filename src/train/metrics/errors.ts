/** Mean absolute error. NaN for no values. */
export function mae(predictions: ArrayLike<number>, targets: ArrayLike<number>): number {
  return meanOver(predictions, targets, Math.abs)
}

/** Root of the mean squared error. NaN for no values. */
export function rmse(predictions: ArrayLike<number>, targets: ArrayLike<number>): number {
  return Math.sqrt(meanOver(predictions, targets, (difference) => difference * difference))
}

/** Coefficient of determination, 1 - sum (p - t)^2 / sum (t - mean t)^2, at most 1. NaN where all targets are equal, and for no values. */
export function r2(predictions: ArrayLike<number>, targets: ArrayLike<number>): number {
  const mean = sumOf(targets) / targets.length
  const spread = sumOf(Float64Array.from(targets, (target) => (target - mean) ** 2))
  if (spread === 0) return Number.NaN
  return 1 - (predictions.length * meanOver(predictions, targets, (difference) => difference * difference)) / spread
}

/** Spearman's rank correlation: Pearson's of the ranks, equal values at the mean of theirs. NaN where either side has one value only. */
export function spearman(predictions: ArrayLike<number>, targets: ArrayLike<number>): number {
  const [left, right] = [ranksOf(predictions), ranksOf(targets)]
  const mean = (left.length + 1) / 2
  let [both, ofLeft, ofRight] = [0, 0, 0]
  for (let i = 0; i < left.length; i++) {
    const [a, b] = [(left[i] as number) - mean, (right[i] as number) - mean]
    both += a * b
    ofLeft += a * a
    ofRight += b * b
  }
  return ofLeft === 0 || ofRight === 0 ? Number.NaN : both / Math.sqrt(ofLeft * ofRight)
}

/** From 1; values that are equal share the mean of their ranks. */
function ranksOf(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from(values, (_, i) => i).sort((i, j) => (values[i] as number) - (values[j] as number))
  const ranks = new Float64Array(values.length)
  for (let first = 0; first < order.length; ) {
    let end = first + 1
    while (end < order.length && values[order[end] as number] === values[order[first] as number]) end++
    for (const place of order.subarray(first, end)) ranks[place] = (first + 1 + end) / 2
    first = end
  }
  return ranks
}

function sumOf(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] as number
  return sum
}

/** Share of predictions at most `tolerance` (in the target's unit) off, in 0..1. NaN for no values. */
export function within(predictions: ArrayLike<number>, targets: ArrayLike<number>, tolerance: number): number {
  return meanOver(predictions, targets, (difference) => (Math.abs(difference) <= tolerance ? 1 : 0))
}

function meanOver(
  predictions: ArrayLike<number>,
  targets: ArrayLike<number>,
  value: (difference: number) => number,
): number {
  let sum = 0
  for (let i = 0; i < predictions.length; i++) sum += value((predictions[i] as number) - (targets[i] as number))
  return sum / predictions.length
}

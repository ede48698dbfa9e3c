/** Mean absolute error. NaN for no values. */
export function mae(predictions: ArrayLike<number>, targets: ArrayLike<number>): number {
  return meanOver(predictions, targets, Math.abs)
}

/** Root of the mean squared error. NaN for no values. */
export function rmse(predictions: ArrayLike<number>, targets: ArrayLike<number>): number {
  return Math.sqrt(meanOver(predictions, targets, (difference) => difference * difference))
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

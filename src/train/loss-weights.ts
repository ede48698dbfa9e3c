/** Weights of loss terms that change from epoch to epoch, computed on the host and fed to the step. Epochs count from 0. */

export interface Ramp {
  /** Weight during the warm-up. */
  readonly start: number
  /** Epochs at the start's weight. */
  readonly warmup: number
  /** Epochs over which it then grows to 1. */
  readonly length: number
}

/** `start` for the warm-up, then in a line to 1. */
export function rampWeight(epoch: number, { start, warmup, length }: Ramp): number {
  const progress = Math.min(Math.max((epoch - warmup) / length, 0), 1)
  return start + (1 - start) * progress
}

/**
 * Dynamic weight average (Liu et al. 2019, eq. 7): terms that fall slowly weigh more; the weights sum to the number of terms.
 * `losses` has the mean of each term for the epochs so far; with fewer than two, all weigh 1.
 */
export function dynamicWeightAverage(
  losses: readonly (readonly number[])[],
  terms: number,
  temperature: number,
): readonly number[] {
  const [before, last] = losses.slice(-2)
  if (before === undefined || last === undefined) return Array<number>(terms).fill(1)
  const scores = last.map((loss, term) => loss / (before[term] ?? loss) / temperature)
  const largest = Math.max(...scores)
  const exponentials = scores.map((score) => Math.exp(score - largest))
  const total = exponentials.reduce((sum, value) => sum + value, 0)
  return exponentials.map((value) => (terms * value) / total)
}

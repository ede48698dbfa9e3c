import { type ThresholdValue, thresholdKey, type thresholds } from '../../components/metrics.js'
import { type Halves, halfOf } from '../../components/schema.js'
import type { UsedThreshold } from '../../plan/evaluation.js'
import type { SetScores } from '../scores.js'
import { forEachThreshold, isRankable, type Ranking, rank } from './ranking.js'

/** By the validation set's scores: an image whose score is at least this is called faulty. NaN where the set lacks a class that is needed. */
const rules: Halves<typeof thresholds, [Ranking], number> = {
  fixed: ({ value }) => value,
  best_f1: (_, ranking) => {
    if (!isRankable(ranking)) return Number.NaN
    let [best, at] = [-1, Number.NaN]
    forEachThreshold(ranking, (truePositives, falsePositives, threshold) => {
      const f1 = (2 * truePositives) / (truePositives + falsePositives + ranking.positives.length)
      if (f1 > best) [best, at] = [f1, threshold]
    })
    return at
  },
  false_positive_rate: ({ rate }, { negatives }) => {
    if (negatives.length === 0) return Number.NaN
    // Counted rather than multiplied: 0.07 x 100 is above 7.
    let allowed = Math.round(rate * negatives.length)
    if (allowed / negatives.length > rate) allowed -= 1
    return nextAbove(negatives.at(-1 - allowed) ?? Number.NaN)
  },
}

/** The least double above a finite number. */
function nextAbove(value: number): number {
  if (value === 0) return Number.MIN_VALUE
  const bits = new BigInt64Array(new Float64Array([value]).buffer)
  bits[0] = (bits[0] ?? 0n) + (value > 0 ? 1n : -1n)
  return new Float64Array(bits.buffer)[0] ?? Number.NaN
}

/** Thresholds by output, chosen on a validation set once they are asked for. */
export class Thresholds {
  readonly #used = new Map<string, UsedThreshold>()

  /**
   * @param validation its scores; without them only fixed and known thresholds have a value
   * @param known chosen before, for the same weights
   */
  constructor(
    private readonly validation?: Pick<SetScores, 'samples' | 'values'>,
    private readonly known: readonly UsedThreshold[] = [],
  ) {}

  of(output: string, asked: ThresholdValue): number {
    const threshold = thresholdKey(asked)
    const key = `${output} ${threshold}`
    const used = this.#used.get(key) ?? this.#known(output, threshold) ?? this.#choose(output, threshold, asked)
    this.#used.set(key, used)
    return used.value ?? Number.NaN
  }

  get used(): readonly UsedThreshold[] {
    return [...this.#used.values()]
  }

  #known(output: string, threshold: string): UsedThreshold | undefined {
    return this.known.find((each) => each.output === output && each.threshold === threshold)
  }

  #choose(output: string, threshold: string, asked: ThresholdValue): UsedThreshold {
    const value = halfOf(rules, asked, this.#ranking(output))
    return { output, threshold, value: Number.isNaN(value) ? null : value }
  }

  #ranking(output: string): Ranking {
    const scores = this.validation?.values.get(output) ?? new Float64Array()
    return rank(
      scores,
      (this.validation?.samples ?? []).map(({ label }) => label),
    )
  }
}

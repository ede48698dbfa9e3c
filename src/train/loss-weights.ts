import type { LossWeight } from '../plan/loss-weights.js'
import { exponential } from '../random/exact.js'
import { own } from '../source/own.js'

/** Weights of loss terms that change from epoch to epoch, computed on the host and fed to the step. */

export interface Ramp {
  readonly from: number
  readonly to: number
  /** Epochs at `from`. */
  readonly after: number
  /** Epochs over which it then goes to `to`. */
  readonly over: number
}

/** `from` for some epochs, then in a line to `to`. @param epoch counts from 0 */
export function rampWeight(epoch: number, { from, to, after, over }: Ramp): number {
  const progress = Math.min(Math.max((epoch - after) / over, 0), 1)
  return from + (to - from) * progress
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
  const exponentials = scores.map((score) => exponential(score - largest))
  const total = exponentials.reduce((sum, value) => sum + value, 0)
  return exponentials.map((value) => (terms * value) / total)
}

/** What weights remember of the losses so far, as JSON: part of a checkpoint. */
export interface LossHistory {
  /** Means of the terms of the last two epochs that ended, oldest first. */
  readonly epochs: readonly Readonly<Record<string, number>>[]
  /** Sums over the steps of the epoch under way. */
  readonly sums: Readonly<Record<string, number>>
  readonly steps: number
}

const nothing: LossHistory = { epochs: [], sums: {}, steps: 0 }

/** The weights of a run, epoch by epoch. */
export class LossWeights {
  #history: LossHistory
  readonly #terms: readonly string[]

  constructor(
    private readonly weights: readonly LossWeight[],
    history: LossHistory = nothing,
  ) {
    this.#history = history
    this.#terms = [...new Set(weights.flatMap((weight) => (weight.kind === 'dynamic_weight' ? weight.terms : [])))]
  }

  /** What going on needs; absent where no weight looks back. */
  get history(): LossHistory | undefined {
    return this.#terms.length === 0 ? undefined : this.#history
  }

  /** By the names of the step's inputs. @param epoch counts from 1 */
  feeds(epoch: number): Readonly<Record<string, number>> {
    return Object.fromEntries(this.weights.map((weight) => [weight.name, this.#value(weight, epoch)]))
  }

  #value(weight: LossWeight, epoch: number): number {
    if (weight.kind === 'ramp') return rampWeight(epoch - 1, weight)
    const means = this.#history.epochs.map((epoch) => weight.terms.map((term) => own(epoch, term) ?? Number.NaN))
    return dynamicWeightAverage(means, weight.terms.length, weight.temperature)[weight.term] ?? 1
  }

  /** Takes the losses of a step in. */
  add(losses: Readonly<Record<string, number>>, isLastOfEpoch: boolean): void {
    if (this.#terms.length === 0) return
    const { epochs, sums, steps } = this.#history
    const all = Object.fromEntries(
      this.#terms.map((term) => [term, (own(sums, term) ?? 0) + (own(losses, term) ?? Number.NaN)]),
    )
    this.#history = isLastOfEpoch
      ? { epochs: [...epochs, meansOf(all, steps + 1)].slice(-2), sums: {}, steps: 0 }
      : { epochs, sums: all, steps: steps + 1 }
  }
}

function meansOf(sums: Readonly<Record<string, number>>, steps: number): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(sums).map(([term, sum]) => [term, sum / steps]))
}

import { type MetricTable, type Monitor, type MonitorKey, metricKey, metrics } from '../components/metrics.js'
import type { TrainPlan } from '../plan/run-plan.js'

export interface BestEntry {
  readonly epoch: number
  readonly step: number
  readonly value: number
  /** Relative to the run directory. */
  readonly file: string
}

/** All that tracking must remember to go on after a resume: plain JSON, part of every checkpoint. */
export interface TrackingState {
  /** Best first; as many as are kept. */
  readonly best: readonly BestEntry[]
  /** Every validation so far, oldest first. */
  readonly history: readonly ValidationRecord[]
  /** Of the early-stopping monitor. */
  readonly patience?: { readonly epoch: number; readonly value: number }
}

export interface ValidationRecord {
  readonly epoch: number
  readonly step: number
  readonly metrics: MetricTable<MonitorKey>
}

export interface Verdict {
  readonly isBest: boolean
  /** A new checkpoint file that is worth keeping. */
  readonly kept?: BestEntry
  /** Files that are no longer among the kept ones. */
  readonly dropped: readonly string[]
  /** Set when training should end. */
  readonly stopReason?: string
}

/** Follows the monitors of `keep_best` and `early_stop` over the validations of a run. */
export class Tracking {
  #best: readonly BestEntry[]
  #history: readonly ValidationRecord[]
  #patience: TrackingState['patience']

  constructor(
    private readonly train: Pick<TrainPlan, 'checkpoint' | 'early_stop'>,
    state: TrackingState = { best: [], history: [] },
  ) {
    this.#best = state.best
    this.#history = state.history
    this.#patience = state.patience
  }

  get state(): TrackingState {
    return { best: this.#best, history: this.#history, ...(this.#patience ? { patience: this.#patience } : {}) }
  }

  get best(): BestEntry | undefined {
    return this.#best[0]
  }

  /** `file` is what a checkpoint of this moment would be called. Undefined (NaN) values are never an improvement. */
  validated({ epoch, step, metrics }: ValidationRecord, values: MetricValues, file: string): Verdict {
    this.#history = [...this.#history, { epoch, step, metrics }]
    const stopReason = this.#updatePatience(epoch, values)
    const rule = this.train.checkpoint?.parameters
    const value = rule === undefined ? Number.NaN : values(rule.monitor)
    if (rule === undefined || Number.isNaN(value))
      return { isBest: false, dropped: [], ...(stopReason ? { stopReason } : {}) }
    const { monitor, keep } = rule
    const entry = { epoch, step, value, file }
    const before = this.#best
    // A stable sort: of equals the earlier stays in front.
    const ranked = [...before, entry].sort((a, b) =>
      isBetter(monitor, a.value, b.value) ? -1 : a.value === b.value ? 0 : 1,
    )
    this.#best = ranked.slice(0, keep)
    return {
      isBest: this.#best[0] === entry,
      ...(this.#best.includes(entry) ? { kept: entry } : {}),
      dropped: before.filter((old) => !this.#best.includes(old)).map((old) => old.file),
      ...(stopReason ? { stopReason } : {}),
    }
  }

  #updatePatience(epoch: number, values: MetricValues): string | undefined {
    const rule = this.train.early_stop?.parameters
    if (!rule) return undefined
    const value = values(rule.monitor)
    const before = this.#patience
    const margin = isHigherBetter(rule.monitor) ? rule.min_delta : -rule.min_delta
    if (!Number.isNaN(value) && (!before || isBetter(rule.monitor, value, before.value + margin))) {
      this.#patience = { epoch, value }
      return undefined
    }
    // Without any value so far the patience counts from the start.
    if (epoch - (before?.epoch ?? 0) < rule.patience) return undefined
    const name = `${rule.monitor.split}.${metricKey(rule.monitor)}`
    return `${name} has not improved for ${rule.patience} ${rule.patience === 1 ? 'epoch' : 'epochs'}`
  }
}

export interface ValidationValues {
  readonly metrics: MetricTable<MonitorKey>
  readonly of: MetricValues
}

/** Value of a monitor in the validation at hand; NaN where it is undefined. */
export type MetricValues = (monitor: Monitor) => number

function isBetter(monitor: Monitor, value: number, than: number): boolean {
  return isHigherBetter(monitor) ? value > than : value < than
}

function isHigherBetter({ component }: Monitor): boolean {
  return metrics[component].better === 'higher'
}

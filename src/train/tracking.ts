import { type MetricTable, type Monitor, type MonitorKey, metrics, monitorName } from '../components/metrics.js'
import { invariant } from '../diagnostics/invariant.js'
import type { TrainPlan } from '../plan/run-plan.js'

export interface BestEntry {
  readonly epoch: number
  readonly step: number
  readonly value: number
  /** Relative to the run directory. */
  readonly file: string
}

/**
 * What tracking must remember to go on after a resume: plain JSON, part of every checkpoint. It does not grow with the run: the
 * validations themselves are events.
 */
export interface TrackingState {
  /** Best first; as many as are kept. */
  readonly best: readonly BestEntry[]
  /** How many validations there were. */
  readonly validations: number
  /** Epoch of the last one; 0 before any. */
  readonly epoch: number
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
  /** Whether it is among those that are kept. */
  readonly isKept: boolean
}

/** Follows the monitors of `keep_best` and `early_stop` over the validations of a run. */
export class Tracking {
  #best: readonly BestEntry[] = []
  #history: readonly ValidationRecord[] = []
  #epoch = 0
  #patience: TrackingState['patience']

  /** @param history the validations of a run that goes on, oldest first: as many as its state says. */
  constructor(
    private readonly train: Pick<TrainPlan, 'checkpoint' | 'early_stop'>,
    state?: TrackingState,
    history: readonly ValidationRecord[] = [],
  ) {
    if (state === undefined) return
    invariant(history.length === state.validations, 'a run goes on with all of its validations')
    this.#best = state.best
    this.#history = history
    this.#epoch = state.epoch
    this.#patience = state.patience
  }

  get state(): TrackingState {
    return {
      best: this.#best,
      validations: this.#history.length,
      epoch: this.#epoch,
      ...(this.#patience ? { patience: this.#patience } : {}),
    }
  }

  /** Every validation so far, oldest first. */
  get history(): readonly ValidationRecord[] {
    return this.#history
  }

  get best(): BestEntry | undefined {
    return this.#best[0]
  }

  /** `file` is what a checkpoint of this moment would be called. Undefined (NaN) values are never an improvement. */
  validated({ epoch, step, metrics }: ValidationRecord, values: MetricValues, file: string): Verdict {
    this.#history = [...this.#history, { epoch, step, metrics }]
    this.#epoch = epoch
    this.#updatePatience(epoch, values)
    const rule = this.train.checkpoint?.parameters
    const value = rule === undefined ? Number.NaN : values(rule.monitor)
    if (rule === undefined || Number.isNaN(value)) return { isBest: false, isKept: false }
    const { monitor, keep } = rule
    const entry = { epoch, step, value, file }
    // A stable sort: of equals the earlier stays in front.
    const ranked = [...this.#best, entry].sort((a, b) =>
      isBetter(monitor, a.value, b.value) ? -1 : a.value === b.value ? 0 : 1,
    )
    this.#best = ranked.slice(0, keep)
    return {
      isBest: this.#best[0] === entry,
      isKept: this.#best.includes(entry),
    }
  }

  /** Why training should end after the last validation; undefined while it should go on. */
  get stopReason(): string | undefined {
    const rule = this.train.early_stop?.parameters
    // Without any value so far the patience counts from the start.
    const waited = this.#epoch - (this.#patience?.epoch ?? 0)
    if (!rule || waited === 0 || waited < rule.patience) return undefined
    const name = monitorName(rule.monitor)
    return `${name} has not improved for ${rule.patience} ${rule.patience === 1 ? 'epoch' : 'epochs'}`
  }

  #updatePatience(epoch: number, values: MetricValues): void {
    const rule = this.train.early_stop?.parameters
    if (!rule) return
    const value = values(rule.monitor)
    const before = this.#patience
    const margin = isHigherBetter(rule.monitor) ? rule.min_delta : -rule.min_delta
    if (!Number.isNaN(value) && (!before || isBetter(rule.monitor, value, before.value + margin))) {
      this.#patience = { epoch, value }
    }
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

import type { RunContext } from './context.js'

/** Reports are at least this far apart, so that watching costs the step nothing. */
const minMilliseconds = 100

export interface StepPosition {
  readonly epoch: number
  readonly step: number
  readonly stepInEpoch: number
}

/** Gathers steps into `step` events: mean losses, throughput and the share of waiting since the last report. */
export class StepReporter {
  #steps = 0
  #sums = new Map<string, number>()
  #waited = 0
  #redrawn = 0
  #since: number
  #hasReported = false
  /** Of the last step that is not reported. */
  #position: StepPosition | undefined

  constructor(private readonly context: RunContext) {
    this.#since = context.clock()
  }

  /** Time that is not training (validation, checkpoints) is left out of throughput. */
  restart(): void {
    this.#since = this.context.clock()
    this.#waited = 0
    this.#steps = 0
    this.#sums.clear()
    this.#position = undefined
  }

  /** Faults of a batch that were drawn again. */
  redrawn(count: number): void {
    this.#redrawn += count
  }

  waited(milliseconds: number): void {
    this.#waited += milliseconds
  }

  /** `isDue` makes a report however little time passed: at the end of an epoch, before a validation. */
  add(position: StepPosition, losses: Readonly<Record<string, number>>, isDue: boolean): void {
    this.#steps++
    for (const [name, value] of Object.entries(losses)) this.#sums.set(name, (this.#sums.get(name) ?? 0) + value)
    this.#position = position
    const elapsed = this.context.clock() - this.#since
    if (isDue || !this.#hasReported || elapsed >= minMilliseconds) this.flush()
  }

  /** Reports the steps since the last report, if there are any. */
  flush(): void {
    if (!this.#position) return
    const elapsed = this.context.clock() - this.#since
    const seconds = Math.max(elapsed, 1e-3) / 1000
    this.context.emit({
      type: 'step',
      ...this.#position,
      losses: Object.fromEntries([...this.#sums].map(([name, sum]) => [name, sum / this.#steps])),
      imagesPerSecond: (this.#steps * this.context.plan.batch) / seconds,
      waitShare: Math.min(1, this.#waited / Math.max(elapsed, 1e-3)),
      ...(this.#redrawn === 0 ? {} : { redrawn: this.#redrawn }),
    })
    this.#redrawn = 0
    this.#hasReported = true
    this.restart()
  }
}

import {
  keysOf,
  type MetricTable,
  type Monitor,
  type MonitorKey,
  meanMetrics,
  metricKey,
  monitorKey,
  type Split,
} from '../components/metrics.js'
import { monitorsOf } from '../plan/run-plan.js'
import type { TrainingPosition } from './checkpoint/keeper.js'
import { inPhase, type RunContext } from './context.js'
import { type Measured, mapOutputs, measure, validationMeasurements } from './measure.js'
import { Thresholds } from './metrics/threshold.js'
import { setsOf } from './monitors.js'
import { isDue } from './schedule.js'
import { scoreSet } from './scores.js'
import type { Tracking, ValidationValues } from './tracking.js'

/** Measures what the run watches, every so often. */
export class Validator {
  readonly #monitors: readonly Monitor[]
  readonly #noted = new Set<string>()
  #thresholds: Thresholds | undefined

  constructor(
    private readonly context: RunContext,
    private readonly tracking: Tracking,
  ) {
    this.#monitors = monitorsOf(context.plan.train)
  }

  isDue(epoch: number, step: number, stepInEpoch: number): boolean {
    const { plan, data } = this.context
    return isDue(plan.train.validate, { epoch, step, isLastOfEpoch: stepInEpoch === data.stepsPerEpoch })
  }

  /** Undefined when the run was asked to stop meanwhile. */
  validate(): Promise<ValidationValues | undefined> {
    return inPhase(this.context, 'validate', async () => {
      const measured = new Map<Split, MetricTable>()
      // The validation set comes first: what it chooses holds for the others.
      this.#thresholds = undefined
      for (const split of new Set<Split>(['val', ...this.#monitors.map(({ split }) => split)])) {
        const metrics = await this.#measureSplit(split)
        if (!metrics) return undefined
        measured.set(split, metrics)
      }
      return {
        metrics: Object.fromEntries(
          [...measured].flatMap(([split, metrics]) =>
            keysOf(metrics).map((key): [MonitorKey, number | null] => [monitorKey(split, key), metrics[key] ?? null]),
          ),
        ),
        of: (monitor) => measured.get(monitor.split)?.[metricKey(monitor)] ?? Number.NaN,
      }
    })
  }

  report(at: TrainingPosition, { metrics }: ValidationValues, isBest: boolean): void {
    const best = this.tracking.best
    const monitor = this.context.plan.train.checkpoint?.parameters.monitor
    this.context.emit({
      type: 'validation',
      epoch: at.epoch,
      step: at.step,
      metrics,
      ...(monitor ? { monitored: monitorKey(monitor.split, metricKey(monitor)) } : {}),
      best: isBest,
      ...(best ? { bestEpoch: best.epoch, bestValue: best.value } : {}),
    })
  }

  /** The metrics of one split; the mean over its domains where it has several. */
  async #measureSplit(split: Split): Promise<MetricTable | undefined> {
    const { plan } = this.context
    const ofSplit = this.#monitors.filter((monitor) => monitor.split === split)
    const requests =
      split === 'val'
        ? validationMeasurements(plan, ofSplit)
        : validationMeasurements({ ...plan, evaluate: { ...plan.evaluate, image: [], values: [] } }, ofSplit)
    const all: Measured[] = []
    for (const set of setsOf(this.context.data, split)) {
      const scores = await scoreSet(this.context, set, mapOutputs(requests), 'validate')
      if (!scores) return undefined
      this.#thresholds ??= new Thresholds(scores)
      all.push(measure(set, scores, requests, plan, this.#thresholds))
    }
    for (const note of all.flatMap(({ notes }) => notes)) this.#noteOnce(note)
    return meanMetrics(all.map(({ metrics }) => metrics))
  }

  #noteOnce(message: string): void {
    if (this.#noted.has(message)) return
    this.#noted.add(message)
    this.context.emit({ type: 'note', level: 'warning', message })
  }
}

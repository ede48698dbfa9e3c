import type { MetricTable, MonitorKey } from '../components/metrics.js'

/** Normal test images of the source with a fault of one severity, measured against themselves without it. */
export interface Rung {
  readonly severity: number
  /** With a fault. */
  readonly images: number
  readonly metrics: MetricTable
  /** Of the model's numbers over the images with a fault: the predicted severity, the score. */
  readonly means: Readonly<Record<string, number>>
}

/** Typed events of a run, one JSON object a line in `events.jsonl`. Every view (terminal, plain text, TensorBoard, report) is a reduction of these. */
export type RunEvent =
  | {
      readonly type: 'run_started'
      readonly name: string
      readonly directory: string
      readonly seed: number
      readonly parameters: number
      readonly epochs: number
      readonly stepsPerEpoch: number
      /** Ends sooner where given. */
      readonly maxSteps?: number
      readonly batch: number
      readonly device: string
      readonly precision: string
      /** Nothing is trained: the weights of a checkpoint, after so many steps, are evaluated. */
      readonly evaluates?: { readonly checkpoint: string; readonly step: number }
    }
  /** Without `milliseconds` the phase begins, with them it ended. Validation lies within training. */
  | { readonly type: 'phase'; readonly phase: Phase; readonly milliseconds?: number }
  | { readonly type: 'note'; readonly level: 'info' | 'warning'; readonly message: string }
  /** `lossWeights`: those that the epochs decide, by their names; absent where there are none. */
  | {
      readonly type: 'epoch_started'
      readonly epoch: number
      readonly learningRate: number
      readonly lossWeights?: Readonly<Record<string, number>>
    }
  /** `step` counts from 1 over the whole run; `waitShare` is the share of time since the last report that was spent waiting for data. */
  | {
      readonly type: 'step'
      readonly epoch: number
      readonly step: number
      readonly stepInEpoch: number
      readonly losses: Readonly<Record<string, number>>
      readonly imagesPerSecond: number
      readonly waitShare: number
      /** Faults that were drawn again since the last report, because they marked nothing or had no severity; absent for none. */
      readonly redrawn?: number
    }
  /** Of the gradient of each loss term by all weights, on the images of this step before its update. */
  | {
      readonly type: 'gradient_norms'
      readonly epoch: number
      readonly step: number
      readonly norms: Readonly<Record<string, number>>
    }
  | { readonly type: 'progress'; readonly phase: Phase; readonly done: number; readonly total: number }
  | {
      readonly type: 'validation'
      readonly epoch: number
      readonly step: number
      readonly metrics: MetricTable<MonitorKey>
      /** Which of the metrics the best checkpoint is chosen by; absent where none is. */
      readonly monitored?: MonitorKey
      readonly best: boolean
      readonly bestEpoch?: number
      readonly bestValue?: number
    }
  | {
      readonly type: 'checkpoint'
      readonly epoch: number
      readonly step: number
      readonly file: string
      readonly kind: 'best' | 'last'
    }
  /** The run goes on from the checkpoint of this step; 0: from the beginning. What was recorded after it was cut off. */
  | { readonly type: 'resumed'; readonly epoch: number; readonly step: number }
  | { readonly type: 'early_stop'; readonly epoch: number; readonly reason: string }
  /** One severity of the ladder. */
  | ({ readonly type: 'rung' } & Rung)
  /** One domain of one split. */
  | {
      readonly type: 'evaluation'
      readonly domain: string
      readonly role: 'source' | 'target'
      readonly images: number
      readonly metrics: MetricTable
      /** By class of the faults, where there are several. */
      readonly classes: readonly { readonly class: string; readonly faulty: number; readonly metrics: MetricTable }[]
    }
  | { readonly type: 'interrupting'; readonly step: number }
  | {
      readonly type: 'failed'
      readonly exitCode: 1 | 4
      readonly code: string
      readonly message: string
      readonly help?: string
    }
  | {
      readonly type: 'run_finished'
      readonly outcome: 'completed' | 'interrupted' | 'failed'
      readonly steps: number
      readonly seconds: number
      readonly directory: string
    }

export type Phase =
  | 'check'
  | 'compile'
  | 'scan_data'
  | 'load_engine'
  | 'initialise'
  | 'train'
  | 'validate'
  | 'evaluate'
  | 'write'

/** What is written to `events.jsonl` and sent over the channel from the engine process. */
export interface StampedEvent {
  /** Milliseconds since the Unix epoch. */
  readonly time: number
  readonly event: RunEvent
}

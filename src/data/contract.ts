import type { FileFingerprint } from '../files/fingerprints.js'
import type { Labels } from '../layouts/listing.js'
import type { DataNote } from './errors.js'
import type { DataRecord } from './record.js'

/** One training batch, NHWC float32, views into a shared ring: valid until `release`. */
export interface TrainBatch {
  /** [N,H,W,C] with its synthetic fault. */
  readonly image: Float32Array
  /** [N,H,W,C] */
  readonly clean: Float32Array
  /** [N,H,W,1], 0 or 1. */
  readonly faultMask: Float32Array
  /** [N], 0 where there is no fault, up to the synthesis' maximum. */
  readonly faultSeverity: Float32Array
  /** Faults that were drawn again, because they marked nothing or had no severity. */
  readonly redrawn: number
  release(): void
}

/** The batches of a run in order, from a step on; the same for any number of workers. */
export interface TrainBatches {
  next(): Promise<TrainBatch>
  close(): Promise<void>
}

export interface EvaluationSample {
  /** Relative to the data's root, with `/`. For synthetic faults the clean image's, with `#synthetic`. */
  readonly file: string
  readonly label: 0 | 1
  /** Of a faulty image: what kind of fault it has, where the data says it. */
  readonly class?: string
  readonly severity?: number
  /** A mask that marks something. */
  readonly hasMask: boolean
  /** The file of its mask where that marks nothing: which pixels are faulty is then as little known as without one. */
  readonly blankMask?: string
}

/** The last batch is padded with zeros: only the first `samples.length` images count. */
export interface EvaluationBatch {
  /** [N,H,W,C] */
  readonly image: Float32Array
  /** [N,H,W,1]: zeros for normal images; only meaningful where `hasMask` or the label is 0. */
  readonly mask: Float32Array
  readonly samples: readonly EvaluationSample[]
  release(): void
}

export interface EvaluationSet {
  /** `domain_A`; for validation `val`. */
  readonly name: string
  readonly role: 'val' | 'source' | 'target'
  readonly images: number
  readonly labels: Labels
  batches(): AsyncIterable<EvaluationBatch>
}

/** What the training loop sees of the data. Opened by `openData` in `open.ts`. */
export interface DataPipeline {
  readonly stepsPerEpoch: number
  readonly trainImages: number
  /** Hash over names, sizes and contents of all files that the run reads, with labels and severities of the images (hex). */
  readonly contentHash: string
  readonly files: readonly FileFingerprint[]
  /** Of the files' content: lossy images, masks without a marked pixel, values in a sliver of the range. */
  readonly notes: readonly DataNote[]
  readonly record: DataRecord
  /** `firstStep` counts from 0 over the whole run. */
  train(firstStep: number): TrainBatches
  readonly validation: EvaluationSet
  readonly tests: readonly EvaluationSet[]
  /** For each severity of the ladder: the normal test images of the source, each as it is and with a fault of that severity. */
  readonly ladder: readonly { readonly severity: number; readonly set: EvaluationSet }[]
  close(): Promise<void>
}

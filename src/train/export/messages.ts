import type { SampleDepth } from '../../components/image-kinds.js'
import type { RequestEnd } from '../one-request.js'

/** What the process is asked for: one JSON text, its first message. */
export interface ExportRequest {
  /** The run directory. */
  readonly directory: string
  /** Absolute. */
  readonly checkpoint: string
  /** Images to compare on, absolute paths; made ones where there are none. */
  readonly files: readonly string[]
  /** As the images of the ONNX model have their values. */
  readonly depth: SampleDepth
  readonly exported: readonly ExportedModel[]
}

export interface ExportedModel {
  readonly format: 'saved_model' | 'onnx'
  /** Directory of a SavedModel, file of an ONNX model. */
  readonly path: string
}

/** The largest difference of one model from the run's own evaluation. */
export interface Comparison {
  readonly format: ExportedModel['format']
  readonly output: string
  /** |a - b| / max(1, |b|) at the value of any output where it is largest; null where one of them is no number. */
  readonly difference: number | null
  /** Images that were compared. */
  readonly images: number
}

export type ExportMessage = { readonly type: 'compared'; readonly comparison: Comparison } | RequestEnd

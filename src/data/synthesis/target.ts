import type { RandomStream } from '../../random/stream.js'

/** Where a sample is written: whole batches, of which this sample's part begins at `offset` (in values). */
export interface FaultTarget {
  readonly height: number
  readonly width: number
  readonly channels: number
  /** [...,H,W,C], holding the clean image; gets the fault. */
  readonly image: Float32Array
  readonly imageOffset: number
  /** [...,H,W,1], holding zeros; gets ones. */
  readonly mask: Float32Array
  readonly maskOffset: number
}

/** Size and strength of a fault, drawn once for all its patches. */
export interface Fault {
  readonly width: number
  readonly height: number
  readonly severity: number
}

/** What a synthesis draws from and writes with. */
export interface SynthesisContext {
  readonly draws: RandomStream
  /** Of the image's values. */
  readonly range: readonly [low: number, high: number]
  /** For validation: a fault is certain, and its severity above 0. */
  readonly always: boolean
  /** As large as an image; its content does not matter. */
  readonly scratch: Float32Array
}

import type { AugmentationValue, SynthesisValue } from '../plan/run-plan.js'
import type { CacheMemory } from './cache.js'
import type { DataError } from './errors.js'
import type { ImageHeader } from './headers/image-header.js'
import type { MaskContent } from './mask.js'
import type { Preparation } from './parameters.js'
import type { SlotMemory } from './slots.js'

/** What every worker is sent once. */
export interface WorkerSetup {
  /** Absolute. */
  readonly root: string
  /** Every file of the run, by its number; `train/good` comes first, so a training image's number is its index. */
  readonly files: readonly { readonly file: string; readonly kind: 'image' | 'mask' | 'texture' }[]
  /** Numbers of the images that a synthesis may draw, by their folder; '' for the training images. */
  readonly drawable: ReadonlyMap<string, readonly number[]>
  /** The sha256 of each file as the scan read it, 32 bytes a file in their order: a file that is read again must be the same. */
  readonly digests: SharedArrayBuffer
  readonly preparation: Preparation
  readonly synthesis: SynthesisValue
  readonly augmentation?: AugmentationValue
  /** Absent: files are checked, and nothing is kept. */
  readonly cache?: CacheMemory
  /** Shared by all workers (`DecodeBudget`). */
  readonly decoding?: SharedArrayBuffer
}

/** A sample of an evaluation batch, by numbers of files. */
export interface EvaluationRecipe {
  readonly file: number
  readonly masks?: readonly number[]
  readonly synthetic: boolean
  /** Of a ladder: the fault has this severity. */
  readonly severity?: number
}

export const digestBytes = 32

export type Job =
  /** Decode, check, hash, and keep if there is room: every file that no other worker has taken. */
  | { readonly kind: 'scan'; readonly counters: SharedArrayBuffer }
  | { readonly kind: 'train'; readonly slot: number; readonly epoch: number; readonly files: readonly number[] }
  | { readonly kind: 'evaluate'; readonly slot: number; readonly samples: readonly EvaluationRecipe[] }

/**
 * Places in a scan's counters (int32): the first file that nobody has taken, and how many are done. Workers take files
 * from the one and the trainer reads the other, so that a scan goes on while the trainer's thread is busy.
 */
export const scanCounter = { next: 0, done: 1, count: 2 } as const

export type WholeFile = ScannedImage | ScannedMask | ScannedTexture

/** What the scan found in a file. */
export type ScannedFile =
  | { readonly kind: 'broken'; readonly file: number; readonly error: DataError }
  | ScannedImage
  | ScannedMask
  | ScannedTexture

interface ScannedContent {
  /** Its number. */
  readonly file: number
  readonly bytes: number
  readonly sha256: string
  readonly header: ImageHeader
}

/** `lowest` and `highest` after normalisation. */
export interface ScannedImage extends ScannedContent {
  readonly kind: 'image'
  readonly lowest: number
  readonly highest: number
}

/** An image that only a synthesis uses: its values are brought into the range. */
export interface ScannedTexture extends ScannedContent {
  readonly kind: 'texture'
}

export interface ScannedMask extends ScannedContent {
  readonly kind: 'mask'
  readonly content: MaskContent
}

export type JobResult =
  | { readonly kind: 'scanned'; readonly files: readonly ScannedFile[] }
  /** `severities` of the samples of an evaluation batch with a synthetic fault; `redrawn`: faults that were drawn again, being none. */
  | { readonly kind: 'filled'; readonly severities: readonly number[]; readonly redrawn: number }
  | { readonly kind: 'failed'; readonly errors: readonly DataError[] }

/** To a worker. A slot is made known before the first job that fills it. */
export type WorkerMessage =
  | { readonly type: 'slot'; readonly id: number; readonly memory: SlotMemory }
  | { readonly type: 'job'; readonly id: number; readonly job: Job }

/** From a worker. */
export interface WorkerReply {
  readonly id: number
  readonly result: JobResult
}

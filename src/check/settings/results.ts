import type { Listing } from '../../layouts/listing.js'
import type { DataValue, SynthesisValue } from '../../plan/run-plan.js'
import type { Span } from '../../source/span.js'

/** What the rest of the checker needs of the data setting. Values whose mistake was reported stand at their defaults. */
export interface CheckedData {
  /** Absent while a parameter without a default has a mistake. */
  readonly value?: DataValue
  /** The domain that the model is trained on; absent as `value` is. */
  readonly source?: string
  readonly image: { readonly height: number; readonly width: number; readonly channels: number }
  /** False after a mistake in the number of channels. */
  readonly isChannelsKnown: boolean
  /** Values of an image. */
  readonly range: readonly [number, number]
  /** Where the images could be counted. */
  readonly stepsPerEpoch?: number
  /** Files of the data, where the disk was looked at and nothing is wrong with them. */
  readonly listing?: Listing
  /** Names of the target domains; undefined while `auto` is not resolved. */
  readonly targets: readonly string[] | undefined
  readonly withoutTargets: WithoutTargets
  /** Where the image size was written. */
  readonly imageSpan: Span
}

/** Of data without targets. */
export interface WithoutTargets {
  readonly why: string
  /** Whether data of this layout can have some. */
  readonly mayHave: boolean
}

export interface CheckedSynthesis {
  /** Absent after a mistake. */
  readonly value?: SynthesisValue
  /** Values of `fault_severity`: from 0 (no fault) to the largest severity, where it is known. */
  readonly severity: readonly [number, number] | undefined
  /** False where the severity is computed from draws, and is none. */
  readonly isDrawn?: boolean
}

import type { RequestEnd } from '../one-request.js'

/** What the process is asked for: one JSON text, its first message. */
export interface PredictRequest {
  /** The run directory. */
  readonly directory: string
  /** Absolute. */
  readonly checkpoint: string
  readonly files: readonly PredictFile[]
  readonly maps?: { readonly directory: string; readonly format: MapFormat }
}

export interface PredictFile {
  /** Absolute. */
  readonly path: string
  /** Where its maps lie: their names begin with it, below the directory of the maps. */
  readonly place: string
}

export const mapFormats = ['png', 'png16', 'tiff'] as const
export type MapFormat = (typeof mapFormats)[number]

/** What comes back, in this order: progress of reading, the outputs, rows and notes, the end. */
export type PredictMessage =
  | {
      readonly type: 'progress'
      readonly what: 'reading' | 'predicting'
      readonly done: number
      readonly total: number
    }
  /** Names of the numbers of an image, in the order of the model. */
  | { readonly type: 'outputs'; readonly names: readonly string[] }
  | { readonly type: 'rows'; readonly rows: readonly PredictedRow[] }
  | { readonly type: 'note'; readonly message: string }
  | RequestEnd

/** One for each file, in their order. */
export interface PredictedRow {
  /** Place in the list of files. */
  readonly file: number
  /** By output; none where the file cannot be used. */
  readonly values: readonly number[]
  readonly error?: { readonly code: string; readonly message: string; readonly help: string }
}

import { join } from 'node:path'
import { readTextIfThere } from '../../files/reading.js'
import { version as hdmap } from './hdmap/constants.js'
import { version as surfaces } from './surfaces/constants.js'

export const exampleSetNames = ['hdmap-example', 'surfaces-example'] as const
export type ExampleSet = (typeof exampleSetNames)[number]

/** The generated sets. The version is that of what a set looks like: data of another one is made again. */
export const exampleSets = {
  'hdmap-example': {
    version: hdmap,
    doc: 'write HDMAP-like vibration maps (31 x 95, float32 TIFF, four domains, masks and severities)',
  },
  'surfaces-example': {
    version: surfaces,
    doc: 'write surfaces as MVTec AD lies (64 x 64, RGB PNG, two categories, three classes of defects, masks)',
  },
} as const satisfies Readonly<Record<ExampleSet, { readonly version: number; readonly doc: string }>>

export interface ExampleOptions {
  readonly seed: number
  /** Factor of the number of images: 1 gives 200 training images of the source or of a category. */
  readonly size: number
}

export const marker = 'example.json'

/** What the marker says of the data beside it. */
export function describeExample(set: ExampleSet, { seed, size }: ExampleOptions): string {
  return `${JSON.stringify({ generator: set, version: exampleSets[set].version, seed, size })}\n`
}

/** Whether the directory holds the set of this version and these options, whole. */
export function hasExampleData(set: ExampleSet, directory: string, options: ExampleOptions): boolean {
  return readTextIfThere(join(directory, marker)) === describeExample(set, options)
}

import { join } from 'node:path'
import { readTextIfThere } from '../../files/reading.js'
import * as constants from './constants.js'

export interface ExampleOptions {
  readonly seed: number
  /** Factor of the number of images; 1 gives 200 training maps of domain A and 120 test maps of each domain. */
  readonly size: number
}

export const marker = 'example.json'

/** What the marker says of the data beside it. */
export function describeExample({ seed, size }: ExampleOptions): string {
  return `${JSON.stringify({ generator: 'hdmap-example', version: constants.version, seed, size })}\n`
}

/** Whether the directory holds the example data of this version and these options, whole. */
export function hasExampleData(directory: string, options: ExampleOptions): boolean {
  return readTextIfThere(join(directory, marker)) === describeExample(options)
}

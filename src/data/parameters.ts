import type { dataSources } from '../components/data.js'
import type { ParametersOf } from '../components/schema.js'
import type { DataValue, RunPlan } from '../plan/run-plan.js'
import type { Interpolation } from './resize.js'

/** The parts of a run's plan that the data is made from. */
export type DataPlan = Pick<RunPlan, 'data' | 'synthesis' | 'seed' | 'image' | 'batch' | 'evalBatch' | 'train'>

/** How a file becomes an image of the pipeline: the same for every file. Plain JSON, so that workers can be given it. */
export interface Preparation {
  readonly height: number
  readonly width: number
  readonly channels: 1 | 3
  readonly interpolation: Interpolation
  readonly antialias: boolean
  readonly fit: 'stretch' | 'keep_aspect'
  readonly padding: 'black' | 'noise'
  readonly range: readonly [low: number, high: number]
  /** These values, of integer files as scaled to 0 .. 1, become the ends of `range`. */
  readonly minmax?: { readonly low: number; readonly high: number }
  readonly seed: number
}

type Hdmap = ParametersOf<typeof dataSources.hdmap>

export interface HdmapParameters extends Pick<Hdmap, 'root' | 'source'> {
  /** Every other domain where absent. */
  readonly targets?: readonly string[]
  /** Held out of train/good; the source's test set where absent. */
  readonly heldOut?: number
  readonly cacheBytes: number
}

export function preparationOf({ data, seed }: DataPlan): Preparation {
  const { image, channels, resize: interpolation, antialias, fit, padding, range, normalise } = data.parameters
  const [height, width] = image
  const minmax = normalise.component === 'minmax' ? { minmax: normalise.parameters } : {}
  return { height, width, channels, interpolation, antialias, fit, padding, range, ...minmax, seed }
}

export function hdmapOf({ parameters }: DataValue): HdmapParameters {
  const { root, source, targets, validation, cache } = parameters
  return {
    root,
    source,
    ...(targets === 'auto' ? {} : { targets }),
    ...(validation.component === 'held_out' ? { heldOut: validation.parameters.fraction } : {}),
    cacheBytes: cache * 2 ** 20,
  }
}

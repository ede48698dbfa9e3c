import type { DataValue, RunPlan } from '../plan/run-plan.js'
import type { Interpolation } from './resize.js'

/** The parts of a run's plan that the data is made from. */
export type DataPlan = Pick<
  RunPlan,
  'data' | 'synthesis' | 'augmentation' | 'seed' | 'image' | 'batch' | 'evalBatch' | 'train'
> & {
  readonly evaluate?: Pick<RunPlan['evaluate'], 'ladder'>
}

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
  /** Which pixels a mask marks; those above 0 where it is absent. */
  readonly mask?: DataValue['parameters']['mask']
  /** Channels of the files that are read, from 1; all where it is absent. */
  readonly bands?: readonly number[]
  readonly seed: number
}

export function preparationOf({ data, seed }: DataPlan): Preparation {
  const {
    image,
    channels,
    resize: interpolation,
    antialias,
    fit,
    padding,
    range,
    normalise,
    mask,
    bands,
  } = data.parameters
  const [height, width] = image
  const minmax = normalise.component === 'minmax' ? { minmax: normalise.parameters } : {}
  return {
    height,
    width,
    channels,
    interpolation,
    antialias,
    fit,
    padding,
    range,
    ...minmax,
    ...(mask === undefined ? {} : { mask }),
    ...(bands === undefined ? {} : { bands }),
    seed,
  }
}

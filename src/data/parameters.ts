import { invariant } from '../diagnostics/invariant.js'
import type { RunPlan } from '../plan/run-plan.js'
import type { ComponentValue, SettingValue } from '../plan/settings.js'
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

export interface HdmapParameters {
  /** Absolute. */
  readonly root: string
  readonly source: string
  /** Every other domain where absent. */
  readonly targets?: readonly string[]
  /** Held out of train/good; the source's test set where absent. */
  readonly heldOut?: number
  readonly cacheBytes: number
}

/** @see design of the additive synthesis in `synthesis/additive.ts` */
export interface AdditiveParameters {
  readonly probability: number
  /** Pixels, both ends included. */
  readonly width: readonly [low: number, high: number]
  readonly ratio: readonly [low: number, high: number]
  readonly severity: readonly [low: number, high: number]
  readonly patches: number
}

export function preparationOf(plan: DataPlan): Preparation {
  const { parameters } = plan.data
  const { height, width, channels } = plan.image
  invariant(channels === 1 || channels === 3, `${channels} channels`)
  const normalise = parameters.normalise === undefined ? undefined : component(parameters.normalise, 'normalise')
  invariant(
    normalise === undefined || normalise.component === 'none' || normalise.component === 'minmax',
    `normalisation ${normalise?.component}`,
  )
  return {
    height,
    width,
    channels,
    interpolation: choice(parameters.resize ?? 'bilinear', ['bilinear', 'nearest'], 'resize'),
    antialias: parameters.antialias === true,
    fit: choice(parameters.fit ?? 'stretch', ['stretch', 'keep_aspect'], 'fit'),
    padding: choice(parameters.padding ?? 'black', ['black', 'noise'], 'padding'),
    range: pair(parameters.range ?? [0, 1], 'range'),
    ...(normalise?.component === 'minmax'
      ? {
          minmax: {
            low: number(normalise.parameters.low, 'minmax.low'),
            high: number(normalise.parameters.high, 'minmax.high'),
          },
        }
      : {}),
    seed: plan.seed,
  }
}

export function hdmapOf({ component: name, parameters }: ComponentValue): HdmapParameters {
  invariant(name === 'hdmap', `data source ${name}`)
  const validation = parameters.validation === undefined ? undefined : component(parameters.validation, 'validation')
  const targets = strings(parameters.targets ?? ['auto'], 'targets')
  const all = targets.length === 1 && targets[0] === 'auto'
  return {
    root: string(parameters.root, 'root'),
    source: string(parameters.source, 'source'),
    ...(all ? {} : { targets }),
    ...(validation?.component === 'reference'
      ? {}
      : { heldOut: number(validation?.parameters.fraction ?? 0.1, 'validation.fraction') }),
    cacheBytes: number(parameters.cache ?? 512, 'cache') * 2 ** 20,
  }
}

/** @param imageWidth pixels, for widths in per cent. */
export function additiveOf({ component: name, parameters }: ComponentValue, imageWidth: number): AdditiveParameters {
  invariant(name === 'additive', `synthesis ${name}`)
  const width = list(parameters.width ?? [16, 64], 'width')
  return {
    probability: number(parameters.probability ?? 0.5, 'probability'),
    width: [pixels(width[0], imageWidth), pixels(width[1], imageWidth)],
    ratio: pair(parameters.ratio ?? [0.4, 0.67], 'ratio'),
    severity: pair(parameters.severity ?? [0, 2], 'severity'),
    patches: number(parameters.patches ?? 1, 'patches'),
  }
}

function pixels(value: SettingValue | undefined, imageWidth: number): number {
  if (typeof value === 'number') return value
  const percent = number(record(value, 'width').percent, 'width.percent')
  return Math.max(1, Math.round((imageWidth * percent) / 100))
}

// A plan comes from the compiler, which has checked it against the component's schema: what does not fit is its bug.

function number(value: SettingValue | undefined, name: string): number {
  invariant(typeof value === 'number', `${name} is not a number`)
  return value
}

function string(value: SettingValue | undefined, name: string): string {
  invariant(typeof value === 'string', `${name} is not a string`)
  return value
}

function list(value: SettingValue | undefined, name: string): readonly SettingValue[] {
  invariant(Array.isArray(value), `${name} is not a list`)
  return value
}

function strings(value: SettingValue | undefined, name: string): readonly string[] {
  return list(value, name).map((item) => string(item, name))
}

function pair(value: SettingValue | undefined, name: string): readonly [number, number] {
  const items = list(value, name)
  return [number(items[0], name), number(items[1], name)]
}

function record(value: SettingValue | undefined, name: string): { readonly [name: string]: SettingValue } {
  invariant(typeof value === 'object' && value !== null && !Array.isArray(value), `${name} is not a record`)
  return value as { readonly [name: string]: SettingValue }
}

function component(value: SettingValue | undefined, name: string): ComponentValue {
  const found = record(value, name)
  return {
    component: string(found.component, `${name}.component`),
    parameters: found.parameters === undefined ? {} : record(found.parameters, `${name}.parameters`),
  }
}

function choice<Word extends string>(value: SettingValue | undefined, words: readonly Word[], name: string): Word {
  const found = words.find((word) => word === value)
  invariant(found !== undefined, `${name} is ${String(value)}`)
  return found
}

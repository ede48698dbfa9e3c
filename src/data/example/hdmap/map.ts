import { RandomStream } from '../../../random/stream.js'
import * as constants from './constants.js'
import { amplitude, drawShape, level, type MapShape, ridge } from './pattern.js'

/** One vibration map, [31,95]. */
export interface ExampleMap {
  readonly values: Float32Array
  /** [31,95], 0 or 1; absent from a normal map. */
  readonly mask?: Uint8Array
  readonly severity: number
}

type Domain = (typeof constants.domains)[number]

/** @param key of the domain and kind. @param index of the map: it is a function of the three. */
export function makeMap({ condition, sensor }: Domain, key: string, index: number, faulty: boolean): ExampleMap {
  const draws = new RandomStream(key, 0, index)
  const shape = drawShape(condition, draws)
  const gain = draws.uniform(...constants.gain)
  const offset = draws.uniform(...constants.offset)
  const pattern = new Float64Array(constants.height * constants.width)
  forEachPixel((row, column, at) => {
    const noise = draws.uniform(-sensor.noise, sensor.noise)
    pattern[at] = ridge(shape, sensor.sharpness, row, column, 0) * amplitude(shape, row, column) + noise
  })
  const fault = faulty ? addFault(pattern, shape, sensor, draws) : undefined
  // The level comes after the fault, which changes the ridges alone.
  forEachPixel((row, column, at) => {
    pattern[at] = (pattern[at] ?? 0) + level(shape, row, column)
  })
  const values = Float32Array.from(pattern, (value) => {
    const steps = Math.round((offset + gain * value) / constants.step)
    return Math.min(1, Math.max(0, steps * constants.step))
  })
  return { values, severity: fault?.severity ?? 0, ...(fault === undefined ? {} : { mask: fault.mask }) }
}

/**
 * Lets a second train of ridges run between the first in a patch, then restores the patch's mean and deviation: what
 * remains of the fault is texture. The deviation is restored by thinning: a cubic share makes high values stand out.
 */
function addFault(
  pattern: Float64Array,
  shape: MapShape,
  sensor: constants.Sensor,
  draws: RandomStream,
): { readonly mask: Uint8Array; readonly severity: number } {
  const { fault } = constants
  const width = draws.integer(...fault.width)
  const height = Math.floor(width * draws.uniform(...fault.ratio))
  const left = draws.integer(0, constants.width - width)
  const top = draws.integer(0, constants.height - height)
  const severity = Math.round(draws.uniform(...fault.severity) * 1000) / 1000
  const shift = draws.uniform(...fault.shift)
  const mask = new Uint8Array(pattern.length)
  const places: number[] = []
  const doubled: number[] = []
  const before: number[] = []
  forEachPixel((row, column, at) => {
    if (row < top || row >= top + height || column < left || column >= left + width) return
    mask[at] = 1
    places.push(at)
    const value = pattern[at] ?? 0
    before.push(value)
    const second = ridge(shape, sensor.sharpness, row, column, shift) * amplitude(shape, row, column)
    doubled.push((value + severity * second) / (1 + severity))
  })
  const restored = restore(doubled, before)
  places.forEach((at, index) => {
    pattern[at] = restored[index] ?? 0
  })
  return { mask, severity }
}

/** Gives the values the mean of `wanted`, and its deviation as far as that needs no higher maximum. */
function restore(values: readonly number[], wanted: readonly number[]): readonly number[] {
  const target = moments(wanted)
  const thinned = (strength: number): readonly number[] => {
    const shaped = values.map((value) => value * (1 - strength) + strength * value * value * value)
    const factor = target.mean / moments(shaped).mean
    return shaped.map((value) => value * factor)
  }
  let low = 0
  let high = 1
  for (let round = 0; round < 20; round += 1) {
    const middle = (low + high) / 2
    const found = moments(thinned(middle))
    if (found.variance < target.variance && found.highest < target.highest) low = middle
    else high = middle
  }
  return thinned(low)
}

interface Moments {
  readonly mean: number
  readonly variance: number
  readonly highest: number
}

function moments(values: readonly number[]): Moments {
  let sum = 0
  let squares = 0
  let highest = Number.NEGATIVE_INFINITY
  for (const value of values) {
    sum += value
    squares += value * value
    if (value > highest) highest = value
  }
  const mean = sum / values.length
  return { mean, variance: squares / values.length - mean * mean, highest }
}

function forEachPixel(visit: (row: number, column: number, at: number) => void): void {
  for (let row = 0; row < constants.height; row += 1) {
    for (let column = 0; column < constants.width; column += 1) visit(row, column, row * constants.width + column)
  }
}

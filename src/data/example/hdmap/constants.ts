/** Everything that shapes the example maps. A change here needs a new `version`: callers make the data again then. */
export const version = 2

export const height = 31
export const width = 95

/** Operating condition: how close the impacts follow each other, and how they drift over the rows. */
export interface Condition {
  /** Pixels between two ridges. */
  readonly spacing: readonly [low: number, high: number]
  /** Ridges crossed by a column from top to bottom. */
  readonly slant: readonly [low: number, high: number]
}

/** Sensor: how sharp ridges come out, and how noisy. */
export interface Sensor {
  /** Power of the raised cosine: the higher, the thinner the ridges. */
  readonly sharpness: number
  /** Half width of the uniform noise, before the gain. */
  readonly noise: number
}

const slow: Condition = { spacing: [7.4, 8.2], slant: [0.6, 1.1] }
const fast: Condition = { spacing: [9.6, 10.6], slant: [-1.3, -0.8] }
const near: Sensor = { sharpness: 4, noise: 0.03 }
const far: Sensor = { sharpness: 3, noise: 0.045 }

/** A and B, C and D differ in operating condition; A and C, B and D in sensor. */
export const domains = [
  { name: 'domain_A', condition: slow, sensor: near },
  { name: 'domain_B', condition: fast, sensor: near },
  { name: 'domain_C', condition: slow, sensor: far },
  { name: 'domain_D', condition: fast, sensor: far },
] as const

/** From map to map; value = offset + gain x pattern, pattern in 0 .. 1. */
export const gain: readonly [number, number] = [0.35, 0.6]
export const offset: readonly [number, number] = [0.05, 0.2]
/** Lowest amplitude of the slow modulation along and across the ridges; the highest is 1. */
export const modulation = 0.65
/** Amplitude of the slow drift of the level over a map, before the gain: how bright a place is says nothing of faults. */
export const drift: readonly [number, number] = [0.1, 0.25]
/** Largest wander of a ridge, in parts of the spacing. */
export const wander = 0.12

/** Faults: a patch in which a second train of ridges runs between the first. */
export const fault = {
  width: [20, 34],
  ratio: [0.45, 0.7],
  /** Amplitude of the second train, relative to the first; also the severity that is written down. */
  severity: [0.8, 2],
  /** Where the second train runs, in parts of the spacing. */
  shift: [0.35, 0.65],
} as const

/** Values are written in these steps, so that the last bits of no machine matter. */
export const step = 1 / 4096

/** Images of a domain for `size` = 1. */
export const counts = { train: 200, otherTrain: 60, good: 60, fault: 60 } as const

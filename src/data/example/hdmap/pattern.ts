import type { RandomStream } from '../../../random/stream.js'
import { drawWave, ridgeAt, sumOf, type Wave } from '../waves.js'
import * as constants from './constants.js'

/** What one map is made of, drawn before its pixels. */
export interface MapShape {
  readonly spacing: number
  readonly slant: number
  readonly phase: number
  readonly waves: readonly Wave[]
  readonly modulations: readonly Wave[]
  readonly drift: number
  readonly drifts: readonly Wave[]
}

export function drawShape(condition: constants.Condition, draws: RandomStream): MapShape {
  const [shortest, longest] = condition.spacing
  const [least, most] = condition.slant
  const wave = (): Wave => drawWave(draws, 1, 1.5)
  return {
    spacing: draws.uniform(shortest, longest),
    slant: draws.uniform(least, most),
    phase: draws.uniform(),
    waves: [wave(), wave()],
    modulations: [wave(), wave()],
    drift: draws.uniform(...constants.drift),
    drifts: [wave(), wave()],
  }
}

/** Height of a train of ridges at a pixel, 0 .. 1. @param shift in parts of the spacing. */
export function ridge(shape: MapShape, sharpness: number, row: number, column: number, shift: number): number {
  const down = row / constants.height
  const across = column / constants.width
  let turns = column / shape.spacing + shape.slant * down + shape.phase + shift
  turns += (constants.wander / 2) * sumOf(shape.waves, down, across)
  return ridgeAt(turns, sharpness)
}

/** Slow modulation of the amplitude at a pixel, `modulation` .. 1. */
export function amplitude(shape: MapShape, row: number, column: number): number {
  const down = row / constants.height
  const across = column / constants.width
  return 1 - (1 - constants.modulation) * (0.5 + 0.25 * sumOf(shape.modulations, down, across))
}

/** Slow drift of the level at a pixel, 0 .. twice the map's `drift`. */
export function level(shape: MapShape, row: number, column: number): number {
  const down = row / constants.height
  const across = column / constants.width
  return shape.drift * (1 + 0.5 * sumOf(shape.drifts, down, across))
}

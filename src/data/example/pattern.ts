import type { RandomStream } from '../../random/stream.js'
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

/** A slow wave over the map: `cycles` over its height and width. */
interface Wave {
  readonly down: number
  readonly across: number
  readonly phase: number
}

export function drawShape(condition: constants.Condition, draws: RandomStream): MapShape {
  const [shortest, longest] = condition.spacing
  const [least, most] = condition.slant
  const wave = (): Wave => ({
    down: draws.uniform(-1, 1),
    across: draws.uniform(-1.5, 1.5),
    phase: draws.uniform(),
  })
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
  for (const wave of shape.waves) turns += (constants.wander / 2) * at(wave, down, across)
  const raised = 0.5 + 0.5 * cosine(turns)
  let value = raised
  for (let power = 1; power < sharpness; power += 1) value *= raised
  return value
}

/** Slow modulation of the amplitude at a pixel, `modulation` .. 1. */
export function amplitude(shape: MapShape, row: number, column: number): number {
  const down = row / constants.height
  const across = column / constants.width
  let sum = 0
  for (const wave of shape.modulations) sum += at(wave, down, across)
  return 1 - (1 - constants.modulation) * (0.5 + 0.25 * sum)
}

/** Slow drift of the level at a pixel, 0 .. twice the map's `drift`. */
export function level(shape: MapShape, row: number, column: number): number {
  const down = row / constants.height
  const across = column / constants.width
  let sum = 0
  for (const wave of shape.drifts) sum += at(wave, down, across)
  return shape.drift * (1 + 0.5 * sum)
}

function at({ down, across, phase }: Wave, row: number, column: number): number {
  return cosine(down * row + across * column + phase)
}

/**
 * Cosine of `turns` full turns, by its Taylor polynomial on a quarter turn: `Math.cos` may differ in its last bits
 * between engines, sums and products do not. Error below 1e-8.
 */
export function cosine(turns: number): number {
  const part = Math.abs(turns - Math.round(turns)) // 0 .. 0.5: cosine is even
  const mirrored = part > 0.25 ? 0.5 - part : part
  const square = 2 * Math.PI * mirrored * (2 * Math.PI * mirrored)
  let sum = 1
  for (let term = 12; term >= 2; term -= 2) sum = 1 - (sum * square) / (term * (term - 1))
  return part > 0.25 ? -sum : sum
}

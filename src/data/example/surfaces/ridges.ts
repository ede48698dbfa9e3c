import type { RandomStream } from '../../../random/stream.js'
import { cosine, drawWave, ridgeAt, sine, sumOf, type Wave } from '../waves.js'
import * as constants from './constants.js'

/** What one image is made of, drawn before its pixels. */
export interface Shape {
  readonly kind: constants.Kind
  /** Pixels between two ridges. */
  readonly spacing: number
  /** How far the surface is turned, in turns. */
  readonly slant: number
  readonly phases: readonly [number, number]
  readonly wander: readonly Wave[]
  /** What the ridges of each set add to the ground, by channel. */
  readonly colours: readonly [readonly number[], readonly number[]]
  readonly light: number
  readonly shades: readonly Wave[]
}

/** Where the surface is looked at, and whether the colours of its two sets of ridges are exchanged there. */
export interface Look {
  readonly row: number
  readonly column: number
  readonly exchanged: boolean
}

export function drawShape(kind: constants.Kind, draws: RandomStream): Shape {
  const gain = draws.uniform(...constants.gain)
  const tinted = (colour: readonly number[]): number[] =>
    colour.map((value) => gain * (value + draws.uniform(-constants.tint, constants.tint)))
  return {
    kind,
    spacing: draws.uniform(...kind.spacing),
    slant: draws.uniform(-constants.slant, constants.slant),
    phases: [draws.uniform(), draws.uniform()],
    wander: [drawWave(draws, 1.5, 1.5), drawWave(draws, 1.5, 1.5)],
    colours: [tinted(kind.colours[0]), tinted(kind.colours[1])],
    light: draws.uniform(...constants.light),
    shades: [drawWave(draws, 1, 1), drawWave(draws, 1, 1)],
  }
}

/** Red, green and blue of the surface at a place, before its light and noise. */
export function colourAt(shape: Shape, { row, column, exchanged }: Look): readonly number[] {
  const { kind, slant, wander, phases, spacing } = shape
  const { side } = constants
  const strayed = (kind.wander / 2) * sumOf(wander, row / side, column / side)
  const across = (cosine(slant) * column + sine(slant) * row) / spacing + strayed + phases[0]
  const down = (cosine(slant) * row - sine(slant) * column) / spacing + strayed + phases[1]
  const [first, second] = heights[kind.ridges](across, down)
  const [one = [], two = []] = exchanged ? [shape.colours[1], shape.colours[0]] : shape.colours
  return kind.ground.map((ground, channel) => ground + first * (one[channel] ?? 0) + second * (two[channel] ?? 0))
}

/** Heights of the two sets of ridges, 0 .. 1, where `across` and `down` spacings lie behind. */
const heights: Readonly<Record<constants.Kind['ridges'], (across: number, down: number) => readonly [number, number]>> =
  {
    crossed: (across, down) => {
      const above = 0.5 + 0.5 * cosine(across / 2) * cosine(down / 2)
      return [above * ridgeAt(across, 2), (1 - above) * ridgeAt(down, 2)]
    },
    along: (across, down) => [ridgeAt(across, 3), 0.8 * ridgeAt(1.7 * across + 0.15 * down, 2)],
  }

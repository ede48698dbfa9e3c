import type { RandomStream } from '../../random/stream.js'

/** A slow wave over an image: turns over its height, over its width, and where it begins. */
export interface Wave {
  readonly down: number
  readonly across: number
  readonly phase: number
}

export function drawWave(draws: RandomStream, down: number, across: number): Wave {
  return { down: draws.uniform(-down, down), across: draws.uniform(-across, across), phase: draws.uniform() }
}

/** Sum of the waves at a place, each in -1 .. 1. @param row of the image, 0 .. 1. @param column of the image, 0 .. 1. */
export function sumOf(waves: readonly Wave[], row: number, column: number): number {
  let sum = 0
  for (const { down, across, phase } of waves) sum += cosine(down * row + across * column + phase)
  return sum
}

/** A train of ridges: the raised cosine, 0 .. 1, to a power; the higher, the thinner the ridges. */
export function ridgeAt(turns: number, sharpness: number): number {
  const raised = 0.5 + 0.5 * cosine(turns)
  let value = raised
  for (let power = 1; power < sharpness; power += 1) value *= raised
  return value
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

export function sine(turns: number): number {
  return cosine(turns - 0.25)
}

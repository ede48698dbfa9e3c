import { invariant } from '../../diagnostics/invariant.js'

/** The image that a synthesis works on: all its maps have this size, [height, width, channels]. */
export interface Frame {
  readonly height: number
  readonly width: number
  readonly channels: number
  /** Of the values of an image. */
  readonly range: readonly [low: number, high: number]
}

/** One number; a box of four; a map, channels of a pixel side by side. */
export type PixelValue = number | Float64Array | Float32Array

/** `channels`: of a map. */
export interface Operand {
  readonly value: PixelValue
  readonly channels: number
}

/** What is given as an image or a mask. */
export function asMap(value: PixelValue | undefined): Float32Array {
  invariant(value !== undefined && isMap(value), 'a map is due')
  return value
}

export function isMap(value: PixelValue): value is Float32Array {
  return value instanceof Float32Array
}

/** The numbers of a box, or one number so many times. */
export function floats(value: PixelValue, count: number): Float64Array {
  return typeof value === 'number' ? new Float64Array(count).fill(value) : Float64Array.from(value)
}

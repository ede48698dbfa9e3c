import type { ImageHeader } from './headers/image-header.js'

/** `row 3, column 7, and at 12 more places` */
export function placesOf(pixel: number, count: number, width: number): string {
  const more = count === 1 ? '' : `, and at ${count - 1} more ${count === 2 ? 'place' : 'places'}`
  return `row ${Math.floor(pixel / width)}, column ${pixel % width}${more}`
}

/** A decoded value as its file writes it: 255 for white in 8 bits. */
export function inFile(value: number, { bits, depth }: Pick<ImageHeader, 'bits' | 'depth'>): number {
  return depth === 'float32' ? value : Math.round(value * (2 ** bits - 1))
}

/** The fewest digits, at least six, that are this float32 and no other. */
export function shownFloat(value: number): string {
  for (let digits = 6; digits < 9; digits += 1) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === Math.fround(value)) return String(short)
  }
  return String(Number(value.toPrecision(9)))
}

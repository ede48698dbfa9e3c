import { onCircle } from '../../random/exact.js'
import type { RandomStream } from '../../random/stream.js'
import type { Frame } from './frame.js'

/**
 * Perlin noise (Perlin 2002: gradients on a grid of `rows` x `columns` cells over the image, quintic fade), times sqrt 2, as the author's
 * code of DRAEM computes it where the cells divide the image.
 *
 * @param turns of the gradients, (rows + 1) x (columns + 1), in turns: 1 is a whole one
 * @param to height x width
 */
export function perlinNoise(
  turns: ArrayLike<number>,
  [rows, columns]: readonly [rows: number, columns: number],
  [height, width]: readonly [height: number, width: number],
  to: Float32Array | Float64Array,
): void {
  const gradients = Float64Array.from(
    { length: 2 * turns.length },
    (_, at) => onCircle(turns[at >> 1] ?? 0)[at & 1] ?? 0,
  )
  const [down, across] = [placesOf(rows, height), placesOf(columns, width)]
  for (let y = 0, at = 0; y < height; y += 1) {
    const [partY, fadeY] = [down.parts[y] ?? 0, down.fades[y] ?? 0]
    const row = (down.cells[y] ?? 0) * (columns + 1)
    for (let x = 0; x < width; x += 1, at += 1) {
      const [partX, fadeX] = [across.parts[x] ?? 0, across.fades[x] ?? 0]
      // The gradients of the cell's corners: y, then x.
      const first = 2 * (row + (across.cells[x] ?? 0))
      const below = first + 2 * (columns + 1)
      const topLeft = partY * (gradients[first] ?? 0) + partX * (gradients[first + 1] ?? 0)
      const topRight = partY * (gradients[first + 2] ?? 0) + (partX - 1) * (gradients[first + 3] ?? 0)
      const bottomLeft = (partY - 1) * (gradients[below] ?? 0) + partX * (gradients[below + 1] ?? 0)
      const bottomRight = (partY - 1) * (gradients[below + 2] ?? 0) + (partX - 1) * (gradients[below + 3] ?? 0)
      const left = topLeft + fadeY * (bottomLeft - topLeft)
      const right = topRight + fadeY * (bottomRight - topRight)
      to[at] = Math.SQRT2 * (left + fadeX * (right - left))
    }
  }
}

/** For each pixel of a side the cell that it is in, how far into it, and that after Perlin's quintic fade. */
function placesOf(cells: number, size: number) {
  const at = Float64Array.from({ length: size }, (_, pixel) => (pixel * cells) / size)
  const parts = at.map((place) => place - Math.floor(place))
  return { cells: Int32Array.from(at, Math.floor), parts, fades: parts.map((t) => t * t * t * (t * (t * 6 - 15) + 10)) }
}

/** Noise of random gradients; the cells down and across are powers of 2 in the range. */
export function drawPerlin(
  { least, most }: { readonly least: number; readonly most: number },
  { height, width }: Frame,
  draws: RandomStream,
  to: Float32Array,
): void {
  const exponents = [Math.log2(least), Math.log2(most)].map(Math.round)
  const cells = (): number => 2 ** draws.integer(exponents[0] ?? 0, exponents[1] ?? 0)
  const [rows, columns] = [cells(), cells()]
  const turns = Float64Array.from({ length: (rows + 1) * (columns + 1) }, () => draws.uniform())
  perlinNoise(turns, [rows, columns], [height, width], to)
}

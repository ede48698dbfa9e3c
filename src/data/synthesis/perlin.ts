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
  const gradients = Array.from(turns, (each) => onCircle(each))
  const fade = (t: number): number => t * t * t * (t * (t * 6 - 15) + 10)
  const across = Array.from({ length: width }, (_, x) => place(x, columns, width))
  for (let y = 0, at = 0; y < height; y += 1) {
    const down = place(y, rows, height)
    const fadeDown = fade(down.part)
    for (let x = 0; x < width; x += 1, at += 1) {
      const { cell, part } = across[x] ?? down
      const dot = (below: 0 | 1, right: 0 | 1): number => {
        const [gy, gx] = gradients[(down.cell + below) * (columns + 1) + cell + right] ?? [0, 0]
        return (down.part - below) * gy + (part - right) * gx
      }
      const fadeAcross = fade(part)
      const above = dot(0, 0) + fadeDown * (dot(1, 0) - dot(0, 0))
      const beside = dot(0, 1) + fadeDown * (dot(1, 1) - dot(0, 1))
      to[at] = Math.SQRT2 * (above + fadeAcross * (beside - above))
    }
  }
}

function place(pixel: number, cells: number, size: number): { readonly cell: number; readonly part: number } {
  const at = (pixel * cells) / size
  const cell = Math.floor(at)
  return { cell, part: at - cell }
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

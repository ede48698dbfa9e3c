import { RandomStream } from '../../../random/stream.js'
import { sumOf } from '../waves.js'
import * as constants from './constants.js'
import { type Place, placeDefect } from './defects.js'
import { colourAt, drawShape } from './ridges.js'

const { side } = constants

/** One photograph of a surface, [64,64,3]. */
export interface ExampleSurface {
  /** 0 .. 255. */
  readonly values: Uint8Array
  /** [64,64], 0 or 1; absent from a normal image. */
  readonly mask?: Uint8Array
}

/** @param key of the kind and purpose. @param index of the image: it is a function of these and the defect. */
export function makeSurface(
  kind: constants.Kind,
  key: string,
  index: number,
  defect?: constants.Defect,
): ExampleSurface {
  const draws = new RandomStream(key, 0, index)
  const noise = new RandomStream(key, 1, index) // of its own: a defect changes what it covers only
  const shape = drawShape(kind, draws)
  const grain = draws.uniform(...constants.noise)
  const values = new Uint8Array(3 * side * side)
  const mask = new Uint8Array(side * side)
  const faulty: Place = defect === undefined ? () => undefined : placeDefect(defect, shape, draws)
  for (let row = 0; row < side; row += 1) {
    for (let column = 0; column < side; column += 1) {
      const at = row * side + column
      const moved = faulty(row, column)
      if (moved !== undefined) mask[at] = 1
      const light = shape.light + (constants.shade / 2) * sumOf(shape.shades, row / side, column / side)
      colourAt(shape, moved ?? { row, column, exchanged: false }).forEach((colour, channel) => {
        const value = light + colour + noise.uniform(-grain, grain)
        values[3 * at + channel] = Math.round(255 * Math.min(1, Math.max(0, value)))
      })
    }
  }
  return defect === undefined ? { values } : { values, mask }
}

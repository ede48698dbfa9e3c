import type { RandomStream } from '../../../random/stream.js'
import { cosine, sine } from '../waves.js'
import * as constants from './constants.js'
import type { Look, Shape } from './ridges.js'

/** What is seen at a pixel in place of itself; undefined outside the defect. */
export type Place = (row: number, column: number) => Look | undefined

export function placeDefect(defect: constants.Defect, shape: Shape, draws: RandomStream): Place {
  return defects[defect](shape, draws)
}

/** None brings values that the surface does not have: each shows the surface as it is elsewhere, or in its other colour. */
const defects: Readonly<Record<constants.Defect, (shape: Shape, draws: RandomStream) => Place>> = {
  cut: (shape, draws) => {
    const { width, length, shift } = constants.defects.cut
    const half = draws.uniform(...width) / 2
    const reach = draws.uniform(...length) / 2
    const away = shape.spacing * draws.uniform(...shift)
    const turned = aside(draws, reach)
    return (row, column) => {
      const { along, across } = turned(row, column)
      if (Math.abs(along) > reach || Math.abs(across) > half) return undefined
      return { row: row + away, column: column + away, exchanged: false }
    }
  },
  stain: (_shape, draws) => {
    const [smallest, largest] = constants.defects.stain.radius
    const radii = [draws.uniform(smallest, largest), draws.uniform(smallest, largest)] as const
    const turned = aside(draws, largest)
    return (row, column) => {
      const { along, across } = turned(row, column)
      const inside = (along / radii[0]) * (along / radii[0]) + (across / radii[1]) * (across / radii[1]) <= 1
      return inside ? { row, column, exchanged: true } : undefined
    }
  },
  twist: (_shape, draws) => {
    const { width, turns } = constants.defects.twist
    const halves = [draws.uniform(...width) / 2, draws.uniform(...width) / 2] as const
    const angle = draws.uniform(...turns) * (draws.uniform() < 0.5 ? -1 : 1)
    const top = draws.uniform(halves[0], constants.side - 1 - halves[0])
    const left = draws.uniform(halves[1], constants.side - 1 - halves[1])
    return (row, column) => {
      const [down, right] = [row - top, column - left]
      if (Math.abs(down) > halves[0] || Math.abs(right) > halves[1]) return undefined
      return {
        row: top + cosine(angle) * down - sine(angle) * right,
        column: left + sine(angle) * down + cosine(angle) * right,
        exchanged: false,
      }
    }
  },
}

/** A place that has `reach` pixels of the image around it, turned at random: how far a pixel lies along and across. */
function aside(
  draws: RandomStream,
  reach: number,
): (row: number, column: number) => { readonly along: number; readonly across: number } {
  const angle = draws.uniform()
  const row = draws.uniform(reach, constants.side - 1 - reach)
  const column = draws.uniform(reach, constants.side - 1 - reach)
  const [step, rise] = [cosine(angle), sine(angle)]
  return (y, x) => ({
    along: step * (x - column) + rise * (y - row),
    across: step * (y - row) - rise * (x - column),
  })
}

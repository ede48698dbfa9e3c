import type { Quantity } from './parameters.js'

/** A length in whole pixels, at least 1; in percent it is of the side. */
export function pixelsOf(length: Quantity<'px' | 'percent'>, side: number): number {
  return 'px' in length ? length.px : Math.max(1, Math.round((side * length.percent) / 100))
}

/** After how many epochs a point of the training comes, in percent of all of them. */
export function epochsOf(point: Quantity<'epoch' | 'percent'>, epochs: number): number {
  return 'epoch' in point ? point.epoch : Math.round((epochs * point.percent) / 100)
}

/** Sizes of the equal parts that so many can be made of, ascending. */
export function divisorsOf(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1).filter((size) => count % size === 0)
}

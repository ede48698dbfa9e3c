import type { NumberBounds } from '../../components/schema.js'
import { boundsInWords } from '../../components/words.js'

/** Bounds of a number, by the keys of JSON Schema. */
export interface Bounds extends NumberBounds {
  /** Odd integers alone. */
  readonly isOdd?: true
}

export function isWithin(value: number, bounds: Bounds): boolean {
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum, exclusiveMaximum, isOdd } = bounds
  return (
    value >= minimum &&
    value <= maximum &&
    (exclusiveMinimum === undefined || value > exclusiveMinimum) &&
    (exclusiveMaximum === undefined || value < exclusiveMaximum) &&
    (isOdd !== true || value % 2 === 1)
  )
}

/** What a number must be: `an odd integer from 3 to 255`, `at least 0 and less than 1`. */
export function boundsText(bounds: Bounds, isInteger: boolean): string {
  return `${bounds.isOdd ? 'an odd integer ' : isInteger ? 'an integer ' : ''}${boundsInWords(bounds)}`
}

/** The value within the bounds that is nearest to one outside; undefined where an open end has none. */
export function nearestWithin(value: number, bounds: Bounds): number | undefined {
  const clamped = Math.min(Math.max(value, bounds.minimum ?? -Infinity), bounds.maximum ?? Infinity)
  const nearest = bounds.isOdd && clamped % 2 === 0 ? clamped + 1 : clamped
  return isWithin(nearest, bounds) ? nearest : undefined
}

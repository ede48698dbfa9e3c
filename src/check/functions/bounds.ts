/** Bounds of a number, by the keys of JSON Schema. */
export interface Bounds {
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
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

/** What a number must be: `an odd integer between 3 and 255`, `at least 0 and less than 1`. */
export function boundsText(bounds: Bounds, isInteger: boolean): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, isOdd } = bounds
  const kind = isOdd ? 'an odd integer ' : isInteger ? 'an integer ' : ''
  if (minimum !== undefined && maximum !== undefined) return `${kind}between ${minimum} and ${maximum}`
  const ends = [
    minimum === undefined ? undefined : `at least ${minimum}`,
    exclusiveMinimum === undefined ? undefined : `more than ${exclusiveMinimum}`,
    maximum === undefined ? undefined : `at most ${maximum}`,
    exclusiveMaximum === undefined ? undefined : `less than ${exclusiveMaximum}`,
  ]
  return kind + ends.filter((end) => end !== undefined).join(' and ')
}

/** The value within the bounds that is nearest to one outside; undefined where an open end has none. */
export function nearestWithin(value: number, bounds: Bounds): number | undefined {
  const clamped = Math.min(Math.max(value, bounds.minimum ?? -Infinity), bounds.maximum ?? Infinity)
  const nearest = bounds.isOdd && clamped % 2 === 0 ? clamped + 1 : clamped
  return isWithin(nearest, bounds) ? nearest : undefined
}

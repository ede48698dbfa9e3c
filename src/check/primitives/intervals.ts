/** Closed interval of values; ends may be infinite. Absent: nothing is known. */
export type Interval = readonly [number, number]
export type Known = Interval | undefined

/** 0 times infinity is 0 here: an infinite end is a bound that is not reached. */
function times(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : a * b
}

function tidy(low: number, high: number): Known {
  if (Number.isNaN(low) || Number.isNaN(high)) return undefined
  return low === -Infinity && high === Infinity ? undefined : [low + 0, high + 0]
}

export function addIntervals(a: Known, b: Known): Known {
  return a && b ? tidy(a[0] + b[0], a[1] + b[1]) : undefined
}

export function subIntervals(a: Known, b: Known): Known {
  return a && b ? tidy(a[0] - b[1], a[1] - b[0]) : undefined
}

export function mulIntervals(a: Known, b: Known): Known {
  if (!a || !b) return undefined
  const products = [times(a[0], b[0]), times(a[0], b[1]), times(a[1], b[0]), times(a[1], b[1])]
  return tidy(Math.min(...products), Math.max(...products))
}

/** The divisor's interval does not contain 0. */
export function divIntervals(a: Known, b: Known): Known {
  if (!a || !b || (b[0] <= 0 && b[1] >= 0)) return undefined
  const quotients = [a[0] / b[0], a[0] / b[1], a[1] / b[0], a[1] / b[1]]
  return tidy(Math.min(...quotients), Math.max(...quotients))
}

/** A side that is not known can still be bounded by the other: maximum(x, 0) is at least 0. */
export function maximumIntervals(a: Known, b: Known): Known {
  const [aLow, aHigh] = a ?? [-Infinity, Infinity]
  const [bLow, bHigh] = b ?? [-Infinity, Infinity]
  return tidy(Math.max(aLow, bLow), Math.max(aHigh, bHigh))
}

export function minimumIntervals(a: Known, b: Known): Known {
  const [aLow, aHigh] = a ?? [-Infinity, Infinity]
  const [bLow, bHigh] = b ?? [-Infinity, Infinity]
  return tidy(Math.min(aLow, bLow), Math.min(aHigh, bHigh))
}

export function negateInterval(a: Known): Known {
  return a ? tidy(0 - a[1], 0 - a[0]) : undefined
}

export function absInterval(a: Known): Known {
  if (!a) return [0, Infinity]
  const [low, high] = a
  if (low >= 0) return a
  if (high <= 0) return negateInterval(a)
  return [0, Math.max(0 - low, high)]
}

export function squareInterval(a: Known): Known {
  const absolute = absInterval(a)
  return absolute && [times(absolute[0], absolute[0]), times(absolute[1], absolute[1])]
}

/** Smallest interval around both; undefined when either is. */
export function hullInterval(a: Known, b: Known): Known {
  return a && b ? [Math.min(a[0], b[0]), Math.max(a[1], b[1])] : undefined
}

export function intervalText([low, high]: Interval): string {
  return `${low === -Infinity ? '(-inf' : `[${low}`}, ${high === Infinity ? 'inf)' : `${high}]`}`
}

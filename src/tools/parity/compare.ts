import { FixtureError, type FixtureTensor } from './fixture.js'

export type EngineName = 'interpreter' | 'native'

/** What a result was computed in. */
export type ComputedIn = 'float32' | 'float64'

/** `largest`: the largest difference of two entries. `l2`: the L2 norm of all differences, in parts of that of what is expected. */
export type ErrorNorm = 'largest' | 'l2'

/** One tensor that was compared. `share` is the error in parts of what is allowed. */
export interface Comparison {
  readonly fixture: string
  /** `eval`, `grad`, `blocks`, ... */
  readonly group: string
  readonly engine: EngineName
  readonly tensor: string
  readonly computedIn: ComputedIn
  readonly norm: ErrorNorm
  readonly error: number
  readonly allowed: number
  readonly share: number
}

/** In parts of the tensor's largest entry. */
const relativeAllowance: Readonly<Record<ComputedIn, number>> = { float64: 1e-6, float32: 1e-5 }

/** A training step in float32 may be off by so many times PyTorch's own spread, or by `leastSpread` where that is larger. */
const spreads = 3
const leastSpread = 1e-5

export interface Expectation {
  readonly fixture: string
  readonly group: string
  readonly tensor: string
  readonly expected: FixtureTensor
  /** What the native engine computes it in; the interpreter knows float64 only. */
  readonly computedIn?: ComputedIn
  /** Relative L2 error of PyTorch's own float32, the largest of its ways to compute: measures a result in float32. */
  readonly float32Spread?: number
}

/** `actual` is undefined where the program has no such output. */
export function compare(
  engine: EngineName,
  expectation: Expectation,
  actual: ArrayLike<number> | undefined,
): Comparison {
  const { fixture, group, tensor, expected, float32Spread } = expectation
  if (actual === undefined) throw new FixtureError(`draemc computes no ${tensor} (${group})`)
  if (actual.length !== expected.values.length) {
    throw new FixtureError(`${tensor} (${group}) has ${expected.values.length} numbers, ours ${actual.length}`)
  }
  const computedIn = engine === 'interpreter' ? 'float64' : (expectation.computedIn ?? 'float32')
  const found: Pick<Comparison, 'norm' | 'error' | 'allowed'> =
    computedIn === 'float32' && float32Spread !== undefined
      ? {
          norm: 'l2',
          error: relativeL2(expected.values, actual),
          allowed: Math.max(spreads * float32Spread, leastSpread),
        }
      : {
          norm: 'largest',
          error: largestDifference(expected.values, actual),
          allowed: relativeAllowance[computedIn] * largestOf(expected.values),
        }
  const share = found.error === 0 ? 0 : found.error / found.allowed
  return { fixture, group, tensor, engine, computedIn, ...found, share }
}

function largestOf(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
}

/** Infinite where a value is not a number. */
function largestDifference(expected: Float64Array, actual: ArrayLike<number>): number {
  let error = 0
  for (const [index, value] of expected.entries()) {
    const difference = Math.abs((actual[index] ?? Number.NaN) - value)
    if (!(difference <= error)) error = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference
  }
  return error
}

/** Infinite where a value is not a number, or where zeros are expected and others found. */
function relativeL2(expected: Float64Array, actual: ArrayLike<number>): number {
  let [differences, squares] = [0, 0]
  for (const [index, value] of expected.entries()) {
    differences += ((actual[index] ?? Number.NaN) - value) ** 2
    squares += value ** 2
  }
  if (differences === 0) return 0
  const error = Math.sqrt(differences / squares)
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error
}

/** The worst tensor of each fixture, group and engine, in the order in which they came. */
export function worstByGroup(comparisons: readonly Comparison[]): readonly (Comparison & { readonly count: number })[] {
  const worst = new Map<string, Comparison & { readonly count: number }>()
  for (const comparison of comparisons) {
    const key = [comparison.fixture, comparison.group, comparison.engine].join('\0')
    const known = worst.get(key)
    const count = (known?.count ?? 0) + 1
    const isWorse = known === undefined || !(comparison.share <= known.share)
    worst.set(key, { ...(isWorse ? comparison : known), count })
  }
  return [...worst.values()]
}

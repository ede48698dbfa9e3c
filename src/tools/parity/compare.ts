import { FixtureError, type FixtureTensor } from './fixture.js'

export type EngineName = 'interpreter' | 'native'

/** One tensor that was compared. Errors are absolute; `share` is the error in parts of what is allowed. */
export interface Comparison {
  readonly fixture: string
  /** `eval`, `grad`, `blocks`, ... */
  readonly group: string
  readonly engine: EngineName
  readonly tensor: string
  readonly error: number
  readonly allowed: number
  readonly share: number
}

/** The float64 interpreter may differ by 1e-6 of the tensor's largest entry, a float32 engine by 1e-5. */
export const relativeAllowance: Readonly<Record<EngineName, number>> = { interpreter: 1e-6, native: 1e-5 }

export interface Expectation {
  readonly fixture: string
  readonly group: string
  readonly tensor: string
  readonly expected: FixtureTensor
  /** PyTorch's own float32 error, where what is computed in float32 may differ by 8 times that. */
  readonly float32Error?: number
}

/** `actual` is undefined where the program has no such output. */
export function compare(
  engine: EngineName,
  expectation: Expectation,
  actual: ArrayLike<number> | undefined,
): Comparison {
  const { fixture, group, tensor, expected, float32Error } = expectation
  if (actual === undefined) throw new FixtureError(`draemc computes no ${tensor} (${group})`)
  if (actual.length !== expected.values.length) {
    throw new FixtureError(`${tensor} (${group}) has ${expected.values.length} numbers, ours ${actual.length}`)
  }
  const largest = expected.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const relative = relativeAllowance[engine] * largest
  const allowed = engine === 'native' && float32Error !== undefined ? Math.max(relative, 8 * float32Error) : relative
  let error = 0
  for (const [index, value] of expected.values.entries()) {
    const difference = Math.abs((actual[index] ?? Number.NaN) - value)
    // Also where it is not a number.
    if (!(difference <= error)) error = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference
  }
  return { fixture, group, tensor, engine, error, allowed, share: error === 0 ? 0 : error / allowed }
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

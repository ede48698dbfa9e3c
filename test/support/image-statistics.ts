/** Numbers of a whole image that a detector without a network could use. */
export const imageStatistics: Readonly<
  Record<string, (values: Float32Array, height: number, width: number) => number>
> = {
  mean,
  minimum: (values) => values.reduce((least, value) => Math.min(least, value)),
  maximum: (values) => values.reduce((most, value) => Math.max(most, value)),
  deviation: (values) => Math.sqrt(mean(values.map((value) => value * value)) - mean(values) ** 2),
  'percentile 1': (values) => percentile(values, 0.01),
  'percentile 99': (values) => percentile(values, 0.99),
  'maximum of 5 x 5 means': (values, height, width) => Math.max(...means(values, height, width)),
  'minimum of 5 x 5 means': (values, height, width) => Math.min(...means(values, height, width)),
  'mean difference of neighbours': (values, height, width) => mean(differences(values, height, width)),
  'percentile 99 of the differences of neighbours': (values, height, width) =>
    percentile(differences(values, height, width), 0.99),
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let index = 0; index < values.length; index += 1) sum += values[index] ?? Number.NaN
  return sum / values.length
}

/** Share of the pairs that are in the right order, either way. */
export function separation(normal: readonly number[], faulty: readonly number[]): number {
  let right = 0
  for (const low of normal) for (const high of faulty) right += high > low ? 1 : high === low ? 0.5 : 0
  const share = right / (normal.length * faulty.length)
  return Math.max(share, 1 - share)
}

function percentile(values: Float32Array, share: number): number {
  return values.toSorted()[Math.round(share * (values.length - 1))] ?? Number.NaN
}

/** Means of all windows of 5 x 5. */
function means(values: Float32Array, height: number, width: number): readonly number[] {
  const found: number[] = []
  for (let top = 0; top + 5 <= height; top += 1) {
    for (let left = 0; left + 5 <= width; left += 1) {
      let sum = 0
      for (let at = 0; at < 25; at += 1) sum += values[(top + Math.floor(at / 5)) * width + left + (at % 5)] ?? 0
      found.push(sum / 25)
    }
  }
  return found
}

function differences(values: Float32Array, height: number, width: number): Float32Array {
  const found: number[] = []
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const value = values[row * width + column] ?? 0
      if (column + 1 < width) found.push(Math.abs(value - (values[row * width + column + 1] ?? 0)))
      if (row + 1 < height) found.push(Math.abs(value - (values[(row + 1) * width + column] ?? 0)))
    }
  }
  return Float32Array.from(found)
}

/** Along one axis: result i is (1 - share[i]) x[low[i]] + share[i] x[high[i]]. */
export interface Taps {
  readonly low: Int32Array
  readonly high: Int32Array
  readonly share: Float64Array
}

/** As PyTorch computes them; aligned corners of a side of 1 read value 0. */
export function axisTaps(from: number, to: number, alignCorners: boolean): Taps {
  const low = new Int32Array(to)
  const high = new Int32Array(to)
  const share = new Float64Array(to)
  for (let i = 0; i < to; i += 1) {
    const aligned = to > 1 ? (i * (from - 1)) / (to - 1) : 0
    const centred = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1)
    const source = alignCorners ? aligned : centred
    const below = Math.min(Math.floor(source), from - 1)
    low[i] = below
    high[i] = Math.min(below + 1, from - 1)
    share[i] = source - below
  }
  return { low, high, share }
}

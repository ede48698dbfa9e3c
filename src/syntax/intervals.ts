/** Half-open ranges of offsets, asked in logarithmic time. */
export class Intervals {
  /** Disjoint and sorted. */
  readonly #ranges: [number, number][] = []

  constructor(ranges: Iterable<readonly [number, number]>) {
    for (const [start, end] of [...ranges].sort((a, b) => a[0] - b[0])) {
      const last = this.#ranges.at(-1)
      if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end)
      else this.#ranges.push([start, end])
    }
  }

  static ofPoints(offsets: Iterable<number>): Intervals {
    return new Intervals([...offsets].map((offset) => [offset, offset + 1]))
  }

  has(offset: number): boolean {
    return this.meets(offset, offset)
  }

  /** Whether an offset from `first` to `last`, both included, lies in a range. */
  meets(first: number, last: number): boolean {
    let low = 0
    let high = this.#ranges.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#ranges[middle]?.[1] ?? 0) <= first) low = middle + 1
      else high = middle
    }
    const range = this.#ranges[low]
    return range !== undefined && range[0] <= last
  }
}

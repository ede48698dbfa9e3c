/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min(at(rows, i - 1, j) + 1, (row[j - 1] ?? 0) + 1, at(rows, i - 1, j - 1) + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, at(rows, i - 2, j - 2) + 1)
      row.push(best)
    }
    rows.push(row)
  }
  return at(rows, a.length, b.length)
}

function at(rows: readonly (readonly number[])[], i: number, j: number): number {
  return rows[i]?.[j] ?? 0
}

/**
 * The candidate that `name` most likely means: at most one edit for three letters, upper and lower case alike.
 * Undefined where nothing is near. The first of equally near candidates wins, so give them in a stable order.
 */
export function suggest(name: string, given: Iterable<string>): string | undefined {
  const candidates = [...given]
  return bySpelling(name, candidates) ?? byParts(name, candidates)
}

/** As `suggest`, by edits alone: for long lists of names, in which parts of words are no likeness. */
export function bySpelling(name: string, given: Iterable<string>): string | undefined {
  const allowed = Math.max(1, Math.floor(name.length / 3))
  let best: string | undefined
  let bestDistance = allowed + 1
  let bestHasLetters = false
  for (const candidate of given) {
    if (candidate === name || isOpposite(name, candidate) || Math.abs(candidate.length - name.length) > allowed)
      continue
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    // A name of one or two letters would be near everything: all of it replaced is no likeness.
    if (distance >= Math.max(name.length, candidate.length)) continue
    // Of two that are equally near, letters that changed places are likelier than one that is missing: `adawm` is `adamw`.
    const hasLetters = lettersOf(name) === lettersOf(candidate)
    if (distance < bestDistance || (distance === bestDistance && hasLetters && !bestHasLetters)) {
      best = candidate
      bestDistance = distance
      bestHasLetters = hasLetters
    }
  }
  return best
}

function lettersOf(name: string): string {
  return [...name.toLowerCase()].sort().join('')
}

/** `abnormal` is near to `normal`, and means the contrary. */
export function isOpposite(name: string, candidate: string): boolean {
  const [long, short] = [name.toLowerCase(), candidate.toLowerCase()]
  return ['ab', 'un', 'in', 'non', 'not', 'no', 'dis'].some(
    (prefix) => long === prefix + short || long === `${prefix}_${short}`,
  )
}

/** The first candidate that shares a word with `name`. */
export function byParts(name: string, candidates: readonly string[]): string | undefined {
  return candidates.find(
    (candidate) =>
      candidate !== name && !isOpposite(name, candidate) && isPartOf(name.toLowerCase(), candidate.toLowerCase()),
  )
}

/** `decay` of `weight_decay`, `train` of `training`: one is a word of the other, or its beginning and at least half of it. */
function isPartOf(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a]
  if (short.length < 3) return false
  return long.split('_').includes(short) || (long.startsWith(short) && 2 * short.length >= long.length)
}

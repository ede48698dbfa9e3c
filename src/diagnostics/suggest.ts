/**
 * Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (optimal string alignment). Of more
 * than `limit` nothing is known but that they are more: the result is then `limit + 1`.
 */
export function editDistance(a: string, b: string, limit = Number.MAX_SAFE_INTEGER): number {
  let twoAbove: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    let least = i
    for (let j = 1; j <= b.length; j++) {
      const cost = a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1
      let best = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + cost)
      if (i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1))
        best = Math.min(best, (twoAbove[j - 2] ?? 0) + 1)
      row.push(best)
      if (best < least) least = best
    }
    if (least > limit) return limit + 1
    twoAbove = above
    above = row
  }
  return Math.min(above[b.length] ?? 0, limit + 1)
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
  const lower = name.toLowerCase()
  let best: string | undefined
  let bestDistance = allowed + 1
  for (const candidate of given) {
    const limit = Math.min(bestDistance, allowed)
    if (candidate === name || Math.abs(candidate.length - name.length) > limit) continue
    const distance = editDistance(lower, candidate.toLowerCase(), limit)
    // A name of one or two letters would be near everything: all of it replaced is no likeness.
    if (distance > limit || distance >= Math.max(name.length, candidate.length) || isOpposite(name, candidate)) continue
    // Of two that are equally near, letters that changed places are likelier than one that is missing: `adawm` is `adamw`.
    const isNearer =
      distance < bestDistance || (lettersOf(name) === lettersOf(candidate) && lettersOf(name) !== lettersOf(best ?? ''))
    if (!isNearer) continue
    best = candidate
    bestDistance = distance
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

/** The lines that differ, `- ` those that are gone and `+ ` those that are new, in their order: a longest common subsequence stays. */
export function changedLines(before: string, now: string): readonly string[] {
  const [left, right] = [before.split('\n'), now.split('\n')]
  // lengths[i][j]: of the longest common subsequence of what is left from i and j on.
  const lengths = Array.from({ length: left.length + 1 }, () => new Uint32Array(right.length + 1))
  const lengthAt = (i: number, j: number): number => lengths[i]?.[j] ?? 0
  for (let i = left.length - 1; i >= 0; i -= 1) {
    const row = lengths[i]
    for (let j = right.length - 1; row !== undefined && j >= 0; j -= 1)
      row[j] = left[i] === right[j] ? lengthAt(i + 1, j + 1) + 1 : Math.max(lengthAt(i + 1, j), lengthAt(i, j + 1))
  }
  const lines: string[] = []
  let [i, j] = [0, 0]
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      i += 1
      j += 1
    } else if (i < left.length && (j === right.length || lengthAt(i + 1, j) >= lengthAt(i, j + 1))) {
      lines.push(`- ${left[i]}`)
      i += 1
    } else {
      lines.push(`+ ${right[j]}`)
      j += 1
    }
  }
  return lines
}

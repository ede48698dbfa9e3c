/** A column of a table, its head first. */
export interface Column {
  readonly cells: readonly string[]
  /** Words lie left, numbers right. */
  readonly isText?: boolean
}

const gap = 2

/** Lines without a trailing space. `rules`: numbers of the rows that a line is drawn above. */
export function layOut(columns: readonly Column[], rules: readonly number[]): readonly string[] {
  const rule = '─'.repeat(widthOf(columns))
  return Array.from({ length: columns[0]?.cells.length ?? 0 }, (_, row) => {
    const cells = columns.map(({ cells: all, isText }) => {
      const cell = all[row] ?? ''
      return isText ? cell.padEnd(longest(all)) : cell.padStart(longest(all))
    })
    const line = cells.join(' '.repeat(gap)).trimEnd()
    return rules.includes(row) ? [rule, line] : [line]
  }).flat()
}

/** A table of all columns; where that is too wide, tables of as many as fit, each behind `first`. */
export function layOutInBlocks(
  first: readonly Column[],
  columns: readonly Column[],
  rules: readonly number[],
  width: number,
): readonly string[] {
  const blocks: Column[][] = []
  for (const column of columns) {
    const block = blocks.at(-1)
    if (block && widthOf([...first, ...block, column]) <= width) block.push(column)
    else blocks.push([column])
  }
  return blocks.flatMap((block, place) => [...(place > 0 ? [''] : []), ...layOut([...first, ...block], rules)])
}

export function widthOf(columns: readonly Column[]): number {
  return columns.reduce((sum, { cells }) => sum + longest(cells) + gap, -gap)
}

function longest(cells: readonly string[]): number {
  return Math.max(...cells.map((cell) => [...cell].length))
}

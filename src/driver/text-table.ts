interface TableShape {
  readonly rightAligned?: readonly number[]
  /** Rows that a rule stands below, counted from 0 with the header. */
  readonly ruledAfter?: readonly number[]
}

/** Cells in columns, a line a row. */
export function table(
  rows: readonly (readonly string[])[],
  { rightAligned = [], ruledAfter = [] }: TableShape = {},
): readonly string[] {
  const columns = Math.max(...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows.flatMap((row, place) => {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0
      return rightAligned.includes(column) ? cell.padStart(width) : cell.padEnd(width)
    })
    const line = cells.join('  ').trimEnd()
    return ruledAfter.includes(place) ? [line, widths.map((width) => '-'.repeat(width)).join('  ')] : [line]
  })
}

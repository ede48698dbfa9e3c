export interface PrintedLine {
  readonly text: string
  /** Levels, not blanks. */
  readonly indent: number
  /** Lines of one kind are aligned with each other. */
  readonly kind: string
  /** Where in `text` the `=` of a whole binding stands. */
  readonly equals?: number
}

/** Pads names so that the `=` of neighbouring bindings stand under each other. A blank line, a comment or a longer construct ends a run. */
export function alignBindings(lines: readonly PrintedLine[]): readonly PrintedLine[] {
  const aligned: PrintedLine[] = []
  for (let start = 0; start < lines.length; ) {
    let end = start + 1
    const first = lines[start]
    if (first?.equals !== undefined) while (isNeighbour(first, lines[end])) end += 1
    const run = lines.slice(start, end)
    const column = Math.max(...run.map((line) => line.equals ?? 0))
    for (const line of run) aligned.push(line.equals === undefined ? line : padded(line, line.equals, column))
    start = end
  }
  return aligned
}

function isNeighbour(first: PrintedLine, line: PrintedLine | undefined): boolean {
  return line?.equals !== undefined && line.indent === first.indent && line.kind === first.kind
}

function padded(line: PrintedLine, equals: number, column: number): PrintedLine {
  return { ...line, text: `${line.text.slice(0, equals)}${' '.repeat(column - equals)}${line.text.slice(equals)}` }
}

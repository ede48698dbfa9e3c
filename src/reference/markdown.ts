import stringWidth from 'string-width'

/** Text in a cell of a table. */
export function inCell(text: string): string {
  return text.replaceAll('|', '\\|')
}

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map((row) => line(row.map(inCell)))].join('\n')
}

/** One part of a page under a heading `### \`name\``, with the heading of the group that it stands in. */
export interface PageSection {
  readonly group: string
  readonly name: string
  /** Below the heading. */
  readonly text: string
}

export function sectionsOf(page: string): readonly PageSection[] {
  return page
    .split(/^## /m)
    .slice(1)
    .flatMap((part) => {
      const [head = '', ...sections] = part.split(/^### /m)
      const group = head.split('\n', 1)[0] ?? ''
      return sections.map((section) => {
        const [title = '', ...lines] = section.split('\n')
        return { group: plain(group), name: plain(title), text: lines.join('\n').trim() }
      })
    })
}

/** Markdown for a terminal: cells of tables in columns, without marks; what stands between fences as it is. */
export function terminalText(markdown: string): string {
  return markdown
    .split(/^```\w*\n/m)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(/(?:^\|.*\|(?:\n|$))+/gm, inColumns)))
    .map((part, index) => (index % 2 === 1 ? part : part.split('\n').map(plain).join('\n')))
    .join('')
    .trimEnd()
}

/** The first sentence below a signature. */
export function summaryOf({ text }: PageSection): string {
  const first = text.split('\n\n').find((part) => !/^(`[^`]*`$|\|)/.test(part)) ?? ''
  return plain(first.replaceAll('\n', ' ')).split(/(?<=\.) (?=[A-Z])/, 1)[0] ?? ''
}

function plain(text: string): string {
  return text.replace(/^#+ /, '').replace(/\*\*|`/g, '')
}

function inColumns(table: string): string {
  const rows = table
    .trim()
    .split('\n')
    .filter((line) => !/^\|[-|: ]+$/.test(line))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => plain(cell.trim().replaceAll('\\|', '|'))),
    )
  const widths = (rows[0] ?? []).map((_cell, column) => Math.max(...rows.map((row) => stringWidth(row[column] ?? ''))))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - stringWidth(cell))))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `  ${line}\n`)
    .join('')
}

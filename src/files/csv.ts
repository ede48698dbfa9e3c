/** What a spreadsheet takes for a formula. */
const formula = /^[=+\-@\t\r]/
const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** A row of a table, without its end (RFC 4180). A text that begins as a formula has a `'` before it: spreadsheets then show it, and compute nothing. */
export function csvRow(cells: readonly string[]): string {
  return cells
    .map((cell) => (formula.test(cell) && !number.test(cell) ? `'${cell}` : cell))
    .map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
    .join(',')
}

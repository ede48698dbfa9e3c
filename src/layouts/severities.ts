import { CsvError, parse } from 'csv-parse/sync'
import type { Place } from './problem.js'
import type { Reader } from './reader.js'

/** As tables write numbers; `Number` reads `0x10` too. */
export const decimal = /^\+?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

export interface TableMistake {
  /** From 1; the header's is 1. */
  readonly line: number
  /** What the line does, to stand after `line 3 `. */
  readonly message: string
  readonly help: string
}

export interface SeverityTable {
  /** By `CLASS/NAME`, with the line that says so. */
  readonly severities: ReadonlyMap<string, number>
  readonly mistakes: readonly TableMistake[]
}

/** Mistakes of one table that are reported one by one. */
const reportedMistakes = 5

/** The first of them each, the rest in one. */
export function reportMistakes(reader: Reader, file: string, mistakes: readonly TableMistake[], at: Place): void {
  const grouped = groupedMistakes(mistakes)
  for (const mistake of grouped.slice(0, reportedMistakes)) reader.report('badTable', { ...mistake, file }, file, at)
  const rest = grouped.slice(reportedMistakes)
  const [next] = rest
  if (next === undefined) return
  const others = rest.flatMap(({ line, others: further }) => [line, ...further]).slice(1)
  reader.report('badTable', { ...next, others, file }, file, at)
}

interface RecordWithInfo {
  readonly record: readonly string[]
  readonly info: { readonly lines: number }
}

interface Row {
  readonly record: readonly string[]
  readonly line: number
}

const form = 'write lines `image,severity`, where image is `fault/NAME` and severity a number from 0 on'
const leaveOut = 'leave out the line of an image whose severity is not known'

/**
 * Reads a table of measured severities (CSV, RFC 4180): a header with at least the columns `image` and `severity`, a line
 * an image. An image is written as `CLASS/NAME`, or as NAME where one class has it.
 *
 * @param images as `CLASS/NAME`: all that the table may name.
 */
export function readSeverities(text: string, images: readonly string[]): SeverityTable {
  const rows = rowsOf(text)
  if ('message' in rows) return { severities: new Map(), mistakes: [rows] }
  const [header, ...body] = rows
  const columns = (header?.record ?? []).map((cell) => cell.toLowerCase())
  const [imageColumn, severityColumn] = [columns.indexOf('image'), columns.indexOf('severity')]
  const isTwice = ['image', 'severity'].some((name) => columns.indexOf(name) !== columns.lastIndexOf(name))
  if (imageColumn < 0 || severityColumn < 0 || isTwice) {
    const message = isTwice ? 'names a column twice' : `has no columns \`image\` and \`severity\`, separated by a comma`
    return { severities: new Map(), mistakes: [{ line: header?.line ?? 1, message, help: form }] }
  }
  const byName = namesOf(images)
  const read = body.map((row) => ({ row, ...readRow(row, columns.length, imageColumn, severityColumn, byName) }))
  const severities = new Map<string, number>()
  const mistakes: TableMistake[] = []
  const lines = new Map<string, number>()
  for (const { row, mistake, image, severity } of read) {
    const first = image === undefined ? undefined : lines.get(image)
    if (mistake !== undefined) mistakes.push({ line: row.line, ...mistake })
    else if (first !== undefined) {
      mistakes.push({
        line: row.line,
        message: `names ${image} again, after line ${first}`,
        help: 'keep one of the two',
      })
    } else if (image !== undefined && severity !== undefined) {
      lines.set(image, row.line)
      severities.set(image, severity)
    }
  }
  const sentinel = sentinelOf([...severities.values()])
  for (const [image, severity] of severities) {
    if (severity !== sentinel) continue
    const message = `has the severity ${severity}, which stands for a missing value: no other is above a tenth of it`
    mistakes.push({ line: lines.get(image) ?? 0, message, help: leaveOut })
  }
  return { severities, mistakes: mistakes.sort((left, right) => left.line - right.line) }
}

/** Mistakes of the same words, with all their lines: a column of numbers with decimal commas is one mistake. */
export function groupedMistakes(
  mistakes: readonly TableMistake[],
): readonly (TableMistake & { readonly others: readonly number[] })[] {
  const groups = new Map<string, TableMistake & { readonly others: number[] }>()
  for (const mistake of mistakes) {
    const group = groups.get(mistake.message)
    if (group === undefined) groups.set(mistake.message, { ...mistake, others: [] })
    else group.others.push(mistake.line)
  }
  return [...groups.values()]
}

/** Rows with the lines on which they begin; the first thing that is no CSV otherwise. */
export function rowsOf(text: string): readonly Row[] | TableMistake {
  try {
    const options = { bom: true, info: true, relax_column_count: true, skip_empty_lines: true, trim: true } as const
    // The library's types do not follow `info`.
    const found = parse(text, options) as unknown as readonly RecordWithInfo[]
    // The library counts the line that a row ends on.
    return found.map(({ record, info }) => ({ record, line: info.lines - record.join('').split('\n').length + 1 }))
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const line = Number(error.lines ?? 1)
    const message =
      error.code === 'CSV_QUOTE_NOT_CLOSED' ? 'opens a quote that is never closed' : 'has a quote within a cell'
    return { line, message, help: 'put quotes around a whole cell, and double those within it' }
  }
}

interface ReadRow {
  readonly mistake?: Omit<TableMistake, 'line'>
  readonly image?: string
  readonly severity?: number
}

function readRow(
  { record }: Row,
  columns: number,
  imageColumn: number,
  severityColumn: number,
  byName: ReadonlyMap<string, readonly string[]>,
): ReadRow {
  const mistake = (message: string, help: string): ReadRow => ({ mistake: { message, help } })
  if (record.length !== columns) {
    const help =
      record.length > columns
        ? 'a comma within a cell needs quotes around the cell, and a decimal number a point: `0.35`'
        : 'give every line a cell for each column of the header'
    return mistake(
      `has ${record.length} ${record.length === 1 ? 'cell' : 'cells'}, and the header has ${columns}`,
      help,
    )
  }
  const name = record[imageColumn] ?? ''
  const written = record[severityColumn] ?? ''
  if (name === '') return mistake('names no image', form)
  const found = byName.get(name.replace(/^\.\//, '')) ?? []
  const [image] = found
  if (image === undefined)
    return mistake(`names ${name}, which is not there`, 'correct the name, or leave the line out')
  if (found.length > 1) return mistake(`names ${name}, which is ${found.join(' or ')}`, 'write the directory, too')
  const severity = Number(written)
  if (!decimal.test(written) || !Number.isFinite(severity)) {
    const help = /^\d+,\d+$/.test(written) ? `write a decimal point: \`${written.replace(',', '.')}\`` : leaveOut
    return mistake(`has the severity '${written}', which is not a number from 0 on`, help)
  }
  if (image.startsWith('good/') && severity !== 0) {
    const help = 'move the image to the faulty ones, or leave the line out'
    return mistake(`gives the normal image ${image} the severity ${written}; without a fault it is 0`, help)
  }
  return { image, severity }
}

/** By `CLASS/NAME`; and by NAME, which faulty images of several classes may have. */
function namesOf(images: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const byName = new Map<string, readonly string[]>(images.map((image) => [image, [image]]))
  for (const image of images) {
    if (image.startsWith('good/')) continue
    const name = image.slice(image.indexOf('/') + 1)
    byName.set(name, [...(byName.get(name) ?? []), image])
  }
  return byName
}

/** The largest value where it is written in nines alone (999, 9999) and is far from all others: a marker, not a measurement. */
function sentinelOf(values: readonly number[]): number | undefined {
  const largest = Math.max(...values)
  const rest = values.filter((value) => value !== largest)
  return /^9{2,}(\.0+)?$/.test(String(largest)) && Math.max(0, ...rest) <= largest / 10 && rest.length > 0
    ? largest
    : undefined
}

import { FileProblem } from '../errors.js'

/** As tables write numbers; `Number` reads `0x10` too. */
const decimal = /^\+?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

const form = 'write lines `image,severity`, where image is `fault/NAME` and severity a number from 0 on'

/**
 * Reads the table of measured severities: a header with at least the columns `image` and `severity`, a line an image.
 * An image is written as `fault/0001.tiff`, or `0001.tiff` for a file of `fault`.
 *
 * @returns severities by `fault/0001.tiff`.
 * @throws FileProblem with the line.
 */
export function parseSeverities(text: string): ReadonlyMap<string, number> {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  const columns = cells(lines[0] ?? '').map((cell) => cell.toLowerCase())
  const imageColumn = columns.indexOf('image')
  const severityColumn = columns.indexOf('severity')
  if (imageColumn < 0 || severityColumn < 0) {
    throw new FileProblem('bad-severities', 'has no columns `image` and `severity` in its first line', form)
  }
  const severities = new Map<string, number>()
  lines.forEach((line, index) => {
    if (index === 0 || line.trim() === '') return
    const row = cells(line)
    const image = row[imageColumn] ?? ''
    const written = row[severityColumn] ?? ''
    const severity = Number(written)
    if (image === '') throw problem(index, 'names no image')
    if (!decimal.test(written) || !Number.isFinite(severity)) {
      throw problem(index, `has the severity '${written}', which is not a number from 0 on`)
    }
    const key = image.includes('/') ? image : `fault/${image}`
    if (key.startsWith('good/') && severity !== 0) {
      throw problem(index, `gives the normal image ${key} the severity ${written}; without a fault it is 0`)
    }
    if (severities.has(key)) throw problem(index, `names ${key} again`)
    severities.set(key, severity)
  })
  return severities
}

function cells(line: string): string[] {
  return line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
}

function problem(index: number, message: string): FileProblem {
  return new FileProblem('bad-severities', `line ${index + 1} ${message}`, form)
}

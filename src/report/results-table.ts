import { formatMetric } from './format.js'

/** A tested domain, as the `evaluation` event and `results.json` have it. */
export interface DomainMetrics {
  readonly domain: string
  readonly role: 'source' | 'target'
  readonly images: number
  readonly metrics: Readonly<Record<string, number | null>>
}

/**
 * Domains by metrics, aligned, as lines without a trailing space. Metrics that do not fit beside each other go on in a
 * second block with the domains repeated. Several targets get a row with their mean. Undefined metrics are a dash.
 */
export function resultsTable(domains: readonly DomainMetrics[], width = 100): readonly string[] {
  if (domains.length === 0) return []
  const targets = domains.filter(({ role }) => role === 'target')
  const rows: readonly DomainMetrics[] = targets.length > 1 ? [...domains, meanOf(targets)] : domains
  const left = [
    ['domain', ...rows.map(({ domain }) => domain)],
    ['role', ...rows.map(({ role }) => role)],
    ['images', ...rows.map(({ images }) => String(images))],
  ]
  const keys = [...new Set(domains.flatMap(({ metrics }) => Object.keys(metrics)))]
  const columns = keys.map((key) => [key, ...rows.map(({ metrics }) => formatMetric(metrics[key]))])
  const leftWidth = left.reduce((sum, column) => sum + widthOf(column) + gap, 0)

  const blocks: string[][][] = [[]]
  let free = width - leftWidth
  for (const column of columns) {
    const needed = widthOf(column) + gap
    if (needed > free && blocks.at(-1)?.length !== 0) {
      blocks.push([])
      free = width - leftWidth
    }
    blocks.at(-1)?.push(column)
    free -= needed
  }
  return blocks.flatMap((block, i) => [...(i > 0 ? [''] : []), ...layOut([...left, ...block], targets.length > 1)])
}

const gap = 2

function layOut(columns: readonly (readonly string[])[], hasMean: boolean): readonly string[] {
  const height = columns[0]?.length ?? 0
  const line = (row: number) =>
    columns
      .map((column, i) => {
        const cell = column[row] ?? ''
        // Words lie left, numbers right.
        return i < 2 ? cell.padEnd(widthOf(column)) : cell.padStart(widthOf(column))
      })
      .join(' '.repeat(gap))
      .trimEnd()
  const rule = '─'.repeat(columns.reduce((sum, column) => sum + widthOf(column) + gap, -gap))
  return Array.from({ length: height }, (_, row) => row).flatMap((row) => {
    if (row === 0) return [line(row), rule]
    return hasMean && row === height - 1 ? [rule, line(row)] : [line(row)]
  })
}

function meanOf(targets: readonly DomainMetrics[]): DomainMetrics {
  const keys = Object.keys(targets[0]?.metrics ?? {})
  const metrics = keys.map((key) => {
    const defined = targets.flatMap((target) => target.metrics[key] ?? [])
    return [key, defined.length > 0 ? defined.reduce((sum, value) => sum + value, 0) / defined.length : null]
  })
  const images = targets.reduce((sum, target) => sum + target.images, 0)
  return { domain: 'mean', role: 'target', images, metrics: Object.fromEntries(metrics) }
}

function widthOf(column: readonly string[]): number {
  return Math.max(...column.map((cell) => [...cell].length))
}

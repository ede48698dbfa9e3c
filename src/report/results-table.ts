import { keysOf, type MetricTable, meanMetrics } from '../components/metrics.js'
import type { Rung } from '../events/events.js'
import { visible } from '../source/visible.js'
import { type Column, layOut, layOutInBlocks, widthOf } from './columns.js'
import { formatMetric } from './format.js'

/** A tested domain, as the `evaluation` event and `results.json` have it. */
export interface DomainMetrics {
  readonly domain: string
  readonly role: 'source' | 'target'
  readonly images: number
  readonly metrics: MetricTable
  readonly classes?: readonly { readonly class: string; readonly faulty: number; readonly metrics: MetricTable }[]
}

/**
 * Results as lines without a trailing space: a row a domain; where that is too wide, a row a metric; where that is too wide
 * too, rows of domains again, with further blocks of metrics below. Several targets get their mean. Undefined metrics are a dash.
 */
export function resultsTable(domains: readonly DomainMetrics[], width = 100): readonly string[] {
  if (domains.length === 0) return []
  const targets = domains.filter(({ role }) => role === 'target')
  const rows = domains.flatMap((each): readonly Row[] => [each, ...classesOf(each)])
  const entries: readonly Row[] = targets.length > 1 ? [...rows, meanOf(targets)] : rows
  const keys = [...new Set(domains.flatMap(({ metrics }) => keysOf(metrics)))]

  const facts: Column[] = [
    { cells: ['domain', ...entries.map(({ domain }) => visible(domain))], isText: true },
    { cells: ['role', ...entries.map(({ role }) => role)], isText: true },
    { cells: ['images', ...entries.map(({ images }) => String(images))] },
  ]
  const metrics = keys.map(
    (key): Column => ({ cells: [key, ...entries.map((entry) => formatMetric(entry.metrics[key]))] }),
  )
  const rules = targets.length > 1 ? [1, entries.length] : [1]
  if (widthOf([...facts, ...metrics]) <= width) return layOut([...facts, ...metrics], rules)

  const turned = [
    { cells: ['domain', 'role', 'images', ...keys], isText: true },
    ...entries.map(({ domain, role, images, metrics: values }) => ({
      cells: [visible(domain), role, String(images), ...keys.map((key) => formatMetric(values[key]))],
    })),
  ]
  if (widthOf(turned) <= width) return layOut(turned, [3])

  return layOutInBlocks(facts, metrics, rules, width)
}

/** The ladder in the same form, by rising severity, with the means of the model's numbers. */
export function ladderTable(ladder: readonly Rung[], width = 100): readonly string[] {
  const rungs = [...ladder].sort((a, b) => a.severity - b.severity)
  return resultsTable(
    rungs.map(({ severity, images, metrics, means }) => {
      const shown = Object.fromEntries(Object.entries(means).map(([name, value]) => [`mean(${name})`, value]))
      return { domain: `severity ${severity}`, role: 'source', images, metrics: { ...metrics, ...shown } }
    }),
    width,
  )
}

interface Row extends Pick<DomainMetrics, 'domain' | 'images' | 'metrics'> {
  readonly role: DomainMetrics['role'] | 'class'
}

/** Below their domain, with the number of their faulty images. */
function classesOf({ classes = [] }: DomainMetrics): readonly Row[] {
  return classes.map(({ class: kind, faulty, metrics }) => ({
    domain: `  ${kind}`,
    role: 'class',
    images: faulty,
    metrics,
  }))
}

function meanOf(targets: readonly DomainMetrics[]): DomainMetrics {
  const images = targets.reduce((sum, target) => sum + target.images, 0)
  return { domain: 'mean', role: 'target', images, metrics: meanMetrics(targets.map(({ metrics }) => metrics)) }
}

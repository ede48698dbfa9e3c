import type { MetricTable } from '../components/metrics.js'
import type { BestEntry, ValidationRecord } from './tracking.js'
import { meanMetrics } from './validation.js'

export interface DomainResult {
  readonly domain: string
  readonly role: 'source' | 'target'
  readonly images: number
  readonly faulty: number
  /** Null where undefined, with why in the notes. */
  readonly metrics: MetricTable
  readonly notes: readonly string[]
}

/** `results.json`: what the run came to. `targets` are means over the target domains. */
export interface RunResults {
  readonly format: 1
  readonly name: string
  readonly hash: string
  readonly seed: number
  readonly outcome: 'completed' | 'interrupted' | 'failed'
  readonly epochs: number
  readonly steps: number
  readonly stoppedEarly: boolean
  /** The validation that the evaluated weights come from; null: the last weights. */
  readonly best: BestEntry | null
  readonly domains: readonly DomainResult[]
  readonly source: MetricTable
  readonly targets: MetricTable
  readonly validation: readonly ValidationRecord[]
}

export function summarise(results: Omit<RunResults, 'format' | 'source' | 'targets'>): RunResults {
  const means = (role: DomainResult['role']) =>
    meanMetrics(results.domains.filter((domain) => domain.role === role).map(({ metrics }) => metrics))
  const { domains, validation, ...facts } = results
  return { format: 1, ...facts, domains, source: means('source'), targets: means('target'), validation }
}

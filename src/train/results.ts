import { join } from 'node:path'
import { advantage, keysOf, type MetricKey, type MetricTable, meanMetrics } from '../components/metrics.js'
import type { Rung } from '../events/events.js'
import { printFingerprints } from '../files/fingerprints.js'
import { sha256 } from '../files/hash.js'
import { replaceContent } from '../files/replace.js'
import type { UsedThreshold } from '../plan/evaluation.js'
import type { RunContext } from './context.js'
import type { ClassResult } from './measure.js'
import type { BestEntry, ValidationRecord } from './tracking.js'

export const resultsName = 'results.json'
export const predictionsName = 'predictions.csv'
/** `sha256sum -c results.sha256` compares both with what was written. */
export const resultsRecord = 'results.sha256'

export interface DomainResult {
  readonly domain: string
  readonly role: 'source' | 'target'
  readonly images: number
  readonly faulty: number
  /** Null where undefined, with why in the notes. */
  readonly metrics: MetricTable
  /** By class of the faults, where the domain has several. */
  readonly classes: readonly ClassResult[]
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
  /** Of an evaluation: the checkpoint of another run that the weights come from. */
  readonly weights?: { readonly checkpoint: string; readonly sha256: string }
  readonly domains: readonly DomainResult[]
  /** From which scores on images were called faulty. */
  readonly thresholds: readonly UsedThreshold[]
  /** By severity, in the order asked for; empty where no ladder was. */
  readonly ladder: readonly Rung[]
  readonly source: MetricTable
  readonly targets: MetricTable
  /** By metric: how much better the source is than the mean of the targets, and the target where it is worst. Null where undefined. */
  readonly transfer: Readonly<Record<MetricKey, Transfer | null>>
  readonly validation: readonly ValidationRecord[]
}

export interface Transfer {
  /** Positive where the targets are worse, whether larger or smaller values are better. */
  readonly gap: number
  readonly worst: { readonly domain: string; readonly value: number }
}

export function summarise(results: Omit<RunResults, 'format' | 'source' | 'targets' | 'transfer'>): RunResults {
  const means = (role: DomainResult['role']) =>
    meanMetrics(results.domains.filter((domain) => domain.role === role).map(({ metrics }) => metrics))
  const { domains, thresholds, validation, ...facts } = results
  const [source, targets] = [means('source'), means('target')]
  const transfer = Object.fromEntries(keysOf(source).map((key) => [key, transferOf(key, source, targets, domains)]))
  return { format: 1, ...facts, domains, thresholds, source, targets, transfer, validation }
}

function transferOf(
  key: MetricKey,
  source: MetricTable,
  targets: MetricTable,
  domains: readonly DomainResult[],
): Transfer | null {
  const [own, mean] = [source[key], targets[key]]
  if (typeof own !== 'number' || typeof mean !== 'number') return null
  const values = domains.flatMap(({ domain, role, metrics }) => {
    const value = metrics[key]
    return role === 'target' && typeof value === 'number' ? [{ domain, value }] : []
  })
  const worst = values.reduce((worst, each) => (advantage(key, each.value, worst.value) < 0 ? each : worst))
  return { gap: advantage(key, own, mean), worst }
}

/** @param predictions text of `predictions.csv`; none where nothing was evaluated */
export function writeResults(
  { plan, directory }: Pick<RunContext, 'plan' | 'directory'>,
  results: Omit<Parameters<typeof summarise>[0], 'name' | 'hash' | 'seed'>,
  predictions: string,
): void {
  const { name, hash, seed } = plan
  const text = `${JSON.stringify(summarise({ name, hash, seed, ...results }), null, 2)}\n`
  const files = [{ file: resultsName, sha256: sha256(text) }]
  if (predictions !== '') {
    replaceContent(join(directory, predictionsName), predictions)
    files.unshift({ file: predictionsName, sha256: sha256(predictions) })
  }
  replaceContent(join(directory, resultsRecord), printFingerprints(files))
  // Comes last: with it the run has ended.
  replaceContent(join(directory, resultsName), text)
}

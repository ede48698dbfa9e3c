import { type Monitor, monitorName, splits } from '../components/metrics.js'
import { isRecord } from '../files/json.js'
import { own } from '../source/own.js'
import type { CellValues } from './comparison.js'

/** `results.json`, as it was read. */
type Results = Readonly<Record<string, unknown>>

/** What a study asks to compare, or without that all that its pipeline measures of the test sets. */
export function comparedNames(compare: readonly Monitor[], results: readonly Results[]): readonly string[] {
  if (compare.length > 0) return compare.map(monitorName)
  const ofSplit = (split: string) =>
    results.flatMap((each) => Object.keys(tableOf(own(each, split))).map((key) => `${split}.${key}`))
  return [...new Set(splits.flatMap((split) => (split === 'val' ? [] : ofSplit(split))))]
}

/**
 * The numbers of a run by their names. Those of the validation set are of the validation that the evaluated weights come from: the best one, or
 * the last where none was chosen.
 */
export function valuesOf(results: Results): CellValues {
  const best = own(results, 'best')
  const epoch = isRecord(best) ? own(best, 'epoch') : undefined
  const validations = recordsIn(own(results, 'validation'))
  const chosen = validations.findLast((each) => epoch === undefined || own(each, 'epoch') === epoch)
  const validation = tableOf(chosen && own(chosen, 'metrics'))
  return new Map(
    splits.flatMap((split) => {
      const table = split === 'val' ? validation : tableOf(own(results, split))
      return Object.entries(table).map(([key, value]) => [`${split}.${key}`, value] as const)
    }),
  )
}

function recordsIn(value: unknown): readonly Results[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}

function tableOf(value: unknown): Readonly<Record<string, number | null>> {
  if (!isRecord(value)) return {}
  const numbers = Object.entries(value).filter(([, each]) => each === null || typeof each === 'number')
  return Object.fromEntries(numbers) as Record<string, number | null>
}

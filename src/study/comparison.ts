import type { StudyCell } from '../check/studies/study.js'

/** What the run of a cell came to, by what is compared: null where a metric is undefined. */
export type CellValues = ReadonlyMap<string, number | null>

/** Runs of several seeds in a number. */
export interface Spread {
  /** Runs in which the metric is defined. */
  readonly count: number
  readonly mean: number
  /** Of the sample, over n - 1; undefined of a single run. */
  readonly deviation?: number
}

/** How much more than in the row compared with, over pairs of runs with the same seed. */
export interface Difference {
  readonly pairs: number
  readonly mean: number
  /** The deviation of the differences over the root of their number; undefined of a single pair. */
  readonly standardError?: number
}

/** Cells that differ in their seeds alone. */
export interface ComparedRow {
  /** What the axes say, without the seed. */
  readonly values: ReadonlyMap<string, string>
  /** Numbers of the cells, those without results included. */
  readonly cells: readonly number[]
  /** How many of them have results. */
  readonly runs: number
  /** By what is compared; absent where no run has it. */
  readonly spreads: ReadonlyMap<string, Spread>
  /** Whether the others are compared with it. */
  readonly isBase: boolean
  /** Absent in the row that is compared with, and where no two runs have the same seed. */
  readonly differences: ReadonlyMap<string, Difference>
}

/**
 * A row for each combination of values, in the order of the cells, each compared with the row of one cell by pairs of runs with
 * the same seed: what the seed does to both is no difference between them.
 *
 * @param results of the cells that were run, by their numbers: from 1, in the order of the cells
 * @param against number of a cell of the row that the others are compared with
 */
export function compareCells(
  cells: readonly StudyCell[],
  results: ReadonlyMap<number, CellValues>,
  compared: readonly string[],
  against = 1,
): readonly ComparedRow[] {
  const rows = new Map<string, NumberedCell[]>()
  for (const [place, cell] of cells.entries()) {
    const key = JSON.stringify([...withoutSeed(cell)])
    rows.set(key, [...(rows.get(key) ?? []), { ...cell, number: place + 1 }])
  }
  const runsOf = (row: readonly NumberedCell[]): readonly Run[] =>
    row.flatMap((cell) => {
      const values = results.get(cell.number)
      return values === undefined ? [] : [{ seed: seedOf(cell), values }]
    })
  const base = [...rows.values()].find((row) => row.some(({ number }) => number === against))
  return [...rows.values()].map((row) => {
    const isBase = row === base
    const runs = runsOf(row)
    const others = isBase ? [] : runsOf(base ?? [])
    return {
      values: withoutSeed(row[0]),
      cells: row.map(({ number }) => number),
      runs: runs.length,
      isBase,
      spreads: mapOf(compared, (name) => spreadOf(runs.flatMap(({ values }) => values.get(name) ?? []))),
      differences: mapOf(compared, (name) => differenceOf(runs, others, name)),
    }
  })
}

type NumberedCell = StudyCell & { readonly number: number }

interface Run {
  /** Undefined where the study has no seeds: every run has the pipeline's. */
  readonly seed: string | undefined
  readonly values: CellValues
}

function mapOf<Value>(
  names: readonly string[],
  valueFor: (name: string) => Value | undefined,
): ReadonlyMap<string, Value> {
  return new Map(
    names.flatMap((name) => {
      const value = valueFor(name)
      return value === undefined ? [] : [[name, value] as const]
    }),
  )
}

function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined
  const mean = meanOf(values)
  return { count: values.length, mean, ...(values.length < 2 ? {} : { deviation: deviationOf(values, mean) }) }
}

function differenceOf(runs: readonly Run[], others: readonly Run[], name: string): Difference | undefined {
  const bySeed = new Map(others.map(({ seed, values }) => [seed, values.get(name)]))
  const differences = runs.flatMap(({ seed, values }) => {
    const [value, other] = [values.get(name), bySeed.get(seed)]
    return typeof value === 'number' && typeof other === 'number' ? [value - other] : []
  })
  if (differences.length === 0) return undefined
  const mean = meanOf(differences)
  const error = { standardError: deviationOf(differences, mean) / Math.sqrt(differences.length) }
  return { pairs: differences.length, mean, ...(differences.length < 2 ? {} : error) }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function deviationOf(values: readonly number[], mean: number): number {
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
}

const seedPath = 'seed'

function withoutSeed(cell: StudyCell | undefined): ReadonlyMap<string, string> {
  return new Map(
    (cell?.overrides ?? []).flatMap(({ path, value }) => (path === seedPath ? [] : [[path, value] as const])),
  )
}

function seedOf({ overrides }: StudyCell): string | undefined {
  return overrides.find(({ path }) => path === seedPath)?.value
}

import type { CheckedStudy } from '../check/studies/study.js'
import { type Column, layOutInBlocks } from '../report/columns.js'
import { formatMetric } from '../report/format.js'
import { visible } from '../source/visible.js'
import type { ComparedRow, Difference, Spread } from '../study/comparison.js'
import type { CellState, PlacedCell } from './study.js'

/** A cell with what became of it. */
export type KnownCell = PlacedCell & { readonly state: CellState }

/** What the runs of a study came to: a row for each combination of values, then how each differs from the row compared with. */
export function renderComparison(
  { name, pipeline, axes }: Pick<CheckedStudy, 'name' | 'pipeline' | 'axes'>,
  cells: readonly KnownCell[],
  rows: readonly ComparedRow[],
  compared: readonly string[],
): string {
  const paths = axes.flatMap(({ path }) => (path === 'seed' ? [] : [path]))
  const numbered = rows.map((row, place) => ({ ...row, number: String(place + 1) }))
  const differing = numbered.filter(({ differences }) => differences.size > 0)
  const tableOf = (
    shown: typeof numbered,
    counted: readonly [head: string, count: (row: ComparedRow) => string],
    cellOf: (row: ComparedRow, key: string) => string,
  ) => {
    const facts: readonly Column[] = [
      { cells: ['row', ...shown.map(({ number }) => number)] },
      ...paths.map((path) => ({
        cells: [path, ...shown.map(({ values }) => visible(values.get(path) ?? '-'))],
        isText: true,
      })),
      { cells: [counted[0], ...shown.map(counted[1])] },
    ]
    const metrics = compared.map((key) => ({ cells: [key, ...shown.map((row) => cellOf(row, key))] }))
    return layOutInBlocks(facts, metrics, [1], width)
  }
  const runs = ({ runs, cells }: ComparedRow) => (runs === cells.length ? String(runs) : `${runs} of ${cells.length}`)
  const spreads = tableOf(numbered, ['runs', runs], (row, key) => spreadText(row.spreads.get(key), row.runs))
  const differences = tableOf(differing, ['pairs', (row) => String(pairsOf(row))], (row, key) =>
    differenceText(row.differences.get(key), pairsOf(row)),
  )
  return [
    `study ${name} of ${pipeline}: ${counts(cells)}`,
    ...cells.flatMap(({ number, label, state }) => trouble(number, label, state)),
    ...notComparable(cells, axes).map((line) => `warning: ${line}`),
    ...(rows.every(({ runs }) => runs === 0) ? [] : ['', 'mean ± standard deviation over the runs', ...spreads]),
    ...(differing.length === 0
      ? []
      : [
          '',
          `difference from row ${numbered.find(({ isBase }) => isBase)?.number} in pairs of the same seed: mean ± standard error`,
          ...differences,
        ]),
  ].join('\n')
}

const width = 100

/** In the order in which they are counted. */
const kinds: readonly CellState['kind'][] = ['completed', 'begun', 'failed', 'damaged', 'not run']

function counts(cells: readonly KnownCell[]): string {
  const counted = kinds.flatMap((kind) => {
    const count = cells.filter(({ state }) => state.kind === kind).length
    return count === 0 ? [] : [`${count} ${kind}`]
  })
  return `${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}: ${counted.join(', ')}`
}

function trouble(number: number, label: string, state: CellState): readonly string[] {
  if (state.kind !== 'failed' && state.kind !== 'damaged') return []
  return [`cell ${number} (${visible(label)}) ${state.kind}: ${visible(state.message)}`]
}

/** Runs that differ in more than the study says. */
function notComparable(cells: readonly KnownCell[], axes: CheckedStudy['axes']): readonly string[] {
  const completed = cells.flatMap(({ number, state }) => (state.kind === 'completed' ? [{ number, ...state }] : []))
  const [first] = completed
  if (first === undefined) return []
  const listed = (numbers: readonly number[]): string =>
    `${numbers.length === 1 ? 'cell' : 'cells'} ${numbers.slice(0, 6).join(', ')}${numbers.length > 6 ? ', ...' : ''}`
  const otherData = completed.flatMap(({ number, data }) => (data === first.data ? [] : [number]))
  const otherPrograms = completed.flatMap(({ number, made }) => (made === first.made ? [] : [number]))
  return [
    ...(otherData.length === 0 || axes.some(({ path }) => path.split('.')[0] === 'data')
      ? []
      : [`${listed(otherData)} read other data than cell ${first.number}: their files, labels or severities differ`]),
    ...(otherPrograms.length === 0
      ? []
      : [
          `${listed(otherPrograms)} ${otherPrograms.length === 1 ? 'was' : 'were'} computed by other programs than cell ${first.number} (${first.made})`,
        ]),
  ]
}

function spreadText(spread: Spread | undefined, runs: number): string {
  return spread === undefined ? formatMetric(undefined) : measured(spread.mean, spread.deviation, spread.count, runs)
}

function pairsOf({ differences }: ComparedRow): number {
  return Math.max(...[...differences.values()].map(({ pairs }) => pairs))
}

function differenceText(difference: Difference | undefined, most: number): string {
  if (difference === undefined) return formatMetric(undefined)
  const { mean, standardError, pairs } = difference
  return `${mean < 0 ? '' : '+'}${measured(mean, standardError, pairs, most)}`
}

/** With the number of runs where it is fewer than in the rest of the row. */
function measured(mean: number, spread: number | undefined, count: number, most: number): string {
  const few = count === most ? '' : ` (${count})`
  return `${formatMetric(mean)}${spread === undefined ? '' : ` ± ${formatMetric(spread)}`}${few}`
}

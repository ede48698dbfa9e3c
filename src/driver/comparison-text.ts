import type { CheckedStudy } from '../check/studies/study.js'
import { formatMetric } from '../report/format.js'
import { visible } from '../source/visible.js'
import type { ComparedRow, Difference, Spread } from '../study/comparison.js'
import type { CellState, PlacedCell } from './study.js'
import { table } from './text-table.js'

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
  const valuesOf = ({ values }: ComparedRow) => paths.map((path) => values.get(path) ?? '-')
  const head = `study ${name} of ${pipeline}: ${counts(cells)}`
  const spreads = inBlocks(compared, (keys) => [
    ['row', ...paths, 'runs', ...keys],
    ...rows.map((row, place) => [
      ...[String(place + 1), ...valuesOf(row)],
      row.runs === row.cells.length ? String(row.runs) : `${row.runs} of ${row.cells.length}`,
      ...keys.map((key) => spreadText(row.spreads.get(key), row.runs)),
    ]),
  ])
  const differing = rows.flatMap((row, place) => (row.differences.size === 0 ? [] : [{ row, place }]))
  const differences = inBlocks(compared, (keys) => [
    ['row', ...paths, 'pairs', ...keys],
    ...differing.map(({ row, place }) => [
      ...[String(place + 1), ...valuesOf(row)],
      String(Math.max(...[...row.differences.values()].map(({ pairs }) => pairs))),
      ...keys.map((key) => differenceText(row.differences.get(key))),
    ]),
  ])
  return [
    head,
    ...cells.flatMap(({ number, label, state }) => trouble(number, label, state)),
    ...notComparable(cells, axes).map((line) => `warning: ${line}`),
    ...(rows.every(({ runs }) => runs === 0) ? [] : ['', 'mean ± standard deviation over the runs', ...spreads]),
    ...(differing.length === 0
      ? []
      : [
          '',
          `difference from row ${rows.findIndex(({ isBase }) => isBase) + 1} in pairs of the same seed: mean ± standard error`,
          ...differences,
        ]),
  ].join('\n')
}

/** A table of all metrics, or tables of as many as fit into the width. */
function inBlocks(
  keys: readonly string[],
  rowsOf: (keys: readonly string[]) => readonly (readonly string[])[],
): readonly string[] {
  const blocks: string[][] = []
  const linesOf = (block: readonly string[]) => table(rowsOf(block), { ruledAfter: [0] })
  for (const key of keys) {
    const block = blocks.at(-1)
    if (block !== undefined && linesOf([...block, key]).every((line) => line.length <= width)) block.push(key)
    else blocks.push([key])
  }
  return blocks.flatMap((block, place) => [...(place > 0 ? [''] : []), ...linesOf(block)])
}

const width = 100

const words: Readonly<Record<CellState['kind'], string>> = {
  completed: 'completed',
  begun: 'begun',
  failed: 'failed',
  damaged: 'damaged',
  'not run': 'not run',
}

function counts(cells: readonly KnownCell[]): string {
  const kinds = Object.keys(words) as readonly CellState['kind'][]
  const counted = kinds.flatMap((kind) => {
    const count = cells.filter(({ state }) => state.kind === kind).length
    return count === 0 ? [] : [`${count} ${words[kind]}`]
  })
  return `${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}: ${counted.join(', ')}`
}

function trouble(number: number, label: string, state: CellState): readonly string[] {
  if (state.kind !== 'failed' && state.kind !== 'damaged') return []
  return [`cell ${number} (${visible(label)}) ${words[state.kind]}: ${visible(state.message)}`]
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
      : [`${listed(otherPrograms)} were computed by other programs than cell ${first.number} (${first.made})`]),
  ]
}

function spreadText(spread: Spread | undefined, runs: number): string {
  if (spread === undefined) return formatMetric(undefined)
  const { mean, deviation, count } = spread
  const few = count === runs ? '' : ` (${count})`
  return `${formatMetric(mean)}${deviation === undefined ? '' : ` ± ${formatMetric(deviation)}`}${few}`
}

function differenceText(difference: Difference | undefined): string {
  if (difference === undefined) return formatMetric(undefined)
  const { mean, standardError } = difference
  const signed = `${mean < 0 ? '' : '+'}${formatMetric(mean)}`
  return standardError === undefined ? signed : `${signed} ± ${formatMetric(standardError)}`
}

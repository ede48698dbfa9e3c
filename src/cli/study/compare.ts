import type { KnownCell } from '../../driver/comparison-text.js'
import { renderComparison } from '../../driver/comparison-text.js'
import { stateOf } from '../../driver/study.js'
import { csvRow } from '../../files/csv.js'
import { compareCells } from '../../study/comparison.js'
import { comparedNames, valuesOf } from '../../study/results.js'
import { UsageError } from '../exit-codes.js'
import { printData, printJson } from '../output.js'
import type { OpenedStudy } from './open.js'

interface Form {
  /** Number of a cell. */
  readonly against?: number
  readonly csv?: true
  readonly json?: true
}

/** Prints what the runs of a study came to so far. */
export function compareStudy({ study, cells }: OpenedStudy, { against = 1, csv, json }: Form): void {
  if (against > cells.length) throw new UsageError(`there is no cell ${against}: the study has ${cells.length}`)
  const known = cells.map((cell): KnownCell => ({ ...cell, state: stateOf(cell) }))
  const results = known.flatMap(({ state, ...cell }) =>
    state.kind === 'completed' ? [{ ...cell, values: valuesOf(state.results) }] : [],
  )
  const completed = known.flatMap(({ state }) => (state.kind === 'completed' ? [state.results] : []))
  const compared = comparedNames(study.compare, completed)
  const rows = compareCells(cells, results, compared, against)
  const byNumber = new Map(results.map(({ number, values }) => [number, values]))
  if (csv) {
    const paths = study.axes.map(({ path }) => path)
    printData(csvRow(['cell', ...paths, 'state', 'directory', ...compared]))
    for (const { number, overrides, state, directory } of known) {
      const values = new Map(overrides.map(({ path, value }) => [path, value]))
      const numbers = compared.map((name) => String(byNumber.get(number)?.get(name) ?? ''))
      printData(
        csvRow([String(number), ...paths.map((path) => values.get(path) ?? ''), state.kind, directory, ...numbers]),
      )
    }
  } else if (json)
    printJson({
      format: 1,
      study: study.name,
      pipeline: study.pipeline,
      compared,
      cells: known.map(({ number, label, overrides, directory, state }) => ({
        ...{ number, label, overrides, directory, state: state.kind },
        values: Object.fromEntries(byNumber.get(number) ?? []),
      })),
      rows: rows.map(({ values, spreads, differences, ...row }) => ({
        values: Object.fromEntries(values),
        ...row,
        spreads: Object.fromEntries(spreads),
        differences: Object.fromEntries(differences),
      })),
    })
  else printData(renderComparison(study, known, rows, compared))
}

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
  const completed = known.flatMap(({ number, state }) => (state.kind === 'completed' ? [{ number, ...state }] : []))
  const compared = comparedNames(
    study.compare,
    completed.map(({ results }) => results),
  )
  const values = new Map(completed.map(({ number, results }) => [number, valuesOf(results)]))
  const rows = compareCells(cells, values, compared, against)
  if (csv) {
    const paths = study.axes.map(({ path }) => path)
    printData(csvRow(['cell', ...paths, 'state', 'directory', ...compared]))
    for (const { number, overrides, state, directory } of known) {
      const settings = new Map(overrides.map(({ path, value }) => [path, value]))
      const numbers = compared.map((name) => String(values.get(number)?.get(name) ?? ''))
      printData(
        csvRow([String(number), ...paths.map((path) => settings.get(path) ?? ''), state.kind, directory, ...numbers]),
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
        values: Object.fromEntries(values.get(number) ?? []),
      })),
      rows: rows.map(({ values: settings, spreads, differences, ...row }) => ({
        values: Object.fromEntries(settings),
        ...row,
        spreads: Object.fromEntries(spreads),
        differences: Object.fromEntries(differences),
      })),
    })
  else printData(renderComparison(study, known, rows, compared))
}

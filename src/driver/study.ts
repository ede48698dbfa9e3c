import { existsSync } from 'node:fs'
import { dirname, isAbsolute, join, relative } from 'node:path'
import type { CheckedPipeline } from '../check/checked.js'
import { dumpChecked } from '../check/dump.js'
import type { StudyCell } from '../check/studies/study.js'
import { sha256 } from '../files/hash.js'
import { readDataRecord } from '../train/data-record.js'
import { recordedFailure } from '../train/recorded-events.js'
import type { RunManifest } from './manifest.js'
import { completedResults, NoWholeRun, openRun, type RecordedRun } from './recorded-run.js'
import { planFile } from './run-directory.js'

/** A cell with the directory of its run. */
export interface PlacedCell extends StudyCell {
  /** From 1, in the order of the study. */
  readonly number: number
  readonly directory: string
}

export type CellState =
  | {
      readonly kind: 'completed'
      readonly results: Readonly<Record<string, unknown>>
      /** Hash of the data that it read. */
      readonly data: unknown
      /** The programs that computed it. */
      readonly made: string
    }
  /** It ended before its end, and can go on. */
  | { readonly kind: 'begun'; readonly run: RecordedRun }
  /** It would fail again: by itself, not by what was around it. */
  | { readonly kind: 'failed'; readonly message: string }
  /** What is there is not what a run wrote. */
  | { readonly kind: 'damaged'; readonly message: string; readonly help: string }
  | { readonly kind: 'not run' }

/**
 * The directory of a cell's run, `STUDY/lambda=0.5,seed=1-3fa91c02`: its values, and a hash of the pipeline that they make. A pipeline that was edited
 * has other directories, one that is as before finds the runs that there are.
 *
 * @param file the pipeline file, absolute: data at the same place beside it is the same data
 */
export function placeCell(
  cell: StudyCell,
  number: number,
  pipeline: CheckedPipeline,
  { file, below }: { readonly file: string; readonly below: string },
): PlacedCell {
  const values = cell.overrides.map(({ path, value }) => `${path}=${value}`).join(',')
  const name = values.replace(/[^\w.=,+-]+/g, '_').slice(0, longestName)
  const hash = sha256(contentOf(pipeline, dirname(file))).slice(0, 8)
  return { ...cell, number, directory: join(below, `${name}-${hash}`) }
}

const longestName = 100

/** Everything of a pipeline but where its values were written. */
function contentOf(pipeline: CheckedPipeline, directory: string): string {
  const portable = <Value>(value: Value): Value =>
    JSON.parse(
      JSON.stringify(value, (_, inner: unknown) =>
        typeof inner === 'string' && isAbsolute(inner) ? relative(directory, inner) : inner,
      ),
    )
  const { data, synthesis, parameters } = pipeline
  const text = dumpChecked({
    ...pipeline,
    data: portable(data),
    synthesis: { ...synthesis, parameters: portable(synthesis.parameters) },
    origins: [],
    allows: [],
  })
  const sources = parameters.flatMap(({ name, source }) =>
    source === undefined ? [] : [[name, relative(directory, source.file), source.prefix, source.naming]],
  )
  return text + JSON.stringify(sources)
}

/** What became of a cell's run so far. */
export function stateOf({ directory }: Pick<PlacedCell, 'directory'>): CellState {
  // Without a plan there is no whole record: a new run takes the directory, if nobody else's files are in it.
  if (!existsSync(join(directory, planFile))) return { kind: 'not run' }
  try {
    const run = openRun(directory)
    const results = completedResults(directory)
    if (results !== undefined)
      return { kind: 'completed', results, data: readDataRecord(directory).contentHash, made: madeBy(run.manifest) }
    const failure = recordedFailure(directory)
    if (failure === undefined || !failuresOfPipeline.includes(failure.code)) return { kind: 'begun', run }
    return { kind: 'failed', message: failure.message }
  } catch (error) {
    if (error instanceof NoWholeRun) return { kind: 'damaged', message: error.message, help: error.help }
    throw error
  }
}

/** Codes of failures that the same run would meet again, wherever it goes on. */
const failuresOfPipeline: readonly string[] = ['non-finite-loss', 'non-finite-score', 'non-finite-weights']

function madeBy({ versions: { draemc, tensorflow }, device: { kind } }: RunManifest): string {
  return `draemc ${draemc}, TensorFlow ${tensorflow}, ${kind}`
}

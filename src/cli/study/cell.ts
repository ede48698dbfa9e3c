import { CannotResume, resumeRun } from '../../driver/resume.js'
import { RunDirectoryInUse } from '../../driver/run-directory.js'
import { type PlacedCell, stateOf } from '../../driver/study.js'
import { DirectoryInUse } from '../../files/lock.js'
import type { EngineLocation } from '../../native/locate.js'
import { shellWord, visible } from '../../source/visible.js'
import { type ExitCode, exitCodes } from '../exit-codes.js'
import { talk } from '../output.js'
import { optionTexts, prepareRun, startPrepared } from '../prepare-run.js'
import { type EndRequests, followRun, type RunViewOptions, shownPath } from '../run-view.js'
import type { LoadLiveView } from '../view.js'
import type { OpenedStudy } from './open.js'

/** Brings the run of a cell to its end, from wherever it is. */
export async function runCell(
  opened: OpenedStudy,
  cell: PlacedCell,
  engine: EngineLocation,
  options: RunViewOptions,
  loadLiveView: LoadLiveView,
  requests: EndRequests,
): Promise<ExitCode> {
  const { directory } = cell
  const state = stateOf(cell)
  try {
    switch (state.kind) {
      case 'completed':
        talk(`completed before: ${visible(shownPath(directory))}`)
        return exitCodes.ok
      case 'failed':
        talk(`failed before: ${visible(state.message)}`)
        talk(`  help: to run it again, remove its directory: rm -r ${shellWord(shownPath(directory))}`)
        return exitCodes.failed
      case 'damaged':
        talk(`error: ${visible(state.message)}\n  help: ${visible(state.help)}`)
        return exitCodes.failed
      case 'begun': {
        const { run } = state
        return await followRun((onEvent) => resumeRun({ run, engine, onEvent }), options, loadLiveView, requests)
      }
      case 'not run': {
        const { file, study, texts, set } = opened
        const asked = { cell: { study: study.name, number: cell.number }, texts }
        const prepared = await prepareRun(engine, file, { set }, asked)
        if (typeof prepared === 'number') return prepared
        const made = [`--study ${study.name}`, `--cell ${cell.number}`, ...optionTexts(set)]
        return await followRun(
          (onEvent) => startPrepared(prepared, made, directory, onEvent),
          options,
          loadLiveView,
          requests,
        )
      }
    }
  } catch (error) {
    if (error instanceof DirectoryInUse) talk(`left alone: ${visible(error.message)}`)
    else if (error instanceof RunDirectoryInUse) talk(`error: ${visible(error.message)}`)
    else if (error instanceof CannotResume)
      talk(`error: ${visible(error.message)}${error.help === undefined ? '' : `\n  help: ${visible(error.help)}`}`)
    else throw error
    return exitCodes.failed
  }
}

import { CannotResume, resumeRun } from '../../driver/resume.js'
import { RunDirectoryInUse } from '../../driver/run-directory.js'
import { type PlacedCell, stateOf } from '../../driver/study.js'
import { now } from '../../events/clock.js'
import { DirectoryInUse } from '../../files/lock.js'
import type { EngineLocation } from '../../native/locate.js'
import { jsonLine, shellWord, visible } from '../../source/visible.js'
import { type ExitCode, exitCodes } from '../exit-codes.js'
import { printData, talk } from '../output.js'
import { optionTexts, prepareRun, startPrepared } from '../prepare-run.js'
import { type EndRequests, followRun, type RunViewOptions, shownPath } from '../run-view.js'
import type { LoadLiveView } from '../view.js'
import type { OpenedStudy } from './open.js'

/** Brings the run of a cell to its end, from wherever it is, if no other process has it. */
export async function runCell(
  opened: OpenedStudy,
  cell: PlacedCell,
  engine: EngineLocation,
  options: RunViewOptions,
  loadLiveView: LoadLiveView,
  requests: EndRequests,
): Promise<ExitCode | 'in use'> {
  const { directory, number, label } = cell
  const state = stateOf(cell)
  const of = opened.cells.length
  const again = `to run it again, remove its directory: rm -r ${shellWord(shownPath(directory))}`
  if (options.json) printData(jsonLine({ time: now(), event: { type: 'cell', number, of, label, directory } }))
  else talk(`\ncell ${number} of ${of}: ${visible(label)}${state.kind === 'completed' ? ': completed before' : ''}`)
  try {
    switch (state.kind) {
      case 'completed':
        return exitCodes.ok
      case 'failed':
        talk(`failed before: ${visible(state.message)}`)
        talk(`  help: ${again}`)
        return exitCodes.failed
      case 'damaged':
        talk(`error: ${visible(state.message)}\n  help: ${visible(state.help)}`)
        return exitCodes.failed
      case 'begun': {
        const { run } = state
        return await followRun((onEvent) => resumeRun({ run, engine, onEvent }), options, loadLiveView, requests)
      }
      case 'not run': {
        const { file, study, texts, set, reported } = opened
        const asked = { cell: { study: study.name, number: cell.number }, texts }
        const prepared = await prepareRun(engine, file, { set }, asked, reported)
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
    // Another process may have begun it since it was looked at.
    const isTaken = error instanceof RunDirectoryInUse && stateOf(cell).kind !== 'not run'
    if (error instanceof DirectoryInUse || isTaken) {
      talk(`left alone: ${isTaken ? 'another process has begun it' : visible(error.message)}`)
      return 'in use'
    }
    if (error instanceof CannotResume) talk(`error: ${visible(error.message)}\n  help: ${again}`)
    else if (error instanceof RunDirectoryInUse) talk(`error: ${visible(error.message)}`)
    else throw error
    return exitCodes.failed
  }
}

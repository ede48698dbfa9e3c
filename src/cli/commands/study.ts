import { type Command, InvalidArgumentError } from 'commander'
import { slurmScript } from '../../driver/slurm.js'
import { type PlacedCell, stateOf } from '../../driver/study.js'
import { locateEngine } from '../../native/locate.js'
import { addSetOption } from '../compile-options.js'
import { type ExitCode, exitCodes, UsageError } from '../exit-codes.js'
import { printData, talk } from '../output.js'
import { canBegin, EndRequests, type RunViewOptions, reportNoEngine } from '../run-view.js'
import { runCell } from '../study/cell.js'
import { compareStudy } from '../study/compare.js'
import { type OpenedStudy, openStudy, type StudyOptions } from '../study/open.js'
import type { LoadLiveView } from '../view.js'

interface RunOptions extends StudyOptions, RunViewOptions {
  readonly cell: readonly number[]
}

interface CompareOptions extends StudyOptions {
  readonly against?: number
  readonly csv?: true
}

export function addStudyCommand(program: Command, done: (code: ExitCode) => void, loadLiveView: LoadLiveView): void {
  const study = program.command('study').description('run the cells of a study, and compare what they came to')
  addStudyOptions(
    study
      .command('run <file>')
      .description('run the cells that are not completed, one after the other, and compare them'),
  )
    .option('--cell <numbers>', 'these cells alone: 3, or 1-9,12; repeatable', collectCells, [])
    .option('--plain', 'plain lines even on a terminal')
    .option('--json', 'events as JSON on stdout, one a line; each cell begins with one of its own')
    .addHelpText('after', runHelp)
    .action(async (file: string, options: RunOptions) => {
      const opened = canBegin() ? await openStudy(file, options) : exitCodes.usage
      done(typeof opened === 'number' ? opened : await runCells(opened, options, loadLiveView))
    })
  addStudyOptions(
    study.command('slurm <file>').description('a job array of the cells that are not completed, for sbatch'),
  )
    .addHelpText('after', slurmHelp)
    .action(async (file: string, options: StudyOptions) => {
      const opened = await openStudy(file, options)
      if (typeof opened !== 'number') printJobArray(opened, options)
      done(typeof opened === 'number' ? opened : exitCodes.ok)
    })
  addStudyOptions(study.command('compare <file>').description('what the runs of a study came to so far'))
    .option('--against <cell>', 'the row that others are compared with: the one of this cell', collectCell, 1)
    .option('--csv', 'a row a cell, as a table for other programs')
    .option('--json', 'everything, as JSON')
    .action(async (file: string, options: CompareOptions) => {
      const opened = await openStudy(file, options)
      if (typeof opened !== 'number') compareStudy(opened, options)
      done(typeof opened === 'number' ? opened : exitCodes.ok)
    })
}

const runHelp = `
The run of each cell has a directory of its own, named by its values and a hash of its pipeline. The same command again goes on where it ended: completed
cells are left alone, one that was interrupted is resumed, one whose pipeline was edited is run anew beside the old one. Several of these
commands may work on one study: each takes cells that no other has.
Ctrl-C ends the run under way as in \`draemc run\`, and the study with it.`

const slurmHelp = `
The script is on stdout: draemc study slurm FILE > job.sh; sbatch --time=4:00:00 --gpus=1 job.sh
A task that meets its time limit is queued again and goes on where it was.`

function printJobArray({ file, study, cells, set }: OpenedStudy, { out }: StudyOptions): void {
  const open = cells.filter((cell) => !['completed', 'failed'].includes(stateOf(cell).kind))
  if (open.length === 0) throw new UsageError(`no cell of ${study.name} is left to run`)
  printData(
    slurmScript({
      name: study.name,
      cells: open.map(({ number }) => number),
      command: [
        ...[process.execPath, process.argv[1] ?? 'draemc', 'study', 'run', file, '--study', study.name],
        ...(out === undefined ? [] : ['--out', out]),
        ...set.flatMap(({ path, value }) => ['--set', `${path}=${value}`]),
      ],
      workingDirectory: process.cwd(),
    }),
  )
}

function addStudyOptions(command: Command): Command {
  return addSetOption(command)
    .option('--study <name>', 'the study of the file, where it has several')
    .option('--out <directory>', 'where the directories of the runs are (default: runs/STUDY)')
}

async function runCells(opened: OpenedStudy, options: RunOptions, loadLiveView: LoadLiveView): Promise<ExitCode> {
  const { cells } = opened
  const beyond = options.cell.find((number) => number > cells.length)
  if (beyond !== undefined) throw new UsageError(`there is no cell ${beyond}: the study has ${cells.length}`)
  const chosen = options.cell.length === 0 ? cells : cells.filter(({ number }) => options.cell.includes(number))
  const engine = locateEngine()
  if (!engine) return reportNoEngine()
  const requests = new EndRequests()
  let open = chosen
  let areCompleted = true
  while (open.length > 0) {
    const inUse: PlacedCell[] = []
    for (const cell of open) {
      const code = await runCell(opened, cell, engine, options, loadLiveView, requests)
      if (code === exitCodes.interrupted || requests.isAsked) {
        talk('the same command goes on with the study')
        return exitCodes.interrupted
      }
      if (code === 'in use') inUse.push(cell)
      else if (code !== exitCodes.ok) areCompleted = false
    }
    // What others have is looked at again, where there was something else to run meanwhile.
    if (inUse.length === open.length) areCompleted = false
    open = inUse.length === open.length ? [] : inUse
  }
  if (!options.json && options.cell.length === 0) {
    talk('')
    compareStudy(opened, {})
  }
  return areCompleted ? exitCodes.ok : exitCodes.failed
}

function collectCells(text: string, before: readonly number[]): readonly number[] {
  const ranges = text.split(',').map((part) => {
    const [, first, last] = /^([1-9]\d{0,5})(?:-([1-9]\d{0,5}))?$/.exec(part.trim()) ?? []
    const [from, to] = [Number(first), Number(last ?? first)]
    if (first === undefined || to < from)
      throw new InvalidArgumentError('They are rising numbers from 1: 3, or 1-9,12.')
    return Array.from({ length: to - from + 1 }, (_, place) => from + place)
  })
  return [...before, ...ranges.flat()]
}

function collectCell(text: string): number {
  const [cell, ...more] = collectCells(text, [])
  if (cell === undefined || more.length > 0) throw new InvalidArgumentError('It is one number, from 1.')
  return cell
}

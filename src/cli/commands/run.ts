import { resolve } from 'node:path'
import type { Command } from 'commander'
import { RunDirectoryInUse } from '../../driver/run-directory.js'
import { studyNotice } from '../../driver/study-text.js'
import type { StampedEvent } from '../../events/events.js'
import { DirectoryInUse } from '../../files/lock.js'
import { locateEngine } from '../../native/locate.js'
import { addPipelineOptions } from '../compile-options.js'
import { type ExitCode, exitCodes, UsageError } from '../exit-codes.js'
import { talk } from '../output.js'
import { optionTexts, prepareRun, startPrepared } from '../prepare-run.js'
import { canBegin, followRun } from '../run-view.js'
import type { LoadLiveView } from '../view.js'
import { type ResumeOptions, resumeCommand } from './resume.js'

interface RunOptions extends ResumeOptions {
  readonly resume?: string
}

export function addRunCommand(program: Command, done: (code: ExitCode) => void, loadLiveView: LoadLiveView): void {
  const command = program
    .command('run [file]')
    .description('check, compile, train and evaluate a pipeline; leaves a run directory')
  addPipelineOptions(command)
    .option('--out <directory>', 'the run directory (default: runs/NAME/TIME-HASH)')
    .option('--resume <run>', 'go on with a run that ended before its end; a file is compared with its pipeline')
    .option('--plain', 'plain lines even on a terminal')
    .option('--json', 'events as JSON on stdout, one a line; mistakes and warnings on stderr')
    .addHelpText(
      'after',
      `
Ctrl-C ends the run after the step under way, with a checkpoint and results; twice ends it at once.
SIGTERM, SIGHUP and SIGUSR1 (Slurm: --signal=USR1@120) end it as the first Ctrl-C does, however often they come.
Output that is lost (a closed pipe, a full disk) ends nothing: the run goes on, and events.jsonl has all of it.`,
    )
    .action(async (file: string | undefined, options: RunOptions) => {
      if (!canBegin()) {
        done(exitCodes.usage)
        return
      }
      if (options.resume !== undefined) {
        done(await resumeCommand(options.resume, file, options, loadLiveView))
        return
      }
      if (file === undefined) throw new UsageError('`run` takes a file, or --resume with a run directory')
      const prepared = await prepareRun(locateEngine(), file, options)
      if (typeof prepared === 'number') {
        done(prepared)
        return
      }
      for (const study of prepared.compilation.artefacts.checked?.studies ?? []) talk(studyNotice(study, file))
      const out = options.out === undefined ? undefined : resolve(options.out)
      const start = (onEvent: (event: StampedEvent) => void) =>
        startPrepared(prepared, optionTexts(options.set), out, onEvent)
      try {
        done(await followRun(start, options, loadLiveView))
      } catch (error) {
        if (error instanceof DirectoryInUse) throw new UsageError(error.message)
        if (!(error instanceof RunDirectoryInUse)) throw error
        throw new UsageError(`${error.message}; a run never writes over another`)
      }
    })
}

import { compileAsIn } from '../../driver/compile-as-in.js'
import { isEvaluation } from '../../driver/evaluate.js'
import type { RecordedRun } from '../../driver/recorded-run.js'
import { CannotResume, describePipelineDifferences, resumeRun, tidyCompleted } from '../../driver/resume.js'
import { DirectoryInUse } from '../../files/lock.js'
import { locateEngine } from '../../native/locate.js'
import { compileOrReport, type PipelineOptions } from '../compile-options.js'
import { type ExitCode, exitCodes, UsageError } from '../exit-codes.js'
import { talk } from '../output.js'
import { runArgument } from '../run-argument.js'
import { followRun, type RunViewOptions, reportNoEngine } from '../run-view.js'
import type { LoadLiveView } from '../view.js'

export interface ResumeOptions extends PipelineOptions, RunViewOptions {
  readonly out?: string
}

/** `draemc run --resume DIRECTORY`, with a file to compare or without. */
export async function resumeCommand(
  directory: string,
  file: string | undefined,
  options: ResumeOptions,
  loadLiveView: LoadLiveView,
): Promise<ExitCode> {
  if (options.out !== undefined)
    throw new UsageError('--resume goes on in the directory of the run: --out names another')
  if (file === undefined && options.set.length > 0)
    throw new UsageError('--resume goes on with the settings of the run: --set says others')
  try {
    const recorded = runArgument(directory)
    if (isEvaluation(recorded.directory))
      throw new CannotResume(
        `${directory} evaluates the weights of another run: there is nothing to go on with`,
        'evaluate them again: draemc eval RUN',
      )
    if (file !== undefined) {
      const code = await comparePipeline(recorded, file, options)
      if (code !== exitCodes.ok) return code
    }
    if (recorded.isCompleted) {
      tidyCompleted(recorded.directory)
      talk(`${directory} is completed: there is nothing left to do`)
      return exitCodes.ok
    }
    const engine = locateEngine()
    if (!engine) return reportNoEngine()
    return await followRun((onEvent) => resumeRun({ run: recorded, engine, onEvent }), options, loadLiveView)
  } catch (error) {
    if (error instanceof DirectoryInUse) throw new UsageError(error.message)
    if (!(error instanceof CannotResume)) throw error
    throw new UsageError(error.message, error.help)
  }
}

/** @throws CannotResume where the file has another pipeline than the run. */
async function comparePipeline({ plan, manifest, directory }: RecordedRun, file: string, options: PipelineOptions) {
  const { compilation, code } = await compileOrReport(compileAsIn(manifest), file, options, {
    lookAtDisk: true,
    until: 'plan',
  })
  const now = compilation.artefacts.plan
  const differences = now === undefined ? [] : describePipelineDifferences(plan, now)
  if (differences.length > 0)
    throw new CannotResume(
      `${file} is not the pipeline of ${directory}: ${differences.join('; ')}`,
      'leave the file out to go on with the pipeline of the run, or start a new run',
    )
  return code
}

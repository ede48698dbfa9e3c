import { resolve } from 'node:path'
import type { Command } from 'commander'
import { compileAsIn } from '../../driver/compile-as-in.js'
import { CannotEvaluate, type EvaluatedBy, startEvaluation } from '../../driver/evaluate.js'
import { CannotPredict, chooseCheckpoint } from '../../driver/predict.js'
import type { RecordedRun } from '../../driver/recorded-run.js'
import type { StartedRun } from '../../driver/run.js'
import { RunDirectoryInUse } from '../../driver/run-directory.js'
import type { StampedEvent } from '../../events/events.js'
import { DirectoryInUse } from '../../files/lock.js'
import { locateEngine } from '../../native/locate.js'
import { addPipelineOptions, compileOrReport, type PipelineOptions } from '../compile-options.js'
import { isAboutData } from '../diagnostics.js'
import { type ExitCode, exitCodes, UsageError } from '../exit-codes.js'
import { runArgument } from '../run-argument.js'
import { followRun, reportNoEngine } from '../run-view.js'
import type { LoadLiveView } from '../view.js'

interface EvalOptions extends PipelineOptions {
  readonly on?: string
  readonly checkpoint: string
  readonly out?: string
}

const usage = `
Without FILE the program and the settings of the run are used: its test sets, its metrics. With FILE those of a pipeline
whose model has the same weights, usually one that extends the run's with other data or metrics.
Thresholds that the run chose by its validation set hold; others are chosen by the validation set of the evaluated pipeline.
Results and predictions go to a new directory below RUN/evaluations, or to --out; the run itself stays as it is.`

export function addEvalCommand(program: Command, done: (code: ExitCode) => void, loadLiveView: LoadLiveView): void {
  const command = program
    .command('eval <run> [file]')
    .description('evaluate the weights of a run again: other data, other metrics, another checkpoint')
    .option('--on <directory>', 'the root of the data')
    .option('--checkpoint <which>', 'best, last, or a file', 'best')
    .option('--out <directory>', 'where results and predictions go')
  addPipelineOptions(command)
    .option('--json', 'events as JSON on stdout, one a line')
    .addHelpText('after', usage)
    .action(async (run: string, file: string | undefined, options: EvalOptions) => {
      done(await evaluate(run, file, options, loadLiveView))
    })
}

async function evaluate(
  directory: string,
  file: string | undefined,
  options: EvalOptions,
  loadLiveView: LoadLiveView,
): Promise<ExitCode> {
  const run = runArgument(directory)
  const engine = locateEngine()
  if (!engine) return reportNoEngine()
  const found = await evaluatedBy(file, options, run)
  if (typeof found === 'number') return found
  const given = [
    ...(options.on === undefined ? [] : [`--on ${options.on}`]),
    ...options.set.map(({ path, value }) => `--set ${path}=${value}`),
  ]
  const start = async (onEvent: (event: StampedEvent) => void): Promise<StartedRun> =>
    await startEvaluation({
      run,
      checkpoint: chooseCheckpoint(run.directory, options.checkpoint),
      by: found,
      engine,
      ...(options.out === undefined ? {} : { out: resolve(options.out) }),
      options: given,
      onEvent,
    })
  try {
    // Over in seconds: lines will do.
    return await followRun(start, { ...options, plain: true }, loadLiveView)
  } catch (error) {
    if (error instanceof CannotEvaluate) throw new UsageError(error.message, error.help)
    if (error instanceof CannotPredict || error instanceof DirectoryInUse || error instanceof RunDirectoryInUse)
      throw new UsageError(error.message)
    throw error
  }
}

/** The exit code where the file has mistakes. */
async function evaluatedBy(
  file: string | undefined,
  options: EvalOptions,
  { manifest }: RecordedRun,
): Promise<EvaluatedBy | ExitCode> {
  const root = options.on === undefined ? undefined : resolve(options.on)
  if (file === undefined) {
    if (options.set.length > 0 || options.pipeline !== undefined)
      throw new UsageError(
        '--set and --pipeline are for the pipeline of a file, and none is named',
        'name the file that was trained, or one that extends it: draemc eval RUN FILE',
      )
    return { kind: 'run', ...(root === undefined ? {} : { root }) }
  }
  const set = root === undefined ? options.set : [...options.set, { path: 'data.root', value: JSON.stringify(root) }]
  const wanted = { lookAtDisk: true, until: 'plan' } as const
  const { compilation, code } = await compileOrReport(compileAsIn(manifest), file, { ...options, set }, wanted)
  if (code !== exitCodes.ok) return isAboutData(compilation.diagnostics) ? exitCodes.data : code
  return { kind: 'pipeline', compilation, file }
}

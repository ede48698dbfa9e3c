import { resolve } from 'node:path'
import type { Command } from 'commander'
import { compile } from '../../driver/compile.js'
import type { EngineProcess } from '../../driver/engine-process.js'
import { compileForMachine, type MachineRecord } from '../../driver/machine.js'
import { type StartRequest, startRun } from '../../driver/run.js'
import { RunDirectoryInUse } from '../../driver/run-directory.js'
import type { CompileRequest } from '../../driver/run-phases.js'
import { studyNotice } from '../../driver/study-text.js'
import type { StampedEvent } from '../../events/events.js'
import { locateEngine } from '../../native/locate.js'
import { surroundingsMistakes } from '../../native/surroundings.js'
import { addPipelineOptions, compileOrReport, type PipelineOptions } from '../compile-options.js'
import { isAboutData } from '../diagnostics.js'
import { type ExitCode, exitCodes, UsageError } from '../exit-codes.js'
import { talk, wantsLiveView } from '../output.js'
import { type LoadLiveView, openView } from '../view.js'

interface RunOptions extends PipelineOptions {
  readonly out?: string
  readonly plain?: true
}

export function addRunCommand(program: Command, done: (code: ExitCode) => void, loadLiveView: LoadLiveView): void {
  const command = program
    .command('run <file>')
    .description('check, compile, train and evaluate a pipeline; leaves a run directory')
  addPipelineOptions(command)
    .option('--out <directory>', 'the run directory (default: runs/NAME/TIME-HASH)')
    .option('--plain', 'plain lines even on a terminal')
    .option('--json', 'events as JSON on stdout, one a line; mistakes and warnings on stderr')
    .addHelpText(
      'after',
      `
Ctrl-C ends the run after the step under way, with a checkpoint and results; twice ends it at once.
SIGTERM, SIGHUP and SIGUSR1 (Slurm: --signal=USR1@120) end it as the first Ctrl-C does, however often they come.
Output that is lost (a closed pipe, a full disk) ends nothing: the run goes on, and events.jsonl has all of it.`,
    )
    .action(async (file: string, options: RunOptions) => {
      process.on('SIGUSR1', endEarly)
      const mistakes = surroundingsMistakes()
      for (const mistake of mistakes) talk(`error: ${mistake}`)
      if (mistakes.length > 0) {
        done(exitCodes.usage)
        return
      }
      const engine = locateEngine()
      let machine: MachineRecord | undefined
      const forMachine = (request: CompileRequest) => {
        const compiled = compileForMachine(compile, request, engine, 'measure')
        machine = compiled.machine
        return compiled.compilation
      }
      const { compilation, code } = await compileOrReport(forMachine, file, options, {
        lookAtDisk: true,
        until: 'plan',
      })
      if (code !== exitCodes.ok) {
        done(isAboutData(compilation.diagnostics) ? exitCodes.data : code)
        return
      }
      if (!engine) {
        talk(
          'error: no native engine is installed\n  help: run `draemc engine install`; `draemc doctor` says what it needs',
        )
        done(exitCodes.failed)
        return
      }
      for (const study of compilation.artefacts.checked?.studies ?? []) talk(studyNotice(study, file))
      done(await run({ compilation, engine, ...(machine ? { machine } : {}) }, options, loadLiveView))
    })
}

/** Until there is a run to end. Node takes this signal for a debugger; every other one ends the process by itself. */
function endEarly(): void {
  process.exit(exitCodes.interrupted)
}

type Prepared = Pick<StartRequest, 'compilation' | 'engine' | 'machine'>

async function run(prepared: Prepared, options: RunOptions, loadLiveView: LoadLiveView): Promise<ExitCode> {
  const live = options.plain !== true && wantsLiveView(process.stderr)
  let engineProcess: EngineProcess | undefined
  let isStopping = false
  const interrupt = (signal: NodeJS.Signals): void => {
    // A batch system may ask twice, by SIGUSR1 and then by SIGTERM: both times for an end in time.
    if (isStopping && signal === 'SIGINT') engineProcess?.kill()
    else engineProcess?.stop()
    isStopping = true
  }
  // Before there is a run directory: none is left without an end. To the end: a signal behind the last event changes no exit code.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'] as const) process.on(signal, interrupt)
  process.off('SIGUSR1', endEarly)
  const view = await openView(options.json === true ? 'json' : live ? 'live' : 'plain', loadLiveView)
  try {
    if (isStopping) return exitCodes.interrupted
    engineProcess = start(prepared, options, view.onEvent).process
    return await engineProcess.ended
  } finally {
    await view.close()
  }
}

function start(
  prepared: Prepared,
  options: RunOptions,
  onEvent: (event: StampedEvent) => void,
): ReturnType<typeof startRun> {
  try {
    return startRun({
      ...prepared,
      workingDirectory: process.cwd(),
      ...(options.out === undefined ? {} : { out: resolve(options.out) }),
      options: options.set.map(({ path, value }) => `--set ${path}=${value}`),
      onEvent,
    })
  } catch (error) {
    if (error instanceof RunDirectoryInUse) throw new UsageError(`${error.message}; a run never writes over another`)
    throw error
  }
}

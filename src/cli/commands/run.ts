import { resolve } from 'node:path'
import type { Command } from 'commander'
import { compile } from '../../driver/compile.js'
import type { EngineProcess } from '../../driver/engine-process.js'
import { compileForMachine, type MachineRecord } from '../../driver/machine.js'
import { type StartRequest, startRun } from '../../driver/run.js'
import { RunDirectoryInUse } from '../../driver/run-directory.js'
import type { CompileRequest } from '../../driver/run-phases.js'
import type { StampedEvent } from '../../events/events.js'
import { locateEngine } from '../../native/locate.js'
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
      '\nCtrl-C ends the run after the step under way, with a checkpoint and results; twice ends it at once.',
    )
    .action(async (file: string, options: RunOptions) => {
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
      done(await run({ compilation, engine, ...(machine ? { machine } : {}) }, options, loadLiveView))
    })
}

type Prepared = Pick<StartRequest, 'compilation' | 'engine' | 'machine'>

async function run(prepared: Prepared, options: RunOptions, loadLiveView: LoadLiveView): Promise<ExitCode> {
  const live = options.plain !== true && wantsLiveView(process.stderr)
  let engineProcess: EngineProcess | undefined
  let presses = 0
  const interrupt = (): void => {
    presses++
    if (presses === 1) engineProcess?.stop()
    else engineProcess?.kill()
  }
  // Before there is a run directory: none is left without an end.
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, interrupt)
  const view = await openView(options.json === true ? 'json' : live ? 'live' : 'plain', loadLiveView)
  try {
    if (presses > 0) return exitCodes.interrupted
    engineProcess = start(prepared, options, view.onEvent).process
    return toExitCode(await engineProcess.ended)
  } finally {
    await view.close()
    for (const signal of signals) process.off(signal, interrupt)
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

function toExitCode(code: number): ExitCode {
  switch (code) {
    case 0:
      return exitCodes.ok
    case 4:
      return exitCodes.data
    case 130:
      return exitCodes.interrupted
    default:
      return exitCodes.failed
  }
}

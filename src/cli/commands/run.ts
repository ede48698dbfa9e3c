import { resolve } from 'node:path'
import type { Command } from 'commander'
import { divisorsOf } from '../../components/quantities.js'
import { compile } from '../../driver/compile.js'
import { bytes } from '../../driver/explain-text.js'
import { compileForMachine, type MachineRecord } from '../../driver/machine.js'
import { largestBatch, machineBytes, predictPeakBytes } from '../../driver/memory.js'
import { type StartedRun, type StartRequest, startRun } from '../../driver/run.js'
import { RunDirectoryInUse } from '../../driver/run-directory.js'
import type { Compilation, CompileRequest } from '../../driver/run-phases.js'
import { studyNotice } from '../../driver/study-text.js'
import type { StampedEvent } from '../../events/events.js'
import { DirectoryInUse } from '../../files/lock.js'
import { locateEngine } from '../../native/locate.js'
import { surroundingsMistakes } from '../../native/surroundings.js'
import { microBatchOf } from '../../plan/run-plan.js'
import { addPipelineOptions, compileFile, compileOrReport } from '../compile-options.js'
import { isAboutData } from '../diagnostics.js'
import { type ExitCode, exitCodes, UsageError } from '../exit-codes.js'
import { talk } from '../output.js'
import { followRun, listenEarly, reportNoEngine } from '../run-view.js'
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
      listenEarly()
      const mistakes = surroundingsMistakes()
      for (const mistake of mistakes) talk(`error: ${mistake}`)
      if (mistakes.length > 0) {
        done(exitCodes.usage)
        return
      }
      if (options.resume !== undefined) {
        done(await resumeCommand(options.resume, file, options, loadLiveView))
        return
      }
      if (file === undefined) throw new UsageError('`run` takes a file, or --resume with a run directory')
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
        done(reportNoEngine())
        return
      }
      const tooLarge = engine.device === 'cpu' ? explainTooLarge(compilation, file, options) : undefined
      if (tooLarge !== undefined) {
        talk(tooLarge)
        done(exitCodes.failed)
        return
      }
      for (const study of compilation.artefacts.checked?.studies ?? []) talk(studyNotice(study, file))
      const prepared = { compilation, engine, ...(machine ? { machine } : {}) }
      done(await followRun((onEvent) => start(prepared, options, onEvent), options, loadLiveView))
    })
}

/** Where the machine has less memory than the run is predicted to take. */
function explainTooLarge(
  { artefacts: { ir, checked } }: Compilation,
  file: string,
  options: RunOptions,
): string | undefined {
  const limit = machineBytes()
  const needed = ir === undefined ? 0 : predictPeakBytes(ir.module)
  const batch = checked?.pipeline?.batch ?? 1
  if (needed <= limit) return undefined
  const neededWith = (set: Readonly<Record<string, number>>): number => {
    const given = Object.entries(set).map(([path, value]) => ({ path, value: String(value) }))
    const asked = { ...options, set: [...options.set, ...given] }
    const { ir } = compileFile(compile, file, asked, { lookAtDisk: false, until: 'ir' }).artefacts
    return ir === undefined ? Number.POSITIVE_INFINITY : predictPeakBytes(ir.module)
  }
  // Parts of another size would no longer divide it.
  const isInParts = checked?.pipeline !== undefined && microBatchOf(checked.pipeline) < batch
  const ofBatch = (size: number) => ({
    'data.batch': size,
    'data.eval_batch': size,
    ...(isInParts ? { 'train.micro_batch': size } : {}),
  })
  const ofPart = (size: number) => ({ 'train.micro_batch': size, 'data.eval_batch': size })
  const shown = (set: object) => Object.entries(set).map(([path, value]) => `--set ${path}=${value}`)
  const fits = largestBatch(batch, limit, (size) => neededWith(ofBatch(size)))
  const part = divisorsOf(batch).findLast((size) => size <= (fits ?? 0) && neededWith(ofPart(size)) <= limit)
  const inParts = part === undefined ? '' : `; to keep the batch of ${batch}: ${shown(ofPart(part)).join(' ')}`
  const help =
    fits === undefined
      ? 'not even a batch of one image fits: make the images or the widths of the model smaller'
      : `the largest batch that fits is ${fits}: ${shown(ofBatch(fits)).join(' ')}${inParts}`
  return `error: the run takes about ${bytes(needed)} of memory, and this machine has ${bytes(limit)}\n  help: ${help}`
}

function start(
  prepared: Pick<StartRequest, 'compilation' | 'engine' | 'machine'>,
  options: RunOptions,
  onEvent: (event: StampedEvent) => void,
): StartedRun {
  try {
    return startRun({
      ...prepared,
      workingDirectory: process.cwd(),
      ...(options.out === undefined ? {} : { out: resolve(options.out) }),
      options: options.set.map(({ path, value }) => `--set ${path}=${value}`),
      onEvent,
    })
  } catch (error) {
    if (error instanceof DirectoryInUse) throw new UsageError(error.message)
    if (error instanceof RunDirectoryInUse) throw new UsageError(`${error.message}; a run never writes over another`)
    throw error
  }
}

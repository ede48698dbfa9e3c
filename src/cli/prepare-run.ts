import { divisorsOf } from '../components/quantities.js'
import { compile } from '../driver/compile.js'
import { bytes } from '../driver/explain-text.js'
import { compileForMachine, type MachineRecord } from '../driver/machine.js'
import { largestBatch, machineBytes, predictPeakBytes } from '../driver/memory.js'
import { type StartedRun, type StartRequest, startRun } from '../driver/run.js'
import type { Compilation, CompileRequest } from '../driver/run-phases.js'
import type { StampedEvent } from '../events/events.js'
import type { EngineLocation } from '../native/locate.js'
import { microBatchOf } from '../plan/run-plan.js'
import { compileFile, compileOrReport, type PipelineOptions } from './compile-options.js'
import { isAboutData } from './diagnostics.js'
import { type ExitCode, exitCodes } from './exit-codes.js'
import { talk } from './output.js'
import { reportNoEngine } from './run-view.js'

/** A pipeline compiled for this machine, which has the memory for it. */
export type PreparedRun = Pick<StartRequest, 'compilation' | 'engine' | 'machine'>

/** The pipeline of the file, or one cell of a study of it. */
type Asked = Pick<CompileRequest, 'cell' | 'texts'>

/** Compiles a pipeline for a run. An exit code where there is none to start, which is reported. */
export async function prepareRun(
  engine: EngineLocation | undefined,
  file: string,
  options: PipelineOptions,
  asked: Asked = {},
  reported?: Set<string>,
): Promise<PreparedRun | ExitCode> {
  let machine: MachineRecord | undefined
  const forMachine = (request: CompileRequest) => {
    const compiled = compileForMachine(compile, request, engine, 'measure')
    machine = compiled.machine
    return compiled.compilation
  }
  const request = { ...asked, lookAtDisk: true, until: 'plan' } as const
  const { compilation, code } = await compileOrReport(forMachine, file, options, request, reported)
  if (code !== exitCodes.ok) return isAboutData(compilation.diagnostics) ? exitCodes.data : code
  if (!engine) return reportNoEngine()
  const tooLarge = engine.device === 'cpu' ? explainTooLarge(compilation, file, options, asked) : undefined
  if (tooLarge !== undefined) {
    talk(tooLarge)
    return exitCodes.failed
  }
  return { compilation, engine, ...(machine ? { machine } : {}) }
}

/** Where the machine has less memory than the run is predicted to take. */
function explainTooLarge(
  { artefacts: { ir, checked } }: Compilation,
  file: string,
  options: PipelineOptions,
  requested: Asked,
): string | undefined {
  const limit = machineBytes()
  const needed = ir === undefined ? 0 : predictPeakBytes(ir.module)
  const batch = checked?.pipeline?.batch ?? 1
  if (needed <= limit) return undefined
  const neededWith = (set: Readonly<Record<string, number>>): number => {
    const given = Object.entries(set).map(([path, value]) => ({ path, value: String(value) }))
    const asked = { ...options, set: [...options.set, ...given] }
    const { ir } = compileFile(compile, file, asked, { ...requested, lookAtDisk: false, until: 'ir' }).artefacts
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

/** @param out absolute; left out: `runs/NAME/TIME-HASH`. @throws RunDirectoryInUse, DirectoryInUse, CannotWrite */
export function startPrepared(
  prepared: PreparedRun,
  options: readonly string[],
  out: string | undefined,
  onEvent: (event: StampedEvent) => void,
): StartedRun {
  const place = out === undefined ? {} : { out }
  return startRun({ ...prepared, ...place, workingDirectory: process.cwd(), options, onEvent })
}

export function optionTexts(set: PipelineOptions['set']): readonly string[] {
  return set.map(({ path, value }) => `--set ${path}=${value}`)
}

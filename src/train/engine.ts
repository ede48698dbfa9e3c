import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { DataErrors, describeNote } from '../data/errors.js'
import { startData } from '../data/open.js'
import { now } from '../events/clock.js'
import type { RunEvent } from '../events/events.js'
import { joinLock } from '../files/lock.js'
import { readText } from '../files/reading.js'
import { explainSystemError, systemErrorCode } from '../files/system-error.js'
import { cannotWrite } from '../files/writing.js'
import { endWithParent } from '../native/parent.js'
import { operatorThreads, workerCount } from '../native/surroundings.js'
import { monitorsOf, type RunPlan } from '../plan/run-plan.js'
import { allSent, sendToParent } from './channel.js'
import { beginPhase, inPhase, type RunContext } from './context.js'
import { recordData } from './data-record.js'
import { loadInstalledEngine } from './engine-binding.js'
import { loadWeights, readEvaluation, runEvaluation } from './evaluate-weights.js'
import { EventSink } from './event-sink.js'
import { RunFailure } from './failure.js'
import { initialise } from './initialise.js'
import { findResumePoint, removeResults } from './resume.js'
import { runTraining, writeNotBegun } from './run.js'
import { openSession } from './session.js'
import { listenForStops } from './signals.js'
import { StopControl, serveEvents } from './stop.js'

/**
 * The engine process: `engine.js RUN_DIRECTORY [--resume] [--lock FILE]`, forked with a channel. It owns TensorFlow, the step
 * and the data's workers, and with the command the directory's lock; events go to the run directory and over the channel.
 * Exit codes: 0, 1 the run failed, 4 its data is missing or broken, 130 interrupted.
 */
async function main(): Promise<number> {
  const options = { resume: { type: 'boolean' }, lock: { type: 'string' } } as const
  const { positionals, values } = parseArgs({ options, allowPositionals: true })
  const directory = resolve(positionals[0] ?? '.')
  endWithParent({ graceMilliseconds: 3000 })
  const opened = open(directory, values.lock)
  if (!('sink' in opened)) {
    const events: readonly RunEvent[] = [
      { type: 'failed', ...opened },
      { type: 'run_finished', outcome: 'failed', steps: 0, seconds: 0, directory },
    ]
    for (const event of events) sendToParent({ time: now(), event })
    await allSent()
    return opened.exitCode
  }
  const { lock, sink } = opened
  const stop = new StopControl()
  const stopListening = listenForStops(stop)
  const start = performance.now()
  let steps = 0
  const counting: RunContext['emit'] = (event) => {
    if (event.type === 'step') steps = event.step
    sink.emit(event)
  }
  const finish = (outcome: 'completed' | 'interrupted' | 'failed') =>
    sink.emit({ type: 'run_finished', outcome, steps, seconds: (performance.now() - start) / 1000, directory })
  try {
    const { outcome, steps: done } = await run(
      { directory, stop, emit: counting, clock: () => performance.now() },
      values.resume === true ? () => sink.restoreScalars() : undefined,
    )
    steps = done
    finish(outcome)
    return outcome === 'completed' ? 0 : 130
  } catch (error) {
    const failed = describeFailure(error, directory)
    sink.emit({ type: 'failed', ...failed })
    finish('failed')
    return failed.exitCode
  } finally {
    stopListening()
    sink.close()
    await allSent()
    // Otherwise the command gives it back.
    if (!process.connected) lock?.release()
  }
}

/** Why it failed, where the directory takes no files: then whoever watches is told, and nobody else. */
function open(directory: string, lock: string | undefined) {
  try {
    const joined = lock === undefined ? undefined : joinLock(lock)
    return { lock: joined, sink: new EventSink(directory, sendToParent) }
  } catch (error) {
    return describeFailure(error, directory)
  }
}

/** @param onResume is called where the run goes on, when what was recorded after its checkpoint is cut off. */
async function run(
  base: Pick<RunContext, 'directory' | 'stop' | 'emit' | 'clock'>,
  onResume: (() => void) | undefined,
): ReturnType<typeof runTraining> {
  const { directory, emit } = base
  const plan = JSON.parse(readText(join(directory, 'plan.json'))) as RunPlan
  const evaluation = readEvaluation(directory, plan)
  const resumed = onResume && findResumePoint(directory, plan)
  if (onResume) {
    onResume()
    const { epoch, step } = resumed?.checkpoint.metadata ?? { epoch: 0, step: 0 }
    emit({ type: 'resumed', epoch, step })
  }
  const threads = pinThreads((evaluation ?? resumed)?.checkpoint.metadata.threads)
  const endScan = beginPhase(base, 'scan_data')
  const opening = await startData(plan, {
    workers: workerCount(),
    onProgress: (done, total) => emit({ type: 'progress', phase: 'scan_data', done, total }),
  })
  const scanned = opening.opened.finally(endScan)
  // It is awaited below; until then its failure must not end the process.
  scanned.catch(() => undefined)
  try {
    // Meanwhile the workers read: the engine blocks this thread alone.
    const { runner, device } = await inPhase(base, 'load_engine', () => load(directory, plan, threads))
    try {
      const from = await inPhase(base, 'initialise', () =>
        evaluation ? loadWeights({ runner }, evaluation) : initialise({ ...base, runner, plan }, resumed),
      )
      await serveEvents()
      const data = await Promise.race([scanned, stopped(base.stop)])
      if (data === undefined) {
        emit({ type: 'interrupting', step: from.step })
        return writeNotBegun({ plan, directory }, from, resumed)
      }
      recordData(directory, data, onResume !== undefined)
      removeResults(directory)
      emit({
        type: 'run_started',
        name: plan.name,
        directory,
        seed: plan.seed,
        parameters: plan.state
          .filter(({ kind }) => kind === 'weight')
          .reduce((sum, { shape }) => sum + sizeOf(shape), 0),
        epochs: plan.train.epochs,
        stepsPerEpoch: data.stepsPerEpoch,
        ...(plan.train.max_steps === undefined ? {} : { maxSteps: plan.train.max_steps }),
        batch: plan.batch,
        device,
        precision: plan.train.precision,
        ...(evaluation ? { evaluates: { checkpoint: evaluation.request.checkpoint, step: from.step } } : {}),
      })
      for (const found of data.notes) emit({ type: 'note', level: 'warning', message: describeNote(found) })
      for (const message of remarks(plan)) emit(message)
      const context = { ...base, plan, data, runner, device, threads }
      return evaluation ? await runEvaluation(context, from, evaluation) : await runTraining(context, from, resumed)
    } finally {
      runner.close()
    }
  } finally {
    await opening.close()
  }
}

function stopped(stop: StopControl): Promise<undefined> {
  return new Promise((resolve) => stop.onRequest(() => resolve(undefined)))
}

/** What whoever reads the results should know: decisions against the checker's advice, and what has seen the test set. */
function remarks({ allows, data, train }: RunPlan): readonly RunEvent[] {
  const note = (level: 'info' | 'warning', message: string): RunEvent => ({ type: 'note', level, message })
  const isReference = data.parameters.validation.component === 'reference'
  return [
    ...allows.map(({ code, because, where }) => note('info', `${code} is allowed at ${where}: ${because}`)),
    ...(isReference
      ? [note('warning', 'validation uses the test set of the source: what it chooses has seen the test (leakage)')]
      : []),
    ...[...new Set(monitorsOf(train).map(({ split }) => split))].flatMap((split) =>
      split === 'val'
        ? []
        : [note('warning', `a monitor watches the test set (${split}): what it chooses has seen the test (leakage)`)],
    ),
  ]
}

function load(directory: string, plan: RunPlan, threads: number) {
  const binding = loadInstalledEngine()
  const runner = openSession(join(directory, 'graph'), plan, binding)
  const processor = binding.isUsingGpuDevice() ? 'GPU' : `CPU, ${threads} ${threads === 1 ? 'thread' : 'threads'}`
  return { runner, device: `TensorFlow ${binding.TF_Version}, ${processor}` }
}

/** Fixed before the library reads its environment: a resumed run keeps its checkpoint's number. */
function pinThreads(recorded: number | undefined): number {
  const threads = recorded ?? operatorThreads()
  process.env.TF_NUM_INTRAOP_THREADS = String(threads)
  return threads
}

/** Writing names no path: the directory is what this process writes to. */
function isOfDirectory(error: unknown, directory: string): boolean {
  const code = systemErrorCode(error)
  if (code === undefined) return false
  if (error instanceof Error && 'path' in error) return String(error.path).startsWith(directory)
  return ['ENOSPC', 'EDQUOT', 'EROFS', 'EFBIG', 'EIO'].includes(code)
}

function describeFailure(error: unknown, directory: string) {
  if (error instanceof DataErrors) {
    const [only, second] = error.errors
    return { exitCode: 4 as const, code: only && !second ? only.code : 'broken-data', message: error.message }
  }
  if (error instanceof RunFailure) {
    const { exitCode, code, message, help } = error
    return { exitCode, code, message, ...(help ? { help } : {}) }
  }
  // A directory is removed file by file, in any order.
  if (!['plan.json', 'events.jsonl', 'graph'].every((name) => existsSync(join(directory, name)))) {
    return {
      exitCode: 1 as const,
      code: 'directory-gone',
      message: `${directory} was removed, or its disk was unmounted, while the run was under way`,
      help: 'run it again',
    }
  }
  if (isOfDirectory(error, directory)) {
    const reason = cannotWrite(directory, error)
    return {
      exitCode: 1 as const,
      code: 'cannot-write',
      message: reason instanceof Error ? reason.message : String(reason),
      help: 'the checkpoints so far are whole: `draemc run --resume` goes on from the last when the place takes files again',
    }
  }
  const refused = explainSystemError(error)
  if (refused !== undefined) return { exitCode: 1 as const, code: 'system-error', message: refused }
  // The stack is for whoever repairs draemc: the driver keeps the end of this stream.
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  return {
    exitCode: 1 as const,
    code: error instanceof Error && error.name === 'EngineError' ? 'engine-error' : 'internal-error',
    message: error instanceof Error ? error.message : String(error),
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

process.exit(await main())

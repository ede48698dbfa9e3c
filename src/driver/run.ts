import { join } from 'node:path'
import { dumpChecked } from '../check/dump.js'
import { optionFile } from '../check/loading/overrides.js'
import { invariant } from '../diagnostics/invariant.js'
import * as clock from '../events/clock.js'
import type { RunEvent, StampedEvent } from '../events/events.js'
import { appendLine } from '../files/append.js'
import { writingTo } from '../files/writing.js'
import { printModule } from '../ir/print.js'
import type { IrModule } from '../ir/types.js'
import type { EngineLocation } from '../native/locate.js'
import { jsonLine } from '../source/visible.js'
import { type EngineProcess, startEngineProcess } from './engine-process.js'
import type { MachineRecord } from './machine.js'
import {
  type ClaimedDirectory,
  claimRunDirectory,
  eventsFile,
  type RunRecord,
  writeRunRecord,
} from './run-directory.js'
import { type Compilation, totalMilliseconds } from './run-phases.js'

export interface StartRequest {
  readonly compilation: Compilation
  readonly engine: EngineLocation
  readonly machine?: MachineRecord
  readonly workingDirectory: string
  /** `--out`. */
  readonly out?: string
  /** As they were given, for the manifest. */
  readonly options: readonly string[]
  readonly onEvent: (event: StampedEvent) => void
}

export interface StartedRun {
  readonly directory: string
  readonly process: EngineProcess
}

/** Writes the run directory of a compiled pipeline and starts the engine process on it. Throws `RunDirectoryInUse`, `DirectoryInUse`, `CannotWrite`. */
export function startRun(request: StartRequest): StartedRun {
  const { engine, machine, options, onEvent, compilation, out, workingDirectory } = request
  const record = { ...recordOf(compilation), options, engine, ...(machine ? { machine } : {}) }
  const now = new Date()
  const milliseconds = totalMilliseconds(compilation.times)
  const events: readonly RunEvent[] = [{ type: 'phase', phase: 'compile', milliseconds }, ...remarks(machine)]
  return startOn(
    record,
    events,
    () => claimRunDirectory(record.plan, workingDirectory, out, now),
    out ?? join(workingDirectory, 'runs'),
    { engine, onEvent },
  )
}

/** What a compilation leaves in the record of a run. */
export function recordOf({ artefacts, sources }: Compilation) {
  const { checked, ir, graph, plan } = artefacts
  invariant(checked?.pipeline && ir && graph && plan, 'a run starts from a whole compilation')
  return {
    plan,
    graph: graph.files,
    // The options are in the manifest; they are no file.
    sources: new Map(sources.files.filter(({ id }) => id !== optionFile).map(({ id, text }) => [id, text])),
    resolved: dumpChecked(checked.pipeline),
    ir: printModule(ir.module),
    model: printModule(modelOf(ir.portable)),
  }
}

/** What is deployed: images to outputs, with the weights and statistics that it reads. */
function modelOf({ name, state, functions }: IrModule): IrModule {
  const predict = functions.filter((fn) => fn.name === 'predict')
  return { name, state: state.filter(({ kind }) => kind !== 'slot'), functions: predict }
}

/** Writes the record to a directory that is claimed for it, and starts the engine process there. `place` is for messages: what is written to. */
export function startOn(
  record: RunRecord,
  events: readonly RunEvent[],
  claim: () => ClaimedDirectory,
  place: string,
  { engine, onEvent }: Pick<StartRequest, 'engine' | 'onEvent'>,
): StartedRun {
  const stamped = events.map((event): StampedEvent => ({ time: clock.now(), event }))
  const { directory, lock } = writingTo(place, () => {
    const claimed = claim()
    try {
      writeRunRecord(claimed.directory, record, new Date())
      for (const event of stamped) appendLine(eventsFile(claimed.directory), jsonLine(event))
    } catch (error) {
      claimed.giveUp()
      throw error
    }
    return claimed
  })
  for (const event of stamped) onEvent(event)
  return { directory, process: startEngineProcess({ directory, engine, onEvent, lock }) }
}

/** What measuring says against the pipeline's choices. */
function remarks(machine: MachineRecord | undefined): readonly RunEvent[] {
  if (machine === undefined) return []
  const { bf16 = 0, measuredOn, problem } = machine
  const warning = (message: string): RunEvent => ({ type: 'note', level: 'warning', message })
  const where = `${measuredOn.processor}, ${measuredOn.threads} threads`
  return [
    ...(bf16 > 1
      ? [
          warning(
            `bf16 is slower than float32 here: convolutions take ${bf16.toFixed(1)} times as long, measured on ${where}`,
          ),
        ]
      : []),
    ...(problem === undefined ? [] : [warning(`convolution algorithms: ${problem}`)]),
  ]
}

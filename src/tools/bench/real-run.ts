import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { dumpChecked } from '../../check/dump.js'
import { invariant } from '../../diagnostics/invariant.js'
import { engineEnvironment } from '../../driver/engine-process.js'
import { writeRunRecord } from '../../driver/run-directory.js'
import type { StampedEvent } from '../../events/events.js'
import { printModule } from '../../ir/print.js'
import type { EngineLocation } from '../../native/locate.js'
import { bundledProgram } from '../../native/package-root.js'
import { type BenchPipeline, compileBench } from './compiled.js'
import { lastWords } from './support.js'

/** A real run's engine process, with its workers, its events and its files; it stands still but for its slices. */
export interface RealRun {
  /** Lets it go on for so many milliseconds: images per second between the ends of its first and last reported steps. */
  slice(milliseconds: number): Promise<number>
  close(): Promise<void>
}

/** Starts a run as `draemc run` does and waits for its second epoch: by then the data's caches are full. */
export async function openRealRun(pipeline: BenchPipeline, engine: EngineLocation, out: string): Promise<RealRun> {
  const { checked, ir, graph, plan } = compileBench(pipeline, { lookAtDisk: true }).artefacts
  invariant(checked?.pipeline && ir && graph && plan, 'the bench compiles as far as the plan')
  const resolved = dumpChecked(checked.pipeline)
  const recorded = { plan, graph: graph.files, sources: new Map(), resolved, ir: printModule(ir.module), options: [] }
  const record = { ...recorded, engine }
  writeRunRecord(out, record, new Date())
  const child = fork(bundledProgram('train/engine.js'), [out], {
    env: engineEnvironment(engine.directory),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const talk = lastWords(child)
  let reports: { readonly time: number; readonly step: number }[] = []
  const isWarm = new Promise<void>((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`the run of ${pipeline.file} ended with ${code}:\n${talk()}`)))
    child.on('message', (message) => {
      const { time, event } = message as StampedEvent
      if (event.type !== 'step') return
      reports.push({ time, step: event.step })
      if (event.epoch > 1) resolve()
    })
  })
  await isWarm
  child.kill('SIGSTOP')
  return {
    slice: async (milliseconds) => {
      reports = []
      child.kill('SIGCONT')
      await wait(milliseconds)
      child.kill('SIGSTOP')
      // What it sent before it stood still.
      await wait(50)
      // The first report counts from before the pause: the time is taken from its end.
      const [first, last] = [reports[0], reports.at(-1)]
      invariant(first && last && last.step > first.step, `no two steps in ${milliseconds} ms`)
      return (1000 * (last.step - first.step) * plan.batch) / (last.time - first.time)
    },
    close: async () => {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

import { fork } from 'node:child_process'
import { engineEnvironment } from '../../driver/engine-process.js'
import { recordOf } from '../../driver/run.js'
import { writeRunRecord } from '../../driver/run-directory.js'
import type { StampedEvent } from '../../events/events.js'
import type { EngineLocation } from '../../native/locate.js'
import { bundledProgram } from '../../native/package-root.js'
import { type BenchPipeline, compileBench } from './compiled.js'
import { Peer, type ProgressSource } from './peer.js'

/** Starts a run as `draemc run` does, with its workers, its events and its files, and waits for its second epoch: by then the data's caches are full. */
export function openRealRun(pipeline: BenchPipeline, engine: EngineLocation, out: string): Promise<Peer> {
  const record = recordOf(compileBench(pipeline, { lookAtDisk: true }))
  writeRunRecord(out, { ...record, options: [], engine }, new Date())
  const child = fork(bundledProgram('train/engine.js'), [out], {
    env: engineEnvironment(engine.directory),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let epoch = 0
  const reportsOfSteps: ProgressSource = (run, report) => {
    run.on('message', (message) => {
      const { time, event } = message as StampedEvent
      if (event.type !== 'step') return
      epoch = event.epoch
      report({ milliseconds: time, images: event.step * record.plan.batch })
    })
  }
  return Peer.open(`the run of ${pipeline.file}`, child, reportsOfSteps, () => epoch > 1)
}

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeExampleData } from '../../data/example/write.js'
import { invariant } from '../../diagnostics/invariant.js'
import { startRun } from '../../driver/run.js'
import type { StampedEvent } from '../../events/events.js'
import type { EngineLocation } from '../../native/locate.js'
import { type BenchPipeline, compileBench } from './compiled.js'

export interface RunResult {
  readonly runs: readonly {
    readonly name: string
    readonly imagesPerSecond: number
    /** Images per second of the same step in a loop, its batch always the same. */
    readonly alone: number
    readonly share: number
  }[]
}

/** Measures the step alone in a process of its own: images per second. */
export type MeasureAlone = (pipeline: BenchPipeline) => Promise<number>

/** Whole runs on the example data, with their workers, against the step alone before and after. */
export async function measureRun(engine: EngineLocation, measureAlone: MeasureAlone): Promise<RunResult> {
  const directory = mkdtempSync(join(tmpdir(), 'draemc-bench-run-'))
  try {
    const data = join(directory, 'data')
    await writeExampleData(data, { seed: 1, size: 1 })
    const root = JSON.stringify(data)
    const pipelines: readonly (BenchPipeline & { readonly name: string })[] = [
      { name: 'quickstart', file: '../pipelines/quickstart.draem', set: { 'data.root': root, 'train.epochs': 4 } },
      { name: '128 x 128, widths 32/16', file: 'draem_sevnet.draem', set: { 'data.root': root, 'train.epochs': 2 } },
    ]
    const runs = []
    for (const pipeline of pipelines) {
      const before = await measureAlone(pipeline)
      const imagesPerSecond = await runOnce(pipeline, engine, join(directory, pipeline.file.replace(/\W/g, '_')))
      const alone = (before + (await measureAlone(pipeline))) / 2
      runs.push({ name: pipeline.name, imagesPerSecond, alone, share: imagesPerSecond / alone })
    }
    return { runs }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function runOnce(pipeline: BenchPipeline, engine: EngineLocation, out: string): Promise<number> {
  const compilation = compileBench(pipeline, true)
  const steps: { readonly time: number; readonly epoch: number; readonly step: number }[] = []
  const onEvent = ({ time, event }: StampedEvent) => {
    if (event.type === 'step') steps.push({ time, epoch: event.epoch, step: event.step })
  }
  const started = startRun({ compilation, engine, workingDirectory: process.cwd(), out, options: [], onEvent })
  const code = await started.process.ended
  invariant(code === 0, `the run of ${pipeline.file} ended with ${code}`)
  return throughput(steps, compilation.program?.plan.batch ?? 0)
}

/** Images per second between the first and the last report of each epoch but the first, which fills the caches. */
function throughput(
  steps: readonly { readonly time: number; readonly epoch: number; readonly step: number }[],
  batch: number,
): number {
  let [images, milliseconds] = [0, 0]
  for (const epoch of new Set(steps.map((step) => step.epoch))) {
    const ofEpoch = steps.filter((step) => step.epoch === epoch)
    const [first, last] = [ofEpoch[0], ofEpoch.at(-1)]
    if (first === undefined || last === undefined || epoch === steps[0]?.epoch) continue
    images += (last.step - first.step) * batch
    milliseconds += last.time - first.time
  }
  return (1000 * images) / milliseconds
}

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeExampleData } from '../../data/example/write.js'
import type { EngineLocation } from '../../native/locate.js'
import { openAlone } from './alone.js'
import type { BenchPipeline } from './compiled.js'
import { type Ratio, ratioToReference, takeTurns, withPeers } from './pairing.js'
import { openRealRun } from './real-run.js'
import { median } from './support.js'

export interface RunResult {
  readonly runs: readonly {
    readonly name: string
    readonly imagesPerSecond: number
    /** Images per second of the same step in a loop, its batch always the same. */
    readonly alone: number
    /** The run's throughput as a part of the step's. */
    readonly share: Ratio
  }[]
}

/** Trained for longer than it is watched, and never validated: throughput leaves validation out. */
const endless = { 'train.epochs': 10_000, 'train.validate': 'every(10000 epochs)' }

/** Whole runs on generated example data, with their workers, in turn with the same step alone. */
export async function measureRun(program: string, engine: EngineLocation): Promise<RunResult> {
  const directory = mkdtempSync(join(tmpdir(), 'draemc-bench-run-'))
  try {
    const data = join(directory, 'data')
    await writeExampleData('hdmap-example', data, { seed: 1, size: 1 })
    const set = { ...endless, 'data.root': JSON.stringify(data) }
    const pipelines: readonly (BenchPipeline & { readonly name: string })[] = [
      { name: 'quickstart', file: '../pipelines/quickstart.draem', set },
      { name: '128 x 128, batch 4, widths 32/16', file: 'draem_sevnet.draem', set },
    ]
    const runs = []
    for (const [index, pipeline] of pipelines.entries()) {
      runs.push({ name: pipeline.name, ...(await measurePair(program, engine, pipeline, join(directory, `${index}`))) })
    }
    return { runs }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function measurePair(program: string, engine: EngineLocation, pipeline: BenchPipeline, out: string) {
  const open = [
    () => openAlone('the step alone', program, engine.directory, { kind: 'compiled', ...pipeline }),
    () => openRealRun(pipeline, engine, out),
  ]
  return withPeers(open, async (peers) => {
    const turns = await takeTurns(peers, { rounds: 6, sliceMilliseconds: 4000 })
    return {
      imagesPerSecond: median(turns.others[0] ?? []),
      alone: median(turns.reference),
      share: ratioToReference(turns),
    }
  })
}

import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { engineEnvironment } from '../../driver/engine-process.js'

/** Gives `work` a directory with the graph's files in it, for as long as it takes. */
export function inTemporaryDirectory<Result>(
  graph: ReadonlyMap<string, Uint8Array>,
  work: (directory: string) => Result,
): Result {
  const directory = mkdtempSync(join(tmpdir(), 'draemc-bench-'))
  try {
    for (const [name, bytes] of graph) writeFileSync(join(directory, name), bytes)
    return work(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Of an even number of values the mean of the middle two. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** Linear between the two nearest of the sorted values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const place = share * (sorted.length - 1)
  const at = (index: number) => sorted[index] ?? Number.NaN
  const below = Math.floor(place)
  return at(below) + (place - below) * (at(Math.ceil(place)) - at(below))
}

/** What a child process of the bench is given: which measurement, the engine, what to run in a loop. */
export function programEnvironment(
  name: string,
  engine: string,
  workload: unknown = {},
  environment?: 'plain',
): NodeJS.ProcessEnv {
  return {
    ...(environment === 'plain' ? { ...process.env, DRAEMC_ENGINE_DIR: engine } : engineEnvironment(engine)),
    // As a run sets it.
    TF_NUM_INTRAOP_THREADS: process.env.TF_NUM_INTRAOP_THREADS ?? String(availableParallelism()),
    DRAEMC_BENCH: name,
    DRAEMC_BENCH_WORKLOAD: JSON.stringify(workload),
  }
}

/** Keeps the end of a child's stderr, for the error that reports its exit. */
export function keepEnd(child: ChildProcess): () => string {
  let end = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    end = (end + chunk.toString('utf8')).slice(-4000)
  })
  return () => end
}

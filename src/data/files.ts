import { relative, sep } from 'node:path'
import { createCacheMemory } from './cache.js'
import type { EvaluationSet } from './contract.js'
import type { DataError } from './errors.js'
import { evaluationSet, SlotStore } from './evaluation-set.js'
import { digestBytes, type WorkerSetup } from './job.js'
import type { OpenOptions } from './open.js'
import { type DataPlan, preparationOf } from './parameters.js'
import { createPool } from './pool.js'
import { errorOf, scanAll } from './scan.js'

/** Images to predict on: prepared as those of the run, without labels. */
export interface OpenedFiles {
  /** What cannot be used, by its place in the list of files. */
  readonly errors: ReadonlyMap<number, DataError>
  /** The others, in the order of the list. */
  readonly numbers: readonly number[]
  /** A batch's samples are those of `numbers`, in their order. */
  readonly set: EvaluationSet
  close(): Promise<void>
}

/**
 * Reads every file once, and what the cache has no room for once more. Noise that pads an image is a function of its name
 * below the run's data, so a test image is what it was in the run.
 *
 * @param files absolute paths.
 */
export async function openFiles(
  plan: DataPlan,
  files: readonly string[],
  { workers, onProgress = () => undefined, workerFile }: OpenOptions,
): Promise<OpenedFiles> {
  const { root, cache } = plan.data.parameters
  const { height, width, channels } = plan.image
  const setup: WorkerSetup = {
    root,
    drawable: new Map(),
    files: files.map((file) => ({ file: relative(root, file).split(sep).join('/'), kind: 'image' })),
    digests: new SharedArrayBuffer(digestBytes * files.length),
    preparation: preparationOf(plan),
    synthesis: plan.synthesis,
    cache: createCacheMemory(files.length, files.length * channels, 4 * height * width, cache * 2 ** 20),
  }
  const pool = createPool(setup, workers, workerFile)
  try {
    const scanned = await scanAll(pool, setup, onProgress)
    const errors = new Map(
      scanned.flatMap((file) => {
        const error = errorOf(file, setup)
        return error === undefined ? [] : [[file.file, error] as const]
      }),
    )
    const numbers = files.map((_, number) => number).filter((number) => !errors.has(number))
    const planned = numbers.map((number) => ({
      recipe: { file: number, synthetic: false },
      sample: { file: files[number] ?? '', label: 0, hasMask: false } as const,
    }))
    const store = new SlotStore(() => pool.createSlot({ samples: plan.evalBatch, height, width, channels }))
    const set = evaluationSet({ name: 'files', role: 'val' }, planned, plan.evalBatch, pool, store)
    return { errors, numbers, set, close: () => pool.close() }
  } catch (error) {
    await pool.close()
    throw error
  }
}

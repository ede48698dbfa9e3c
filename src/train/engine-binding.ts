import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { locateEngine } from '../native/locate.js'
import { RunFailure } from './failure.js'

/** The engine refused or failed; `message` is TensorFlow's own words after what was tried. */
export class EngineError extends Error {
  override readonly name = 'EngineError'
}

export type EngineArray = Float32Array | Int32Array

interface TensorMetadata {
  readonly id: number
  readonly shape: readonly number[]
  readonly dtype: number
}

/**
 * What draemc uses of the native addon of `@tensorflow/tfjs-node-gpu` (its `src/tfjs_binding.ts`). Loading the addon alone,
 * without the package's JavaScript kernels, saves most of a second at every start.
 */
export interface EngineBinding {
  readonly TF_FLOAT: number
  readonly TF_INT32: number
  readonly TF_Version: string
  createTensor(shape: readonly number[], dtype: number, values: EngineArray): number
  deleteTensor(id: number): void
  tensorDataSync(id: number): EngineArray
  getNumOfTensors(): number
  loadSavedModel(directory: string, tags: string): number
  deleteSavedModel(id: number): void
  runSavedModel(
    id: number,
    inputs: readonly number[],
    inputNames: string,
    outputNames: string,
  ): readonly TensorMetadata[]
  isUsingGpuDevice(): boolean
}

const addonPath = ['node_modules', '@tensorflow', 'tfjs-node-gpu', 'lib', 'napi-v8', 'tfjs_binding.node']

/**
 * What the library reads when it is loaded, where the user's environment does not say otherwise. TensorFlow uses oneDNN by itself
 * only on processors with AVX512_VNNI or the like; on one with AVX2 alone a training step without it takes 1.4 times as long.
 */
export const libraryEnvironment = { TF_CPP_MIN_LOG_LEVEL: '2', TF_ENABLE_ONEDNN_OPTS: '1' } as const

/**
 * Loads the native engine from the directory whose `node_modules` holds the package with its compiled addon.
 * TensorFlow reads its environment (`TF_NUM_INTRAOP_THREADS`, ...) at this moment and at the first session.
 */
export function loadEngine(directory: string): EngineBinding {
  const addon = join(directory, ...addonPath)
  if (!existsSync(addon)) throw new EngineError(`there is no native engine in ${directory}`)
  for (const [name, value] of Object.entries(libraryEnvironment)) process.env[name] ??= value
  try {
    return createRequire(import.meta.url)(addon) as EngineBinding
  } catch (cause) {
    throw new EngineError(`the native engine in ${directory} does not load: ${messageOf(cause)}`, { cause })
  }
}

export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

/** The engine that the environment names, else the newest one installed. @throws RunFailure where there is none. */
export function loadInstalledEngine(): EngineBinding {
  const location = locateEngine()
  if (!location) throw new RunFailure(1, 'no-engine', 'no native engine is installed', 'Run `draemc engine install`.')
  return loadEngine(location.directory)
}

import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { readText } from '../files/reading.js'
import { type Device, engineName } from './releases.js'

/** A native engine on disk: the folder whose `node_modules` has the compiled binding beside its libraries. */
export interface EngineLocation {
  readonly directory: string
  readonly name: string
  readonly device: Device
  readonly manifest: EngineManifest | undefined
}

/** `engine.json`, written last: its presence says that the engine is whole. */
export interface EngineManifest {
  readonly format: 1
  readonly name: string
  readonly device: Device
  readonly tensorflow: string
  readonly binding: string
  readonly wheelSha256: string
  /** sha256 of each native file, relative to the engine's folder. */
  readonly files: Readonly<Record<string, string>>
  /** sha256 over all JavaScript of its packages; absent where the engine is of an older draemc. */
  readonly javascript?: string
  readonly bytes: number
}

export const manifestFile = 'engine.json'
const bindingFile = 'node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node'

/** Per-user cache: `DRAEMC_CACHE`, else `$XDG_CACHE_HOME/draemc`, else `~/.cache/draemc`. */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.DRAEMC_CACHE) return resolve(environment.DRAEMC_CACHE)
  const base = environment.XDG_CACHE_HOME || join(homedir(), '.cache')
  return join(base, 'draemc')
}

export function enginesDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return join(cacheDirectory(environment), 'engines')
}

/**
 * The engine that a run uses: `DRAEMC_ENGINE_DIR` where it is set, else the CUDA engine where it is installed and
 * `DRAEMC_DEVICE` is not `cpu`, else the CPU one. Undefined: none is installed.
 */
export function locateEngine(environment: NodeJS.ProcessEnv = process.env): EngineLocation | undefined {
  if (environment.DRAEMC_ENGINE_DIR) return readEngine(resolve(environment.DRAEMC_ENGINE_DIR))
  const order: readonly Device[] = environment.DRAEMC_DEVICE === 'cpu' ? ['cpu'] : ['cuda', 'cpu']
  for (const device of order) {
    const engine = readEngine(join(enginesDirectory(environment), engineName(device)))
    if (engine?.manifest) return engine
  }
  return undefined
}

export function listEngines(environment: NodeJS.ProcessEnv = process.env): readonly EngineLocation[] {
  const directory = enginesDirectory(environment)
  if (!existsSync(directory)) return []
  return readdirSync(directory)
    .sort()
    .flatMap((name) => {
      const engine = readEngine(join(directory, name))
      return engine?.manifest ? [engine] : []
    })
}

function readEngine(directory: string): EngineLocation | undefined {
  if (!existsSync(join(directory, bindingFile))) return undefined
  const manifest = readManifest(join(directory, manifestFile))
  return {
    directory,
    name: manifest?.name ?? directory,
    device: manifest?.device ?? 'cpu',
    manifest,
  }
}

function readManifest(path: string): EngineManifest | undefined {
  try {
    const parsed: unknown = JSON.parse(readText(path))
    return isManifest(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

function isManifest(value: unknown): value is EngineManifest {
  return (
    typeof value === 'object' &&
    value !== null &&
    'format' in value &&
    value.format === 1 &&
    'name' in value &&
    typeof value.name === 'string' &&
    'device' in value &&
    (value.device === 'cpu' || value.device === 'cuda')
  )
}

import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { readBytes } from '../files/reading.js'
import type { EngineLocation } from '../native/locate.js'
import { bundledProgram, packageVersion } from '../native/package-root.js'
import type { Device } from '../native/releases.js'
import { operatorThreads } from '../native/surroundings.js'
import type { RunPlan } from '../plan/run-plan.js'
import type { RecordedAllow } from '../plan/settings.js'
import { libraryEnvironment } from '../train/engine-binding.js'
import type { MachineRecord } from './machine.js'

/** `manifest.json`: what a run was made of and where. */
export interface RunManifest {
  readonly format: 2
  readonly name: string
  readonly hash: string
  readonly started: string
  readonly seed: number
  readonly precision: string
  readonly options: readonly string[]
  readonly allowed: readonly RecordedAllow[]
  readonly versions: RunVersions
  readonly device: RunDevice
  readonly machine?: MachineRecord
  readonly hashes: {
    readonly sources: Readonly<Record<string, string>>
    readonly graph: string
  }
}

export interface RunVersions {
  readonly draemc: string
  /** Of the program that trains: another build may compute otherwise. */
  readonly program: string
  readonly node: string
  readonly tensorflow: string
  readonly binding: string
}

export interface RunDevice {
  readonly engine: string
  readonly kind: Device
  readonly platform: string
  readonly processor: string
  readonly cores: number
  /** That an operator is split over. */
  readonly threads: number
  /** What the library reads that changes what it computes. */
  readonly environment: Readonly<Record<string, string>>
  /** Relative to the engine's directory. */
  readonly libraries: readonly NativeLibrary[]
}

export interface NativeLibrary {
  readonly file: string
  readonly bytes: number
  /** ISO 8601. */
  readonly modified: string
}

export function versionsOf(engine: EngineLocation): RunVersions {
  return {
    draemc: packageVersion(),
    program: programHash(),
    node: process.version,
    tensorflow: engine.manifest?.tensorflow ?? 'unknown',
    binding: engine.manifest?.binding ?? 'unknown',
  }
}

export function deviceOf(engine: EngineLocation): RunDevice {
  return {
    engine: engine.name,
    kind: engine.device,
    platform: `${process.platform}-${process.arch}`,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    threads: operatorThreads(),
    environment: Object.fromEntries(
      Object.entries(libraryEnvironment).map(([name, value]) => [name, process.env[name] ?? value]),
    ),
    libraries: librariesOf(engine),
  }
}

/** What a run of this pipeline computes with, whatever the environment says by then: as at its start. */
export function pinnedEnvironment({ threads, environment }: RunDevice): NodeJS.ProcessEnv {
  return { ...environment, TF_NUM_INTRAOP_THREADS: String(threads) }
}

function librariesOf({ directory, manifest }: EngineLocation): readonly NativeLibrary[] {
  return Object.keys(manifest?.files ?? {}).map((file) => {
    const status = statSync(join(directory, file), { throwIfNoEntry: false })
    return { file, bytes: status?.size ?? 0, modified: (status?.mtime ?? new Date(0)).toISOString() }
  })
}

/** What they import has its own hash in its name. */
function programHash(): string {
  const hash = createHash('sha256')
  for (const name of ['train/engine.js', 'data/worker.js'] as const) hash.update(readBytes(bundledProgram(name)))
  return hash.digest('hex').slice(0, 16)
}

/** What forbids to go on with a run, and what only may give other bits. */
export interface Surroundings {
  readonly refused: readonly string[]
  readonly warned: readonly string[]
}

export function compareSurroundings(before: RunManifest, engine: EngineLocation): Surroundings {
  const [versions, device] = [versionsOf(engine), deviceOf(engine)]
  const differ = (what: string, was: string, is: string): readonly string[] =>
    was === is ? [] : [`${what} is ${is}, and was ${was}`]
  return {
    refused: [
      ...differ('draemc', before.versions.draemc, versions.draemc),
      ...differ('the build of draemc', before.versions.program, versions.program),
      ...differ('TensorFlow', before.versions.tensorflow, versions.tensorflow),
      ...differ('the binding', before.versions.binding, versions.binding),
      ...differ('the native engine', before.device.engine, device.engine),
      ...differ('the platform', before.device.platform, device.platform),
      ...before.device.libraries.flatMap(({ file, bytes }) =>
        differ(`${file}`, `${bytes} bytes`, `${device.libraries.find((each) => each.file === file)?.bytes ?? 0} bytes`),
      ),
    ],
    warned: [
      ...differ('Node.js', before.versions.node, versions.node),
      ...differ('the processor', before.device.processor, device.processor),
      ...before.device.libraries.flatMap(({ file, modified }) => {
        const is = device.libraries.find((each) => each.file === file)?.modified ?? 'missing'
        return is === modified ? [] : [`${file} was written ${is}, after the run began: see \`draemc doctor\``]
      }),
    ],
  }
}

interface Made {
  readonly plan: RunPlan
  readonly sources: Readonly<Record<string, string>>
  readonly graph: string
  readonly options: readonly string[]
  readonly engine: EngineLocation
  readonly machine?: MachineRecord
}

/** @param made with the sha256 of each source and of the graph. */
export function makeManifest({ plan, sources, graph, options, engine, machine }: Made, now: Date): RunManifest {
  return {
    format: 2,
    name: plan.name,
    hash: plan.hash,
    started: now.toISOString(),
    seed: plan.seed,
    precision: plan.train.precision,
    options,
    allowed: plan.allows,
    versions: versionsOf(engine),
    device: deviceOf(engine),
    ...(machine ? { machine } : {}),
    // Of the data: `data.json`, which the engine process writes after its scan.
    hashes: { sources, graph },
  }
}

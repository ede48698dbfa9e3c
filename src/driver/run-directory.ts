import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { replaceContent } from '../files/replace.js'
import { makeDirectory } from '../files/writing.js'
import type { EngineLocation } from '../native/locate.js'
import { packageVersion } from '../native/package-root.js'
import type { RunPlan } from '../plan/run-plan.js'
import type { MachineRecord } from './machine.js'

/** What a run directory holds before its first step. Files by path relative to it. */
export interface RunRecord {
  readonly plan: RunPlan
  /** The sources that were read, by the path shown: the pipeline and what it imports. */
  readonly sources: ReadonlyMap<string, string>
  readonly resolved: string
  readonly ir: string
  /** The target's files, by their path below `graph/`. */
  readonly graph: ReadonlyMap<string, Uint8Array>
  readonly options: readonly string[]
  readonly engine: EngineLocation
  readonly machine?: MachineRecord
}

/** The directory asked for is not empty: a run never writes over another. */
export class RunDirectoryInUse extends Error {
  override readonly name = 'RunDirectoryInUse'
}

/** `runs/<name>/<time>-<hash>` under the working directory, or the directory that `--out` names. */
export function chooseRunDirectory(
  plan: RunPlan,
  workingDirectory: string,
  out: string | undefined,
  now: Date,
): string {
  if (out !== undefined) {
    if (existsSync(out) && readdirSync(out).length > 0) throw new RunDirectoryInUse(`${out} is not empty`)
    return out
  }
  const base = join(workingDirectory, 'runs', plan.name)
  const id = `${timestamp(now)}-${plan.hash}`
  let directory = join(base, id)
  for (let n = 2; existsSync(directory); n++) directory = join(base, `${id}-${n}`)
  return directory
}

/** One event a line: the command's, then the engine process'. */
export function eventsFile(directory: string): string {
  return join(directory, 'events.jsonl')
}

export function writeRunRecord(directory: string, record: RunRecord, now: Date): void {
  makeDirectory(directory)
  const write = (name: string, content: string | Uint8Array): void => {
    const path = join(directory, name)
    makeDirectory(dirname(path))
    replaceContent(path, content)
  }
  for (const [path, text] of record.sources) write(join('source', sourceName(path)), text)
  write('resolved.txt', record.resolved)
  write('settings.json', json({ settings: record.plan.origins, allows: record.plan.allows }))
  write('ir.txt', record.ir)
  for (const [path, bytes] of record.graph) write(join('graph', path), bytes)
  write('manifest.json', json(manifest(record, now)))
  // The plan comes last: a directory with a plan is whole.
  write('plan.json', json(record.plan))
}

function manifest(record: RunRecord, now: Date): object {
  const { plan, engine } = record
  return {
    format: 1,
    name: plan.name,
    hash: plan.hash,
    started: now.toISOString(),
    seed: plan.seed,
    precision: plan.train.precision,
    options: record.options,
    allowed: plan.allows,
    versions: {
      draemc: packageVersion(),
      node: process.version,
      tensorflow: engine.manifest?.tensorflow ?? 'unknown',
      binding: engine.manifest?.binding ?? 'unknown',
    },
    device: {
      engine: engine.name,
      kind: engine.device,
      platform: `${process.platform}-${process.arch}`,
      processor: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
    },
    ...(record.machine ? { machine: record.machine } : {}),
    hashes: {
      sources: Object.fromEntries([...record.sources].map(([path, text]) => [sourceName(path), sha256(text)])),
      graph: sha256(...record.graph.values()),
      // Of the data: `data.json`, which the engine process writes after its scan.
    },
  }
}

/** `20261123-201501`, in UTC so that ids sort by time wherever they were made. */
function timestamp(now: Date): string {
  return now.toISOString().slice(0, 19).replaceAll('-', '').replaceAll(':', '').replace('T', '-')
}

function sourceName(path: string): string {
  return path
    .split(/[\\/]/)
    .slice(-2)
    .join('/')
    .replace(/^\.+\//, '')
}

function sha256(...contents: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const content of contents) hash.update(content)
  return hash.digest('hex')
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

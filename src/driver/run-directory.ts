import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { printFingerprints } from '../files/fingerprints.js'
import { sha256 } from '../files/hash.js'
import { DirectoryInUse, type DirectoryLock, isLockName, lockDirectory } from '../files/lock.js'
import { isLeftover, replaceContent } from '../files/replace.js'
import { systemErrorCode } from '../files/system-error.js'
import { makeDirectory } from '../files/writing.js'
import type { EngineLocation } from '../native/locate.js'
import { type EvaluationRequest, evaluationFile } from '../plan/evaluation.js'
import type { RunPlan } from '../plan/run-plan.js'
import type { MachineRecord } from './machine.js'
import { makeManifest } from './manifest.js'

/** What a run directory holds before its first step. Files by path relative to it. */
export interface RunRecord {
  readonly plan: RunPlan
  /** The sources that were read, by the path shown: the pipeline and what it imports. */
  readonly sources: ReadonlyMap<string, string>
  readonly resolved: string
  readonly ir: string
  /** Text of the program that is deployed. */
  readonly model: string
  /** The target's files, by their path below `graph/`. */
  readonly graph: ReadonlyMap<string, Uint8Array>
  readonly options: readonly string[]
  readonly engine: EngineLocation
  readonly machine?: MachineRecord
  /** Of a directory that evaluates weights, and trains none. */
  readonly evaluation?: EvaluationRequest
}

/** The directory asked for is not empty: a run never writes over another. */
export class RunDirectoryInUse extends Error {
  override readonly name = 'RunDirectoryInUse'
}

/** A directory that this process alone writes to. */
export interface ClaimedDirectory {
  readonly directory: string
  readonly lock: DirectoryLock
  /** Removes what a run left that did not come to a whole record, and the directory where it was made for it. */
  giveUp(): void
}

/**
 * Takes `runs/<name>/<time>-<hash>` under the working directory, or the directory that `--out` names. One in which a run ended before its
 * record was whole is nobody's: what that run wrote is removed.
 *
 * @throws RunDirectoryInUse, DirectoryInUse
 */
export function claimRunDirectory(
  plan: RunPlan,
  workingDirectory: string,
  out: string | undefined,
  now: Date,
): ClaimedDirectory {
  return claimDirectory(out ?? { below: join(workingDirectory, 'runs', plan.name), hash: plan.hash }, now)
}

/** As `claimRunDirectory`, below any other. */
export function claimDirectory(
  out: string | { readonly below: string; readonly hash: string },
  now: Date,
): ClaimedDirectory {
  if (typeof out !== 'string') return claim(makeNewDirectory(out.below, now, out.hash), true)
  const isThere = existsSync(out)
  if (isThere) refuseContent(out, readdirSync(out).some(isLockName))
  else makeDirectory(out)
  return claim(out, !isThere)
}

function makeNewDirectory(base: string, now: Date, hash: string): string {
  makeDirectory(base)
  const id = `${timestamp(now)}-${hash}`
  for (let n = 1; ; n++) {
    const directory = join(base, n === 1 ? id : `${id}-${n}`)
    try {
      mkdirSync(directory)
      return directory
    } catch (error) {
      if (systemErrorCode(error) !== 'EEXIST') throw error
    }
  }
}

function claim(directory: string, isNew: boolean): ClaimedDirectory {
  try {
    const lock = lockDirectory(directory)
    try {
      refuseContent(directory, lock.isTakenOver)
      removeRecord(directory)
    } catch (error) {
      lock.release()
      throw error
    }
    const giveUp = (): void => {
      removeRecord(directory)
      lock.release()
      if (isNew && readdirSync(directory).length === 0) rmdirSync(directory)
    }
    return { directory, lock, giveUp }
  } catch (error) {
    if (isNew && !(error instanceof DirectoryInUse)) rmSync(directory, { recursive: true, force: true })
    throw error
  }
}

/** @param isAbandoned whether a lock says that a run had the directory, and so took it empty. */
function refuseContent(directory: string, isAbandoned: boolean): void {
  const names = readdirSync(directory).filter((name) => !isLockName(name))
  if (names.length === 0) return
  if (names.includes(planFile))
    throw new RunDirectoryInUse(`${directory} holds a run; \`draemc run --resume ${directory}\` goes on with it`)
  if (!isAbandoned || !names.every(isOfRecord)) throw new RunDirectoryInUse(`${directory} is not empty`)
}

function removeRecord(directory: string): void {
  for (const name of readdirSync(directory))
    if (isOfRecord(name)) rmSync(join(directory, name), { recursive: true, force: true })
}

/** One event a line: the command's, then the engine process'. */
export function eventsFile(directory: string): string {
  return join(directory, 'events.jsonl')
}

/** `sha256sum -c record.sha256` compares what the run was made of with what is there. */
export const recordFile = 'record.sha256'
export const planFile = 'plan.json'
export const manifestFile = 'manifest.json'
export const irFile = 'ir.txt'
export const modelFile = 'model.txt'
export const resolvedFile = 'resolved.txt'

/** What there may be before the engine process begins. */
const recordNames: ReadonlySet<string> = new Set([
  'source',
  'graph',
  recordFile,
  resolvedFile,
  'settings.json',
  irFile,
  modelFile,
  evaluationFile,
  manifestFile,
  planFile,
  'events.jsonl',
])
const isOfRecord = (name: string): boolean => recordNames.has(name) || isLeftover(name)

export function writeRunRecord(directory: string, record: RunRecord, now: Date): void {
  const { plan, options, engine, machine } = record
  const sources = new Map([...record.sources].map(([path, text]) => [sourceName(path), text]))
  const hashes = Object.fromEntries([...sources].map(([name, text]) => [name, sha256(text)]))
  const made = { plan, options, engine, sources: hashes, graph: sha256(...record.graph.values()) }
  const files = new Map<string, string | Uint8Array>([
    ...[...sources].map(([name, text]): [string, string] => [`source/${name}`, text]),
    [resolvedFile, record.resolved],
    ['settings.json', json({ settings: plan.origins, allows: plan.allows })],
    [irFile, record.ir],
    [modelFile, record.model],
    ...[...record.graph].map(([path, bytes]): [string, Uint8Array] => [`graph/${path}`, bytes]),
    ...(record.evaluation ? [[evaluationFile, json(record.evaluation)] as const] : []),
    [manifestFile, json(makeManifest({ ...made, ...(machine ? { machine } : {}) }, now))],
    [planFile, json(plan)],
  ])
  const fingerprints = [...files].map(([file, content]) => ({ file, sha256: sha256(content) }))
  // The plan comes last: a directory with a plan is whole.
  for (const [name, content] of new Map([[recordFile, printFingerprints(fingerprints)], ...files])) {
    const path = join(directory, name)
    makeDirectory(dirname(path))
    replaceContent(path, content)
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

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

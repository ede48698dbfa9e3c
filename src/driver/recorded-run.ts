import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import {
  compareFingerprints,
  describeDifferences,
  type FileFingerprint,
  listedIn,
  printFingerprints,
} from '../files/fingerprints.js'
import { sha256 } from '../files/hash.js'
import { isRecord } from '../files/json.js'
import { readRegularFileSync } from '../files/read-regular.js'
import { planFormat, type RunPlan } from '../plan/run-plan.js'
import { resultsName, resultsRecord } from '../train/results.js'
import type { RunManifest } from './manifest.js'
import {
  eventsFile,
  irFile,
  manifestFile,
  modelFile,
  planFile,
  type RunRecord,
  recordFile,
  resolvedFile,
} from './run-directory.js'

/** A directory is no whole run: why, and what can be done. */
export class NoWholeRun extends Error {
  override readonly name = 'NoWholeRun'

  constructor(
    message: string,
    readonly help: string,
  ) {
    super(message)
  }
}

/** What a run directory says of its run. */
export interface RecordedRun {
  readonly directory: string
  readonly plan: RunPlan
  readonly manifest: RunManifest
  /** Text of the program after all passes. */
  readonly ir: string
  /** Text of the program that is deployed; empty in a run of an earlier version. */
  readonly model: string
  /** Whether it ended with all of its results. */
  readonly isCompleted: boolean
}

/** Bytes of a file of the record: that of a graph with its constants. */
const largestFile = 2 ** 31 - 1

/** Whether it is meant as a run directory, rather than as a pipeline file. */
export function isRunDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

/**
 * Reads the record of a run, every file of it.
 *
 * @throws NoWholeRun where the directory holds no whole run, or a file is not what was recorded.
 */
export function openRun(directory: string): RecordedRun {
  if (!existsSync(directory))
    throw new NoWholeRun(`there is no directory ${directory}`, 'name a directory that `draemc run` made')
  const recorded = readText(directory, recordFile)
  const planText = readText(directory, planFile)
  if (recorded === undefined || planText === undefined) {
    const lacking = recorded === undefined ? recordFile : planFile
    throw new NoWholeRun(
      `${directory} holds no whole run: it has no ${lacking}`,
      `name a directory that \`draemc run\` made; to start a run in this one: draemc run FILE --out ${directory}`,
    )
  }
  const listed = listedIn(recorded)
  const files = listed.flatMap((file): FileFingerprint[] => {
    const bytes = read(directory, file)
    return bytes === undefined ? [] : [{ file, sha256: sha256(bytes) }]
  })
  const differences = describeDifferences(compareFingerprints(recorded, files))
  const isWhole =
    recorded === printFingerprints(files) &&
    new Set(listed).size === listed.length &&
    [planFile, manifestFile].every((file) => listed.includes(file))
  if (!isWhole)
    throw new NoWholeRun(
      `the files of ${directory} are not those that ${recordFile} lists: ${differences || 'it is not whole itself'}`,
      'bring them back from a copy, or start a new run',
    )
  const events = eventsFile(directory)
  if (statSync(events, { throwIfNoEntry: false })?.isFile() === false)
    throw new NoWholeRun(`${events} is no regular file`, 'bring it back from a copy')
  const plan = JSON.parse(planText) as { readonly format: unknown }
  if (plan.format !== planFormat)
    throw new NoWholeRun(
      `${directory} was written by another version of draemc: its plan has the format ${String(plan.format)}, and this one reads ${planFormat}`,
      'use the version that its manifest.json names, or start a new run',
    )
  const manifest = JSON.parse(readText(directory, manifestFile) ?? '') as RunManifest
  const ir = readText(directory, irFile) ?? ''
  return {
    directory,
    plan: plan as RunPlan,
    manifest,
    ir,
    model: readText(directory, modelFile) ?? '',
    isCompleted: completedResults(directory) !== undefined,
  }
}

/** What a run was made of, without its plan. */
export function readRecord(directory: string): Pick<RunRecord, 'graph' | 'sources' | 'resolved' | 'ir' | 'model'> {
  const listed = listedIn(readText(directory, recordFile) ?? '')
  const below = (folder: string) =>
    listed.flatMap((file) => (file.startsWith(`${folder}/`) ? [file.slice(folder.length + 1)] : []))
  const graph = below('graph').map((file): [string, Uint8Array] => [
    file,
    read(directory, `graph/${file}`) ?? Buffer.of(),
  ])
  const sources = below('source').map((file): [string, string] => [file, readText(directory, `source/${file}`) ?? ''])
  const resolved = readText(directory, resolvedFile) ?? ''
  const ir = readText(directory, irFile) ?? ''
  const model = readText(directory, modelFile) ?? ''
  return { graph: new Map(graph), sources: new Map(sources), resolved, ir, model }
}

/** The results of a run that ended with all of them. Damaged ones, or ones that were changed, are none: they are written again. */
export function completedResults(directory: string): Readonly<Record<string, unknown>> | undefined {
  const [text, recorded] = [readText(directory, resultsName), readText(directory, resultsRecord)]
  if (text === undefined || recorded === undefined) return undefined
  const { changed } = compareFingerprints(recorded, [{ file: resultsName, sha256: sha256(text) }])
  const results: unknown = changed.length === 0 ? JSON.parse(text) : undefined
  return isRecord(results) && results.outcome === 'completed' ? results : undefined
}

function readText(directory: string, file: string): string | undefined {
  return read(directory, file)?.toString('utf8')
}

function read(directory: string, file: string): Buffer | undefined {
  const content = readRegularFileSync(join(directory, file), largestFile)
  return content.kind === 'read' ? content.bytes : undefined
}

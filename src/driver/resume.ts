import { createHash } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { now } from '../events/clock.js'
import type { RunEvent, StampedEvent } from '../events/events.js'
import { appendLine } from '../files/append.js'
import {
  compareFingerprints,
  describeDifferences,
  type FileFingerprint,
  listedIn,
  printFingerprints,
} from '../files/fingerprints.js'
import { lockDirectory } from '../files/lock.js'
import { readRegularFileSync } from '../files/read-regular.js'
import type { EngineLocation } from '../native/locate.js'
import type { RunPlan } from '../plan/run-plan.js'
import { jsonLine } from '../source/visible.js'
import { resultsName } from '../train/results.js'
import { startEngineProcess } from './engine-process.js'
import { compareSurroundings, pinnedEnvironment, type RunManifest } from './manifest.js'
import type { StartedRun } from './run.js'
import { eventsFile, manifestFile, planFile, recordFile } from './run-directory.js'

/** A run that cannot go on: why, and what can be done. */
export class CannotResume extends Error {
  override readonly name = 'CannotResume'

  constructor(
    message: string,
    readonly help?: string,
  ) {
    super(message)
  }
}

/** What a run directory says of its run. */
export interface RecordedRun {
  readonly directory: string
  readonly plan: RunPlan
  readonly manifest: RunManifest
  /** Whether it ended with all of its results. */
  readonly isCompleted: boolean
}

/** Bytes of a file of the record: that of a graph with its constants. */
const largestFile = 2 ** 31 - 1

/**
 * Reads the record of a run, every file of it.
 *
 * @throws CannotResume where the directory holds no whole run, or a file is not what was recorded.
 */
export function openRun(directory: string): RecordedRun {
  if (!existsSync(directory)) throw new CannotResume(`there is no directory ${directory}`)
  const recorded = readText(directory, recordFile)
  const planText = readText(directory, planFile)
  if (recorded === undefined || planText === undefined) {
    const lacking = recorded === undefined ? recordFile : planFile
    throw new CannotResume(
      `${directory} holds no whole run: it has no ${lacking}`,
      `start it anew: draemc run FILE --out ${directory}`,
    )
  }
  const listed = listedIn(recorded)
  const files = listed.flatMap((file): FileFingerprint[] => {
    const bytes = read(directory, file)
    return bytes === undefined ? [] : [{ file, sha256: createHash('sha256').update(bytes).digest('hex') }]
  })
  const differences = describeDifferences(compareFingerprints(recorded, files))
  const isWhole = recorded === printFingerprints(files) && listed.includes(planFile) && listed.includes(manifestFile)
  if (!isWhole)
    throw new CannotResume(
      `the files of ${directory} are not those that ${recordFile} lists: ${differences || 'it is not whole itself'}`,
      'bring them back from a copy, or start a new run',
    )
  const events = eventsFile(directory)
  if (statSync(events, { throwIfNoEntry: false })?.isFile() === false)
    throw new CannotResume(`${events} is no regular file`, 'bring it back from a copy')
  const manifest = JSON.parse(readText(directory, manifestFile) ?? '') as RunManifest
  return { directory, plan: JSON.parse(planText) as RunPlan, manifest, isCompleted: isCompleted(directory) }
}

/** Results that are damaged are none: they are written again. */
function isCompleted(directory: string): boolean {
  try {
    const results: unknown = JSON.parse(readText(directory, resultsName) ?? '')
    return typeof results === 'object' && results !== null && 'outcome' in results && results.outcome === 'completed'
  } catch {
    return false
  }
}

export interface ResumeRequest {
  readonly run: RecordedRun
  readonly engine: EngineLocation
  readonly onEvent: (event: StampedEvent) => void
}

/** Starts the engine process on a run that ended before its end. @throws CannotResume in surroundings that would give other bits; DirectoryInUse. */
export function resumeRun({ run, engine, onEvent }: ResumeRequest): StartedRun {
  const { directory, manifest } = run
  const { refused, warned } = compareSurroundings(manifest, engine)
  if (refused.length > 0)
    throw new CannotResume(
      `${directory} was begun otherwise, and would not go on exactly: ${refused.join('; ')}`,
      'go on with what it was begun with, or start a new run',
    )
  const notes = warned.map(
    (message): RunEvent => ({ type: 'note', level: 'warning', message: `${message}: the run may end with other bits` }),
  )
  const process = startEngineProcess({
    directory,
    lock: lockDirectory(directory),
    engine,
    resume: true,
    environment: pinnedEnvironment(manifest.device),
    onEvent: (stamped) => {
      onEvent(stamped)
      // The events end at the checkpoint now: what is said of going on comes behind it.
      if (stamped.event.type === 'resumed') for (const event of notes) record(directory, event, onEvent)
    },
  })
  return { directory, process }
}

/** Settings by which a pipeline is another than that of a run, in words; what is no setting is a part of the program. */
export function describePipelineDifferences(before: RunPlan, now: RunPlan): readonly string[] {
  if (before.hash === now.hash) return []
  const settings = new Map(now.origins.map(({ path, value }) => [path, value]))
  const changed = before.origins.flatMap(({ path, value }) => {
    const is = settings.get(path)
    settings.delete(path)
    return is === value ? [] : [`${path} is ${is ?? 'not there'}, and was ${value}`]
  })
  const added = [...settings].map(([path, value]) => `${path} is ${value}, and was not there`)
  if (changed.length + added.length > 0) return [...changed, ...added]
  return [before.name === now.name ? 'its network or its loss' : `its name is ${now.name}, and was ${before.name}`]
}

function record(directory: string, event: RunEvent, onEvent: ResumeRequest['onEvent']): void {
  const stamped = { time: now(), event }
  onEvent(stamped)
  appendLine(eventsFile(directory), jsonLine(stamped))
}

function readText(directory: string, file: string): string | undefined {
  return read(directory, file)?.toString('utf8')
}

function read(directory: string, file: string): Buffer | undefined {
  const content = readRegularFileSync(join(directory, file), largestFile)
  return content.kind === 'read' ? content.bytes : undefined
}

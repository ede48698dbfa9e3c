import { join } from 'node:path'
import { now } from '../events/clock.js'
import type { RunEvent, StampedEvent } from '../events/events.js'
import { appendLine } from '../files/append.js'
import { lockDirectory } from '../files/lock.js'
import { removeLeftovers } from '../files/replace.js'
import type { EngineLocation } from '../native/locate.js'
import type { RunPlan } from '../plan/run-plan.js'
import { jsonLine } from '../source/visible.js'
import { startEngineProcess } from './engine-process.js'
import { compareSurroundings, pinnedEnvironment } from './manifest.js'
import type { RecordedRun } from './recorded-run.js'
import type { StartedRun } from './run.js'
import { eventsFile } from './run-directory.js'

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

/** What a kill behind the last event may have left: the lock of processes that are gone, temporary files. @throws DirectoryInUse */
export function tidyCompleted(directory: string): void {
  const lock = lockDirectory(directory)
  for (const folder of ['.', 'checkpoints']) removeLeftovers(join(directory, folder))
  lock.release()
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

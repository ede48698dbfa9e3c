import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { removeLeftovers } from '../files/replace.js'
import type { RunPlan } from '../plan/run-plan.js'
import { type CheckpointFile, readCheckpoint } from './checkpoint/file.js'
import { lastCheckpoint } from './checkpoint/keeper.js'
import { RunFailure } from './failure.js'
import { badEvents, cutEvents, eventsName } from './recorded-events.js'
import { predictionsName, resultsName, resultsRecord } from './results.js'
import type { ValidationRecord } from './tracking.js'

/** Where a run goes on: its last checkpoint, and what its events remember from before. */
export interface ResumePoint {
  readonly checkpoint: CheckpointFile
  /** Oldest first. */
  readonly validations: readonly ValidationRecord[]
}

/**
 * Brings a run directory back to its last checkpoint: what was recorded after it will be recorded again. Undefined where
 * the run ended before it wrote one: it begins anew.
 *
 * @throws RunFailure for a checkpoint that is damaged or of another pipeline, and for events that do not fit it.
 */
export function findResumePoint(directory: string, plan: Pick<RunPlan, 'hash' | 'state'>): ResumePoint | undefined {
  const path = join(directory, lastCheckpoint)
  const checkpoint = existsSync(path) ? readCheckpoint(path, plan.state) : undefined
  if (checkpoint && checkpoint.metadata.planHash !== plan.hash) {
    throw new RunFailure(
      1,
      'bad-checkpoint',
      `${path} is of the pipeline ${checkpoint.metadata.planHash}, this is ${plan.hash}`,
      'Going on needs the same pipeline with the same settings.',
    )
  }
  const { step, tracking } = checkpoint?.metadata ?? { step: 0, tracking: { validations: 0 } }
  const validations = cutEvents(directory, step)
  if (validations.length !== tracking.validations) {
    const found = `has ${validations.length} validations up to step ${step}`
    throw badEvents(join(directory, eventsName), `${found}, but the checkpoint counts ${tracking.validations}`)
  }
  removeLeftovers(directory)
  return checkpoint && { checkpoint, validations }
}

/** The results of an end that is none any more. */
export function removeResults(directory: string): void {
  for (const name of [resultsName, resultsRecord, predictionsName]) rmSync(join(directory, name), { force: true })
}

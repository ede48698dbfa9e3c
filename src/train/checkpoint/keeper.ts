import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { removeLeftovers, replaceJson } from '../../files/replace.js'
import type { RunContext } from '../context.js'
import type { LossWeights } from '../loss-weights.js'
import type { Tracking, ValidationValues, Verdict } from '../tracking.js'
import { type CheckpointMetadata, readCheckpoint, writeCheckpoint } from './file.js'

const folder = 'checkpoints'
export const lastCheckpoint = `${folder}/last.safetensors`
const bestPointer = `${folder}/best.json`

export interface TrainingPosition {
  /** Epoch of the last step, from 1 (0 before any). */
  readonly epoch: number
  /** Steps done. */
  readonly step: number
  /** A validation is due before the next step. */
  readonly isValidationPending: boolean
}

/**
 * Writes `last.safetensors`, the best ones and `best.json`, which names the best of them. `last` alone decides where a run goes
 * on: the other files follow it, and are brought into line with it at the start.
 */
export class CheckpointKeeper {
  /** @param from the step that the run goes on from: that of `last`, where it is above 0. */
  constructor(
    private readonly context: RunContext,
    private readonly tracking: Tracking,
    private readonly weights: Pick<LossWeights, 'history'>,
    { step }: Pick<TrainingPosition, 'step'>,
  ) {
    mkdirSync(join(context.directory, folder), { recursive: true })
    removeLeftovers(join(context.directory, folder))
    this.#follow(step)
    // Also that they are there. A run of days should not find out at its end.
    for (const { file } of tracking.state.best) readCheckpoint(join(context.directory, file), context.plan.state)
  }

  /**
   * Weighs a validation and writes what it is worth: always `last`, and a best one where it is among the best.
   *
   * @param report is called when the checkpoint is whole, before it takes its place: what `last` is, the events have.
   */
  afterValidation(at: TrainingPosition, { metrics, of }: ValidationValues, report: (verdict: Verdict) => void): void {
    const file = `${folder}/${bestName(at, this.context)}`
    const { epoch, step } = at
    const verdict = this.tracking.validated({ epoch, step, metrics }, of, file)
    this.writeLast({ epoch, step, isValidationPending: false }, () => report(verdict))
    this.#follow(step)
    if (verdict.isKept) this.context.emit({ type: 'checkpoint', epoch, step, file, kind: 'best' })
  }

  /** Why training should end after the last validation; undefined while it should go on. */
  get stopReason(): string | undefined {
    return this.tracking.stopReason
  }

  writeLast(at: TrainingPosition, onWritten?: () => void): void {
    const { plan, runner, directory, emit, device, threads } = this.context
    const { history } = this.weights
    const metadata: CheckpointMetadata = {
      format: 2,
      name: plan.name,
      planHash: plan.hash,
      seed: plan.seed,
      ...at,
      tracking: this.tracking.state,
      ...(history === undefined ? {} : { losses: history }),
      device,
      threads,
    }
    writeCheckpoint(join(directory, lastCheckpoint), plan.state, runner, metadata, onWritten)
    emit({ type: 'checkpoint', epoch: at.epoch, step: at.step, file: lastCheckpoint, kind: 'last' })
  }

  /** Makes the best files and their pointer what tracking says, with `last` at a step. */
  #follow(step: number): void {
    const { directory, plan } = this.context
    const entries = this.tracking.state.best
    for (const entry of entries) {
      const path = join(directory, entry.file)
      // The same bytes under a second name: a full-size model is 1.2 GB.
      if (entry.step === step && !existsSync(path)) linkOrCopy(join(directory, lastCheckpoint), path)
    }
    const monitor = plan.train.checkpoint?.parameters.monitor
    if (entries[0]) replaceJson(join(directory, bestPointer), { format: 1, ...entries[0], monitor })
    else rmSync(join(directory, bestPointer), { force: true })
    const kept = new Set(entries.map(({ file }) => file))
    for (const name of readdirSync(join(directory, folder)))
      if (bestNames.test(name) && !kept.has(`${folder}/${name}`)) rmSync(join(directory, folder, name), { force: true })
  }
}

const bestNames = /^best-epoch\d+(-step\d+)?\.safetensors$/

/** `best-epoch003.safetensors`; with the step where epochs are validated more than once. */
function bestName({ epoch, step }: TrainingPosition, { plan }: RunContext): string {
  const byStep = 'step' in plan.train.validate.parameters.interval ? `-step${String(step).padStart(6, '0')}` : ''
  return `best-epoch${String(epoch).padStart(3, '0')}${byStep}.safetensors`
}

/** A copy, too, is whole or not there. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch {
    const temporary = join(dirname(to), `.${basename(to)}.${process.pid}.tmp`)
    copyFileSync(from, temporary)
    renameSync(temporary, to)
  }
}

import { copyFileSync, linkSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { removeLeftovers, replaceJson } from '../../files/replace.js'
import type { RunContext } from '../context.js'
import type { Tracking, ValidationValues, Verdict } from '../tracking.js'
import { type CheckpointMetadata, writeCheckpoint } from './file.js'

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

/** Writes `last.safetensors`, the best ones and `best.json`, which names the best of them. */
export class CheckpointKeeper {
  constructor(
    private readonly context: RunContext,
    private readonly tracking: Tracking,
  ) {
    mkdirSync(join(context.directory, folder), { recursive: true })
    removeLeftovers(join(context.directory, folder))
  }

  /** Weighs a validation and writes what it is worth: always `last`, and a best one where it is among the best. */
  afterValidation(at: TrainingPosition, { metrics, of }: ValidationValues): Verdict {
    const file = `${folder}/${bestName(at, this.context)}`
    const { epoch, step } = at
    const verdict = this.tracking.validated({ epoch, step, metrics }, of, file)
    this.writeLast({ epoch, step, isValidationPending: false })
    if (verdict.kept) {
      // The same bytes under a second name: a full-size model is 1.2 GB.
      linkOrCopy(join(this.context.directory, lastCheckpoint), join(this.context.directory, file))
      this.context.emit({ type: 'checkpoint', epoch, step, file, kind: 'best' })
      if (verdict.isBest) this.#writePointer()
    }
    for (const old of verdict.dropped) rmSync(join(this.context.directory, old), { force: true })
    return verdict
  }

  writeLast(at: TrainingPosition): void {
    const { plan, runner, directory, emit, device, threads } = this.context
    const metadata: CheckpointMetadata = {
      format: 1,
      name: plan.name,
      planHash: plan.hash,
      seed: plan.seed,
      ...at,
      tracking: this.tracking.state,
      device,
      threads,
    }
    writeCheckpoint(join(directory, lastCheckpoint), plan.state, runner, metadata)
    emit({ type: 'checkpoint', epoch: at.epoch, step: at.step, file: lastCheckpoint, kind: 'last' })
  }

  #writePointer(): void {
    const best = this.tracking.best
    const monitor = this.context.plan.train.checkpoint?.parameters.monitor
    replaceJson(join(this.context.directory, bestPointer), { format: 1, ...best, monitor })
  }
}

/** `best-epoch003.safetensors`; with the step where epochs are validated more than once. */
function bestName({ epoch, step }: TrainingPosition, { plan }: RunContext): string {
  const byStep = 'step' in plan.train.validate.parameters.interval ? `-step${String(step).padStart(6, '0')}` : ''
  return `best-epoch${String(epoch).padStart(3, '0')}${byStep}.safetensors`
}

function linkOrCopy(from: string, to: string): void {
  rmSync(to, { force: true })
  try {
    linkSync(from, to)
  } catch {
    copyFileSync(from, to)
  }
}

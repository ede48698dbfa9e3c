import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { readCheckpoint } from './checkpoint/file.js'
import { CheckpointKeeper, type TrainingPosition } from './checkpoint/keeper.js'
import { inPhase, type RunContext } from './context.js'
import { type EvaluationResult, evaluateTests, nothingEvaluated } from './evaluation.js'
import { type LoopResult, trainLoop } from './loop.js'
import { LossWeights } from './loss-weights.js'
import { requireMonitorValues } from './monitors.js'
import { writeResults } from './results.js'
import type { ResumePoint } from './resume.js'
import { Tracking } from './tracking.js'
import { Validator } from './validation.js'

export interface RunEnd {
  readonly outcome: 'completed' | 'interrupted'
  readonly steps: number
}

/**
 * From weights and opened data to results on disk: train, evaluate the best weights, write. Throws `RunFailure` for what
 * its user should understand.
 *
 * @param resumed what the run goes on from, where the weights were not initialised (`initialise`).
 */
export async function runTraining(context: RunContext, from: TrainingPosition, resumed?: ResumePoint): Promise<RunEnd> {
  const { plan, runner } = context
  requireMonitorValues(context)
  mkdirSync(context.directory, { recursive: true })
  const tracking = new Tracking(plan.train, resumed?.checkpoint.metadata.tracking, resumed?.validations)
  const weights = new LossWeights(plan.lossWeights, resumed?.checkpoint.metadata.losses)
  const keeper = new CheckpointKeeper(context, tracking, weights, from)
  const validator = new Validator(context, tracking)
  const trained = await inPhase(context, 'train', () => trainLoop(context, from, validator, keeper, weights))

  let evaluation = nothingEvaluated
  if (trained.end !== 'interrupted') {
    const best = tracking.best
    if (best && best.step !== trained.at.step) {
      runner.setState(readCheckpoint(join(context.directory, best.file), plan.state).tensors(['weight', 'statistic']))
    }
    evaluation = await evaluateTests(context)
  }
  const outcome = context.stop.isRequested ? 'interrupted' : 'completed'
  await inPhase(context, 'write', () => {
    write(context, { trained, tracking, outcome, ...evaluation })
  })
  return { outcome, steps: trained.at.step }
}

/** Of a run that was asked to stop before its data was read: nothing was trained. */
export function writeNotBegun(
  context: Pick<RunContext, 'plan' | 'directory'>,
  at: TrainingPosition,
  resumed?: ResumePoint,
): RunEnd {
  const tracking = new Tracking(context.plan.train, resumed?.checkpoint.metadata.tracking, resumed?.validations)
  const outcome = 'interrupted'
  write(context, { trained: { end: outcome, at }, tracking, outcome, ...nothingEvaluated })
  return { outcome, steps: at.step }
}

interface Outcome extends EvaluationResult {
  readonly trained: LoopResult
  readonly tracking: Tracking
  readonly outcome: RunEnd['outcome']
}

function write(context: Pick<RunContext, 'plan' | 'directory'>, result: Outcome): void {
  const { trained, tracking, outcome, domains, thresholds, ladder, predictions } = result
  const facts = {
    outcome,
    epochs: trained.at.epoch,
    steps: trained.at.step,
    stoppedEarly: trained.end === 'stopped_early',
    best: tracking.best ?? null,
    validation: tracking.history,
  }
  writeResults(context, { ...facts, domains, thresholds, ladder }, predictions)
}

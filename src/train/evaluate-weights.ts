import { join } from 'node:path'
import { readTextIfThere } from '../files/reading.js'
import { type EvaluationRequest, evaluationFile } from '../plan/evaluation.js'
import type { RunPlan } from '../plan/run-plan.js'
import { type CheckpointFile, readCheckpoint } from './checkpoint/file.js'
import type { TrainingPosition } from './checkpoint/keeper.js'
import { inPhase, type RunContext } from './context.js'
import { evaluateTests } from './evaluation.js'
import { writeResults } from './results.js'
import type { RunEnd } from './run.js'

/** Weights of another run that a directory evaluates. */
export interface Evaluation {
  readonly request: EvaluationRequest
  readonly checkpoint: CheckpointFile
}

/** Undefined for a directory that is a run of its own. @throws RunFailure for a checkpoint that does not fit the plan. */
export function readEvaluation(directory: string, { state }: Pick<RunPlan, 'state'>): Evaluation | undefined {
  const text = readTextIfThere(join(directory, evaluationFile))
  if (text === undefined) return undefined
  const request = JSON.parse(text) as EvaluationRequest
  // The slots are those of the optimizer that trained them, and no part of the model.
  const model = state.filter(({ kind }) => kind !== 'slot')
  return { request, checkpoint: readCheckpoint(request.checkpoint, model) }
}

export function loadWeights({ runner }: Pick<RunContext, 'runner'>, { checkpoint }: Evaluation): TrainingPosition {
  const { epoch, step } = checkpoint.metadata
  runner.setState(checkpoint.tensors(['weight', 'statistic']))
  return { epoch, step, isValidationPending: false }
}

/** Evaluates the weights on the test sets of the plan, and writes what came of it. */
export async function runEvaluation(
  context: RunContext,
  { epoch, step }: TrainingPosition,
  { request }: Evaluation,
): Promise<RunEnd> {
  const { predictions, ...results } = await evaluateTests(context, request.thresholds)
  const outcome = context.stop.isRequested ? 'interrupted' : 'completed'
  const weights = { checkpoint: request.checkpoint, sha256: request.sha256 }
  const facts = { outcome, epochs: epoch, steps: step, stoppedEarly: false, best: null, validation: [] } as const
  await inPhase(context, 'write', () => writeResults(context, { ...facts, weights, ...results }, predictions))
  return { outcome, steps: 0 }
}

import type { CheckpointFile } from './checkpoint/file.js'
import type { TrainingPosition } from './checkpoint/keeper.js'
import type { RunContext } from './context.js'
import { RunFailure } from './failure.js'

/**
 * Gives a loaded program its first weights, or those of a checkpoint, and says where training begins.
 *
 * @throws RunFailure for a checkpoint of another pipeline.
 */
export function initialise(
  { plan, runner }: Pick<RunContext, 'plan' | 'runner'>,
  resumed?: CheckpointFile,
): TrainingPosition {
  if (!resumed) {
    runner.run('init', {})
    return { epoch: 0, step: 0, isValidationPending: false }
  }
  const { planHash, epoch, step, isValidationPending } = resumed.metadata
  if (planHash !== plan.hash) {
    throw new RunFailure(
      1,
      'bad-checkpoint',
      `the checkpoint is of the pipeline ${planHash}, this is ${plan.hash}`,
      'Going on needs the same pipeline with the same settings.',
    )
  }
  runner.setState(resumed.tensors())
  return { epoch, step, isValidationPending }
}

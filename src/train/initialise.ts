import type { TrainingPosition } from './checkpoint/keeper.js'
import type { RunContext } from './context.js'
import type { ResumePoint } from './resume.js'

/** Gives a loaded program its first weights, or those of a checkpoint, and says where training begins. */
export function initialise({ runner }: Pick<RunContext, 'runner'>, resumed?: ResumePoint): TrainingPosition {
  if (!resumed) {
    runner.run('init', {})
    return { epoch: 0, step: 0, isValidationPending: false }
  }
  const { epoch, step, isValidationPending } = resumed.checkpoint.metadata
  runner.setState(resumed.checkpoint.tensors())
  return { epoch, step, isValidationPending }
}

import { hashFile } from '../files/hash.js'
import type { TrainingPosition } from './checkpoint/keeper.js'
import type { RunContext } from './context.js'
import { loadPretrained } from './pretrained.js'
import type { ResumePoint } from './resume.js'

/** Gives a loaded program its first weights, or those of a checkpoint, and says where training begins. */
export async function initialise(
  { runner, plan, emit }: Pick<RunContext, 'runner' | 'plan' | 'emit'>,
  resumed?: ResumePoint,
): Promise<TrainingPosition> {
  if (!resumed) {
    runner.run('init', {})
    for (const { file, tensors, format } of loadPretrained({ runner }, plan)) {
      const message = `${tensors} weights and statistics begin as ${file} has them (${format}, sha256 ${await hashFile(file)})`
      emit({ type: 'note', level: 'info', message })
    }
    return { epoch: 0, step: 0, isValidationPending: false }
  }
  const { epoch, step, isValidationPending } = resumed.checkpoint.metadata
  runner.setState(resumed.checkpoint.tensors())
  return { epoch, step, isValidationPending }
}

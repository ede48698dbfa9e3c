import type { RunPlan } from '../plan/run-plan.js'
import { averageOf } from '../plan/state-names.js'
import { arranged } from '../weights/assign.js'
import { WeightsError } from '../weights/error.js'
import { readWeights } from '../weights/file.js'
import type { WeightFile } from '../weights/tensors.js'
import { RunFailure } from './failure.js'
import type { NamedState, StepRunner } from './step-runner.js'

/** What a run took from a file. */
export interface TakenWeights {
  readonly file: string
  readonly tensors: number
  /** In words. */
  readonly format: string
}

/**
 * Gives weights and statistics the values that files have, and the averages of weights with them.
 *
 * @throws RunFailure where a file is not what it was when the pipeline was checked, or has a value that is not finite.
 */
export function loadPretrained(
  { runner }: { readonly runner: Pick<StepRunner, 'setState'> },
  { pretrained = [], state }: Pick<RunPlan, 'pretrained' | 'state'>,
): readonly TakenWeights[] {
  const files = [...new Set(pretrained.map(({ file }) => file))]
  return files.map((file) => {
    const own = pretrained.filter((each) => each.file === file)
    try {
      return readWeights(file, (weights) => {
        runner.setState(statesOf(weights, file, own, state))
        return { file, tensors: own.length, format: weights.format }
      })
    } catch (error) {
      if (error instanceof WeightsError) throw unusable(file, error.message)
      throw error
    }
  })
}

function* statesOf(
  { tensors }: WeightFile,
  file: string,
  pretrained: NonNullable<RunPlan['pretrained']>,
  state: RunPlan['state'],
): Iterable<NamedState> {
  const byName = new Map(state.map((each) => [each.name, each]))
  for (const { name, tensor, layout } of pretrained) {
    const entry = byName.get(name)
    // What no function reads is no state.
    if (entry === undefined) continue
    const found = tensors.get(tensor)
    const size = entry.shape.reduce((product, side) => product * side, 1)
    const values = found?.read()
    if (values?.length !== size) throw unusable(file, `it no longer has ${tensor} as when the pipeline was checked`)
    if (!values.every(Number.isFinite)) throw unusable(file, `${tensor} has a value that is not finite`)
    const own = arranged(values, entry.shape, layout)
    const typed = entry.dtype === 'f64' ? own : Float32Array.from(own)
    yield { name, values: typed }
    if (byName.has(averageOf(name))) yield { name: averageOf(name), values: typed }
  }
}

function unusable(file: string, problem: string): RunFailure {
  return new RunFailure(4, 'weights-unusable', `no weights can be read from ${file}: ${problem}`)
}

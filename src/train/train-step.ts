import type { TrainBatch } from '../data/contract.js'
import { invariant } from '../diagnostics/invariant.js'
import type { RunPlan } from '../plan/run-plan.js'
import { own } from '../source/own.js'
import type { FloatArray, StepRunner } from './step-runner.js'

/** The output prefix of loss terms: `loss.total`. */
const lossPrefix = 'loss.'

/** Feeds one batch, or a part of one, gives it back, and returns the loss terms by name. */
export function trainStep(
  { plan, runner }: { readonly plan: Pick<RunPlan, 'functions'>; readonly runner: Pick<StepRunner, 'run'> },
  name: 'train_step' | 'accumulate_step',
  batch: TrainBatch,
  scalars: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const available: Readonly<Record<string, FloatArray | Int32Array | number>> = {
    image: batch.image,
    clean: batch.clean,
    fault_mask: batch.faultMask,
    fault_severity: batch.faultSeverity,
    ...scalars,
  }
  const { inputs } = plan.functions[name] ?? { inputs: [] }
  const feeds = Object.fromEntries(
    inputs.map((input) => {
      const feed = own(available, input.name)
      invariant(feed !== undefined, `${name} asks for ${input.name}, which no batch has`)
      return [input.name, feed]
    }),
  )
  const outputs = runner.run(name, feeds)
  batch.release()
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([name, value]) =>
      name.startsWith(lossPrefix) ? [[name.slice(lossPrefix.length), value[0] ?? Number.NaN]] : [],
    ),
  )
}

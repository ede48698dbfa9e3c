import type { TrainBatch } from '../data/contract.js'
import type { RunPlan } from '../plan/run-plan.js'
import { own } from '../source/own.js'
import type { FloatArray, StepRunner } from './step-runner.js'

/** The output prefix of loss terms: `loss.total`. */
const lossPrefix = 'loss.'

/** Feeds one batch, gives it back, and returns the loss terms by name. */
export function trainStep(
  { plan, runner }: { readonly plan: Pick<RunPlan, 'functions'>; readonly runner: Pick<StepRunner, 'run'> },
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
  const feeds = Object.fromEntries(
    plan.functions.train_step.inputs.map(({ name }) => {
      const feed = own(available, name)
      if (feed === undefined) throw new Error(`train_step asks for ${name}, which no batch has`)
      return [name, feed]
    }),
  )
  const outputs = runner.run('train_step', feeds)
  batch.release()
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([name, value]) =>
      name.startsWith(lossPrefix) ? [[name.slice(lossPrefix.length), value[0] ?? Number.NaN]] : [],
    ),
  )
}

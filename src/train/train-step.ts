import type { TrainBatch } from '../data/contract.js'
import { invariant } from '../diagnostics/invariant.js'
import type { RunPlan } from '../plan/run-plan.js'
import { gradientNormPrefix } from '../plan/state-names.js'
import { own } from '../source/own.js'
import type { FloatArray, FunctionName, StepRunner } from './step-runner.js'

/** The output prefix of loss terms: `loss.total`. */
const lossPrefix = 'loss.'

interface Program {
  readonly plan: Pick<RunPlan, 'functions'>
  readonly runner: Pick<StepRunner, 'run'>
}

type Scalars = Readonly<Record<string, number>>

/** Feeds one batch, or a part of one, gives it back, and returns the loss terms by name. */
export function trainStep(
  program: Program,
  name: 'train_step' | 'accumulate_step',
  batch: TrainBatch,
  scalars: Scalars,
): Readonly<Record<string, number>> {
  const outputs = runOn(program, name, batch, scalars)
  batch.release()
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([output, value]) =>
      output.startsWith(lossPrefix) ? [[output.slice(lossPrefix.length), value[0] ?? Number.NaN]] : [],
    ),
  )
}

/** Of each loss term that depends on a weight, the norm of its gradient on a batch, as the weights are. Changes nothing. */
export function gradientNorms(program: Program, batch: TrainBatch, scalars: Scalars): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.keys(program.plan.functions).flatMap((name) => {
      if (!isNorm(name)) return []
      const { norm } = runOn(program, name, batch, scalars)
      return [[name.slice(gradientNormPrefix.length), norm?.[0] ?? Number.NaN]]
    }),
  )
}

function isNorm(name: string): name is `${typeof gradientNormPrefix}${string}` {
  return name.startsWith(gradientNormPrefix)
}

function runOn({ plan, runner }: Program, name: FunctionName, batch: TrainBatch, scalars: Scalars) {
  const available: Readonly<Record<string, FloatArray | Int32Array | number>> = {
    image: batch.image,
    clean: batch.clean,
    fault_mask: batch.faultMask,
    fault_severity: batch.faultSeverity,
    ...scalars,
  }
  const planned = plan.functions[name]
  invariant(planned !== undefined, `the program has a function ${name}`)
  const feeds = Object.fromEntries(
    planned.inputs.map((input) => {
      const feed = own(available, input.name)
      invariant(feed !== undefined, `${name} asks for ${input.name}, which no batch has`)
      return [input.name, feed]
    }),
  )
  return runner.run(name, feeds)
}

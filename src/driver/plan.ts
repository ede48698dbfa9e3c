import { createHash } from 'node:crypto'
import type { CheckedPipeline } from '../check/checked.js'
import { invariant } from '../diagnostics/invariant.js'
import { lossPrefix } from '../lower/lower.js'
import { planOutputs } from '../lower/outputs.js'
import type { LossWeight } from '../plan/loss-weights.js'
import { type PlanFunction, type PretrainedState, planFormat, type RunPlan } from '../plan/run-plan.js'
import { gradientNormPrefix } from '../plan/state-names.js'
import { own } from '../source/own.js'
import type { TargetProgram } from '../targets/target.js'

/** Everything that the engine process needs to know of a pipeline and its program. */
export function makePlan(pipeline: CheckedPipeline, { files, functions, state }: TargetProgram): RunPlan {
  const { name, seed, image, batch, evalBatch, data, synthesis, augmentation, train, evaluate, origins, allows } =
    pipeline
  const trainStep = wholeStep(functions, 'train_step')
  const accumulateStep = own(functions, 'accumulate_step')
  const augmented = augmentation === undefined ? {} : { augmentation }
  const lossWeights = lossWeightsOf(pipeline)
  const settings = { name, seed, image, batch, evalBatch, data, synthesis, ...augmented, train, evaluate, lossWeights }
  const sources = sourcesOf(pipeline)
  const hashed = sources.length === 0 ? settings : { ...settings, sources }
  const hash = createHash('sha256')
  for (const bytes of files.values()) hash.update(bytes)
  return {
    format: planFormat,
    ...settings,
    hash: hash.update(JSON.stringify(hashed)).digest('hex').slice(0, 8),
    functions: {
      init: wholeStep(functions, 'init'),
      ...(accumulateStep === undefined ? {} : { accumulate_step: accumulateStep }),
      train_step: trainStep,
      eval_step: wholeStep(functions, 'eval_step'),
      predict: wholeStep(functions, 'predict'),
      ...Object.fromEntries(Object.entries(functions).filter(([name]) => name.startsWith(gradientNormPrefix))),
    },
    outputs: planOutputs(pipeline),
    state,
    ...(sources.length === 0 ? {} : { pretrained: pretrainedOf(pipeline) }),
    // Terms that weigh nothing are gone by now.
    lossTerms: trainStep.outputs
      .filter((output) => output.name.startsWith(lossPrefix))
      .map((output) => output.name.slice(lossPrefix.length)),
    origins,
    allows,
  }
}

/** Which file each weight comes from that comes from one: where the files are not looked at it is the same. */
function sourcesOf({ parameters }: CheckedPipeline) {
  return parameters.flatMap(({ name, source }) =>
    source === undefined ? [] : [{ name, file: source.file, prefix: source.prefix, naming: source.naming }],
  )
}

function pretrainedOf({ parameters }: CheckedPipeline): readonly PretrainedState[] {
  return parameters.flatMap(({ name, source }) =>
    source?.place === undefined ? [] : [{ name, file: source.file, ...source.place }],
  )
}

function wholeStep(functions: Readonly<Record<string, PlanFunction>>, name: string): PlanFunction {
  const found = own(functions, name)
  invariant(found, `the module has the function ${name}`)
  return found
}

function lossWeightsOf({ nodes }: CheckedPipeline): readonly LossWeight[] {
  return nodes.flatMap((node): readonly LossWeight[] => {
    if (node.op === 'ramp') return [{ kind: node.op, ...node.attributes }]
    return node.op === 'dynamic_weight' ? [{ kind: node.op, ...node.attributes }] : []
  })
}

import type { EvaluationSample, EvaluationSet } from '../data/contract.js'
import type { Phase } from '../events/events.js'
import type { RunPlan } from '../plan/run-plan.js'
import { own } from '../source/own.js'
import type { RunContext } from './context.js'
import { RunFailure } from './failure.js'
import type { FloatArray } from './step-runner.js'
import { yieldToEvents } from './stop.js'

/** What the model says of the images of one set, in the set's order. */
export interface SetScores {
  readonly samples: readonly EvaluationSample[]
  /** Per-image outputs by name: one number an image. */
  readonly values: ReadonlyMap<string, FloatArray>
  /** The maps that were asked for by name: [images, height, width]. */
  readonly maps: ReadonlyMap<string, FloatArray>
  /** [images, height, width] of 0 and 1; only there when maps are. */
  readonly masks: Uint8Array
}

/** Names of the outputs that are one number an image. */
export function valueOutputs({ outputs }: Pick<RunPlan, 'outputs'>): readonly string[] {
  return outputs.filter(({ kind }) => kind === 'value').map(({ name }) => name)
}

/**
 * Runs the whole set through `eval_step`. Undefined when the run was asked to stop before the end.
 * A score that is not finite is a `RunFailure`: it has no rank.
 */
export async function scoreSet(
  context: RunContext,
  set: EvaluationSet,
  mapNames: readonly string[],
  phase: Phase,
): Promise<SetScores | undefined> {
  const { plan, runner, stop, emit, clock } = context
  const size = plan.image.height * plan.image.width
  const samples: EvaluationSample[] = []
  const array = (name: string, length: number): FloatArray => {
    const output = plan.functions.eval_step.outputs.find((candidate) => candidate.name === name)
    return output?.dtype === 'f64' ? new Float64Array(length) : new Float32Array(length)
  }
  const values = new Map(valueOutputs(plan).map((name) => [name, array(name, set.images)]))
  const maps = new Map(mapNames.map((name) => [name, array(name, set.images * size)]))
  const wanted = [...values.keys(), ...maps.keys()]
  const masks = new Uint8Array(mapNames.length > 0 ? set.images * size : 0)
  const feedsMask = plan.functions.eval_step.inputs.some(({ name }) => name === 'fault_mask')
  let reported = clock()
  for await (const batch of set.batches()) {
    const first = samples.length
    const count = batch.samples.length
    samples.push(...batch.samples)
    const feeds = { image: batch.image, ...(feedsMask ? { fault_mask: batch.mask } : {}) }
    const outputs = runner.run('eval_step', feeds, wanted)
    if (masks.length > 0) copyMask(batch.mask, masks, first * size, count * size)
    batch.release()
    for (const [name, all] of [...values, ...maps]) {
      const output = own(outputs, name)
      if (!output) throw new Error(`eval_step gave no ${name}`)
      const each = all.length / set.images
      all.set(output.subarray(0, count * each), first * each)
      const bad = output.subarray(0, count * each).findIndex((value) => !Number.isFinite(value))
      if (bad >= 0) throw notFinite(name, batch.samples[Math.floor(bad / each)])
    }
    if (clock() - reported > 100 || samples.length === set.images) {
      emit({ type: 'progress', phase, done: samples.length, total: set.images })
      reported = clock()
    }
    await yieldToEvents()
    if (stop.isRequested) return undefined
  }
  return { samples, values, maps, masks }
}

function copyMask(from: Float32Array, to: Uint8Array, offset: number, length: number): void {
  for (let i = 0; i < length; i++) to[offset + i] = (from[i] as number) > 0.5 ? 1 : 0
}

function notFinite(output: string, sample: EvaluationSample | undefined): RunFailure {
  return new RunFailure(
    1,
    'non-finite-score',
    `${output} is not a finite number for ${sample?.file ?? 'an image'}`,
    'The weights have diverged, or the expression divides by zero: try a lower learning rate, and look at the loss terms of the last epochs.',
  )
}

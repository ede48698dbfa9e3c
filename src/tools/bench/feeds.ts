import type { PlanFunction, PlanTensor } from '../../plan/run-plan.js'
import { own } from '../../source/own.js'
import type { Feed } from '../../train/session.js'

/** Values for every input of a step: images in [0,1], a sparse mask, scalars as in the first step of a run. */
export function feedsFor({ inputs }: PlanFunction): Readonly<Record<string, Feed>> {
  return Object.fromEntries(inputs.map(({ name, dtype, shape }) => [name, feedFor(name, dtype, shape)]))
}

const scalars: Readonly<Record<string, number>> = {
  learning_rate: 1e-4,
  batch_norm_momentum: 0.1,
  correction1: 0.1,
  correction2: 1e-3,
}

function feedFor(name: string, dtype: PlanTensor['dtype'], shape: readonly number[]): Feed {
  if (shape.length === 0) return own(scalars, name) ?? 1
  const size = shape.reduce((product, length) => product * length, 1)
  const random = generator(name.length)
  if (dtype === 'i32') return new Int32Array(size)
  const isMask = name === 'fault_mask'
  return Float32Array.from({ length: size }, () => (isMask ? Number(random() < 0.1) : random()))
}

/** A small linear congruential generator: the values do not matter, only that they are the same each time. */
function generator(seed: number): () => number {
  let state = seed * 2654435761
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

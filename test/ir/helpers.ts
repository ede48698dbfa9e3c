import { FunctionBuilder } from '../../src/ir/builder.js'
import type { Value } from '../../src/ir/interpret/run.js'
import { sizeOf } from '../../src/ir/ops/shape.js'
import type { IrModule, StateVariable } from '../../src/ir/types.js'
import { keyFor } from '../../src/random/key.js'
import { RandomStream } from '../../src/random/stream.js'

/** A module of one function, written by `write`. */
export function moduleOf(
  write: (builder: FunctionBuilder) => void,
  state: readonly StateVariable[] = [],
  name = 'main',
): IrModule {
  const builder = new FunctionBuilder(name, state)
  write(builder)
  return { name: 'test', state, functions: [builder.build()] }
}

export function randomValue(purpose: string, shape: readonly number[], low = -1, high = 1): Value {
  const stream = new RandomStream(keyFor(0, purpose), 0, 0)
  return { shape, data: Float64Array.from({ length: sizeOf(shape) }, () => stream.uniform(low, high)) }
}

export function tensorOf(shape: readonly number[], numbers: readonly number[]): Value {
  return { shape, data: Float64Array.from(numbers) }
}

/** Largest difference, relative to the largest entry of `expected`. */
export function relativeError(actual: Float64Array, expected: Float64Array): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY
  let largest = 0
  let difference = 0
  for (let i = 0; i < expected.length; i += 1) {
    largest = Math.max(largest, Math.abs(expected[i] ?? 0))
    const here = Math.abs((actual[i] ?? 0) - (expected[i] ?? 0))
    difference = Number.isNaN(here) ? Number.POSITIVE_INFINITY : Math.max(difference, here)
  }
  return largest === 0 ? difference : difference / largest
}

import { expect, it } from 'vitest'
import { FunctionBuilder } from '../../../src/ir/builder.js'
import { interpret } from '../../../src/ir/interpret/run.js'
import type { IrModule } from '../../../src/ir/types.js'
import { RandomStream } from '../../../src/random/stream.js'
import { loadEngine } from '../../../src/train/engine-binding.js'
import { describeNative } from '../../support/native.js'
import { onEngine, relativeError } from './on-engine.js'

/** Batch norm and its gradient alone. */
function norm(map: readonly number[]): IrModule {
  const builder = new FunctionBuilder('train_step')
  const input = (name: string, shape: readonly number[]) => builder.input(name, { dtype: 'f32', shape })
  const vector = [map.at(-1) ?? 1]
  const [x, scale, offset, dy] = [input('x', map), input('scale', vector), input('offset', vector), input('dy', map)]
  const [y, mean, variance] = builder.emit('batch_norm_train', [x, scale, offset], { epsilon: 1e-5 })
  const gradients = builder.emit('batch_norm_grad', [dy, x, scale, mean ?? -1, variance ?? -1], { epsilon: 1e-5 })
  for (const [name, value] of [
    ['y', y],
    ['mean', mean],
    ['variance', variance],
    ['dx', gradients[0]],
    ['dscale', gradients[1]],
    ['doffset', gradients[2]],
  ] as const) {
    builder.output(name, value ?? -1)
  }
  return { name: 'norm', state: [], functions: [builder.build()] }
}

describeNative('batch norm in float32', ({ directory }) => {
  // Sides that have many divisors and few, far from zero and near it, in parts of the deviation.
  it.each([
    [[16, 128, 128, 2], 0, 1],
    [[2, 64, 64, 4], 10, 0.1],
    [[3, 31, 95, 5], 1, 0.5],
    [[1, 257, 257, 4], 0.2, 0.7],
    [[4000, 3], -2, 1],
  ] as const)('keeps the digits over %j values around %f', (map, centre, deviation) => {
    const stream = new RandomStream('0123456789abcdef', 0, map.length)
    const drawn = (shape: readonly number[], low: number, high: number) => {
      const length = shape.reduce((size, side) => size * side, 1)
      return { shape, data: Float64Array.from({ length }, () => Math.fround(stream.uniform(low, high))) }
    }
    const reach = deviation * Math.sqrt(3)
    const inputs = {
      x: drawn(map, centre - reach, centre + reach),
      scale: drawn([map.at(-1) ?? 1], 0.5, 1.5),
      offset: drawn([map.at(-1) ?? 1], -1, 1),
      dy: drawn(map, -1, 1),
    }
    const module = norm(map)
    const exact = interpret(module, 'train_step', inputs).outputs
    const feeds = Object.fromEntries(Object.entries(inputs).map(([name, { data }]) => [name, Float32Array.from(data)]))
    const found = onEngine(loadEngine(directory), module, (session) => session.run('train_step', feeds))
    // What one rounding of the mean is to the deviation, and a few of those.
    const allowed = 3e-6 * Math.max(1, Math.abs(centre) / deviation)
    const errors = Object.entries(exact).map(
      ([name, { data }]) => [name, relativeError(found[name] ?? [], data)] as const,
    )
    expect(errors.filter(([, error]) => !(error <= allowed))).toEqual([])
  })
})

import { expect, it } from 'vitest'
import { interpret } from '../../../src/ir/interpret/run.js'
import type { Convolution, ConvolutionOp } from '../../../src/passes/convolution_algorithms/convolution.js'
import { direct, trialModule } from '../../../src/passes/convolution_algorithms/trial.js'
import { RandomStream } from '../../../src/random/stream.js'
import { loadEngine } from '../../../src/train/engine-binding.js'
import { describeNative } from '../../support/native.js'
import { onEngine } from './on-engine.js'

const channels = 48
const map = [1, 16, 16, channels]

function convolution(op: ConvolutionOp): Convolution {
  return {
    op,
    dtype: 'f32',
    x: map,
    kernel: [3, 3, channels, channels],
    y: map,
    strides: [1, 1],
    dilations: [1, 1],
    padding: [1, 1, 1, 1],
  }
}

/** Root mean square of the differences in parts of that of the values. */
function error(actual: ArrayLike<number> | undefined, exact: Float64Array): number {
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value * value, 0)
  return Math.sqrt(sum(exact.map((value, at) => value - (actual?.[at] ?? Number.NaN))) / sum(exact))
}

describeNative('convolution algorithms in float32', ({ directory }) => {
  it.each(['conv2d', 'conv2d_input_grad', 'conv2d_filter_grad'] as const)(
    'are as near to float64 as the library by the definition: %s',
    (op) => {
      const module = trialModule(convolution(op), 'whole')
      const state = module.state.map(({ name, type: { shape } }, index) => {
        const stream = new RandomStream('0123456789abcdef', 0, index)
        const length = shape.reduce((size, side) => size * side, 1)
        return { name, values: Float32Array.from({ length }, () => stream.uniform(-1, 1)) }
      })
      const wide = new Map(state.map(({ name, values }) => [name, Float64Array.from(values)]))
      const exact = interpret(module, direct, {}, wide).outputs.result?.data ?? new Float64Array()
      const names = module.functions.map(({ name }) => name).filter((name) => name !== 'init')
      expect(names.length).toBeGreaterThan(1)
      onEngine(loadEngine(directory), module, (session) => {
        session.setState(state)
        for (const name of names) {
          const found = error(session.run(name, {}).result, exact)
          expect(found, name).toBeGreaterThan(0)
          expect(found, name).toBeLessThan(1.5e-6)
        }
      })
    },
  )
})

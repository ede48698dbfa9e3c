import { expect, it } from 'vitest'
import { FunctionBuilder } from '../../../src/ir/builder.js'
import { interpret } from '../../../src/ir/interpret/run.js'
import type { IrModule } from '../../../src/ir/types.js'
import { winograd } from '../../../src/passes/winograd/winograd.js'
import { RandomStream } from '../../../src/random/stream.js'
import { loadEngine } from '../../../src/train/engine-binding.js'
import { describeNative } from '../../support/native.js'
import { onEngine } from './on-engine.js'

const channels = 160
const map = [1, 16, 16, channels]
const shapes = { x: map, kernel: [3, 3, channels, channels], dy: map }

function convolution(): IrModule {
  const plain = { strides: [1, 1], padding: [1, 1, 1, 1], dilations: [1, 1] }
  const builder = new FunctionBuilder('train_step')
  const input = (name: keyof typeof shapes) => builder.input(name, { dtype: 'f32', shape: shapes[name] })
  const [x, kernel, dy] = [input('x'), input('kernel'), input('dy')]
  builder.output('y', builder.one('conv2d', [x, kernel], plain))
  builder.output('dx', builder.one('conv2d_input_grad', [kernel, dy], { ...plain, input_shape: map }))
  builder.output('dkernel', builder.one('conv2d_filter_grad', [x, dy], { ...plain, kernel_shape: shapes.kernel }))
  return { name: 'convolution', state: [], functions: [builder.build()] }
}

/** Root mean square of the differences in parts of that of the values. */
function error(actual: ArrayLike<number> | undefined, exact: Float64Array): number {
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value * value, 0)
  return Math.sqrt(sum(exact.map((value, at) => value - (actual?.[at] ?? Number.NaN))) / sum(exact))
}

describeNative('minimal filtering in float32', ({ directory }) => {
  it('is as near to float64 as the library by the definition', () => {
    const direct = convolution()
    const { module: rewritten, changes } = winograd.run(direct, {
      loss: '',
      weights: [],
      optimizer: { kind: 'sgd', momentum: 0, weightDecay: 0 },
      precision: 'float32',
    })
    expect(changes).toHaveLength(1)
    const inputs = Object.fromEntries(
      Object.entries(shapes).map(([name, shape], index) => {
        const stream = new RandomStream('0123456789abcdef', 0, index)
        const length = shape.reduce((size, side) => size * side, 1)
        return [name, { shape, data: Float64Array.from({ length }, () => Math.fround(stream.uniform(-1, 1))) }]
      }),
    )
    const exact = interpret(direct, 'train_step', inputs).outputs
    const feeds = Object.fromEntries(Object.entries(inputs).map(([name, { data }]) => [name, Float32Array.from(data)]))
    const errors = [direct, rewritten].map((module) =>
      onEngine(loadEngine(directory), module, (session) => {
        const actual = session.run('train_step', feeds)
        return Object.entries(exact).map(([name, { data }]) => error(actual[name], data))
      }),
    )
    for (const [place, found] of (errors[1] ?? []).entries()) {
      expect(found).toBeGreaterThan(0)
      expect(found).toBeLessThan(1.5e-6)
      // The gradient by the kernel sums over all tiles in one product, which the library sums row by row.
      expect(found).toBeLessThan((errors[0]?.[place] ?? 0) * (place === 2 ? 6 : 1.5))
    }
  })
})

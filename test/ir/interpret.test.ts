import { describe, expect, it } from 'vitest'
import type { FunctionBuilder } from '../../src/ir/builder.js'
import { toBf16 } from '../../src/ir/interpret/bf16.js'
import { interpret, type Value } from '../../src/ir/interpret/run.js'
import type { OpName } from '../../src/ir/ops/table.js'
import type { Attributes, DType, StateVariable } from '../../src/ir/types.js'
import { keyFor } from '../../src/random/key.js'
import { keyWords, philox4x32 } from '../../src/random/philox.js'
import { moduleOf, randomValue, relativeError, tensorOf } from './helpers.js'

/** Results of one operator on these operands. */
function applied(
  op: OpName,
  operands: readonly Value[],
  attributes: Attributes = {},
  dtypes: readonly DType[] = [],
): readonly Value[] {
  const inputs: Record<string, Value> = {}
  const module = moduleOf((builder) => {
    const values = operands.map((value, place) => {
      inputs[`x${place}`] = value
      return builder.input(`x${place}`, { dtype: dtypes[place] ?? 'f32', shape: value.shape })
    })
    builder.emit(op, values, attributes).forEach((result, place) => {
      builder.output(`y${place}`, result)
    })
  })
  return Object.values(interpret(module, 'main', inputs).outputs)
}

const numbersOf = (value: Value | undefined) => [...(value?.data ?? [])]
const first = (...of: Parameters<typeof applied>) => numbersOf(applied(...of)[0])

describe('elementwise operators', () => {
  it('stay finite where the plain formula overflows', () => {
    const wide = tensorOf([3], [-800, 0, 800])
    expect(first('sigmoid', [wide])).toEqual([0, 0.5, 1])
    expect(first('softplus', [wide])).toEqual([0, Math.LN2, 800])
    expect(first('softmax', [tensorOf([1, 2], [800, -800])])).toEqual([1, 0])
    expect(first('log_softmax', [tensorOf([1, 2], [800, -800])])).toEqual([0, -1600])
  })

  it('broadcast as NumPy does', () => {
    const column = tensorOf([2, 1], [10, 20])
    expect(first('add', [column, tensorOf([3], [1, 2, 3])])).toEqual([11, 12, 13, 21, 22, 23])
    expect(first('select', [tensorOf([2, 1], [1, 0]), tensorOf([2], [1, 2]), tensorOf([], [9])], {}, ['bool'])).toEqual(
      [1, 2, 9, 9],
    )
  })

  it('wrap integers at 32 bits and cast towards zero', () => {
    const largest = tensorOf([1], [2147483647])
    expect(first('add', [largest, tensorOf([], [1])], {}, ['i32', 'i32'])).toEqual([-2147483648])
    expect(first('mul', [largest, largest], {}, ['i32', 'i32'])).toEqual([1])
    expect(first('cast', [tensorOf([3], [-1.9, 0.5, 2.9])], { dtype: 'i32' })).toEqual([-1, 0, 2])
    expect(first('cast', [tensorOf([3], [-1.9, 0, 2.9])], { dtype: 'bool' })).toEqual([1, 0, 1])
  })
})

describe('shaping operators', () => {
  const x = tensorOf([2, 3], [1, 2, 3, 4, 5, 6])

  it('move values where they say', () => {
    expect(first('transpose', [x], { perm: [1, 0] })).toEqual([1, 4, 2, 5, 3, 6])
    expect(first('slice', [x], { begin: [0, 1], size: [2, 2] })).toEqual([2, 3, 5, 6])
    expect(first('concat', [x, tensorOf([2, 1], [7, 8])], { axis: 1 })).toEqual([1, 2, 3, 7, 4, 5, 6, 8])
    expect(
      first('pad', [x], {
        paddings: [
          [1, 0],
          [0, 1],
        ],
      }),
    ).toEqual([0, 0, 0, 0, 1, 2, 3, 0, 4, 5, 6, 0])
    expect(first('broadcast_to', [tensorOf([2, 1], [1, 2])], { shape: [2, 2, 2] })).toEqual([1, 1, 2, 2, 1, 1, 2, 2])
    expect(first('reduce_max', [x], { axes: [0], keep_dims: false })).toEqual([4, 5, 6])
  })
})

describe('gaussian_band', () => {
  it.each(['reflect', 'zero'] as const)('filters rows as a convolution over the padded row does: %s', (border) => {
    const size = 9
    const [window, sigma] = [5, 1.5]
    const x = randomValue('row', [size, 1])
    const [band] = applied('gaussian_band', [], { size, window, sigma, border, dtype: 'f32' })
    const weights = [-2, -1, 0, 1, 2].map((d) => Math.exp((-d * d) / (2 * sigma * sigma)))
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    const reflected = (i: number) => (i < 0 ? -i : i >= size ? 2 * (size - 1) - i : i)
    const at = (i: number) => (border === 'zero' ? i : reflected(i))
    const expected = Float64Array.from({ length: size }, (_value, i) =>
      weights.reduce((sum, weight, k) => sum + (weight / total) * (x.data[at(i + k - 2)] ?? 0), 0),
    )
    const [filtered] = applied('matmul', [band ?? x, x], { transpose_a: false, transpose_b: false })
    expect(relativeError(filtered?.data ?? new Float64Array(0), expected)).toBeLessThan(1e-12)
  })
})

describe('random operators', () => {
  const key = keyFor(7, 'test')

  it('take word j of block i at counter (i, 0, step, 0)', () => {
    const drawn = first('random_uniform', [tensorOf([], [5])], { shape: [6], key }, ['i32'])
    const words = [...philox4x32([0, 0, 5, 0], keyWords(key)), ...philox4x32([1, 0, 5, 0], keyWords(key))]
    expect(drawn).toEqual(words.slice(0, 6).map((word) => (word & 0x7fffff) / 2 ** 23))
  })

  it('are normal with mean 0 and deviation 1', () => {
    const drawn = first('random_normal', [tensorOf([], [0])], { shape: [20001], key }, ['i32'])
    const mean = drawn.reduce((sum, x) => sum + x, 0) / drawn.length
    const variance = drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / drawn.length
    const within = drawn.filter((x) => Math.abs(x) < 1).length / drawn.length
    expect(drawn).toHaveLength(20001)
    expect(Math.abs(mean)).toBeLessThan(0.02)
    expect(Math.abs(variance - 1)).toBeLessThan(0.03)
    expect(Math.abs(within - 0.6827)).toBeLessThan(0.01)
  })
})

describe('convolutions', () => {
  it('are adjoint: <conv(x, k), dy> = <x, input_grad> = <k, filter_grad>', () => {
    const attributes = { strides: [2, 1], padding: [1, 0, 2, 1], dilations: [1, 2] }
    const x = randomValue('x', [2, 6, 7, 3])
    const kernel = randomValue('k', [3, 2, 3, 4])
    const [y] = applied('conv2d', [x, kernel], attributes)
    const dy = randomValue('dy', y?.shape ?? [])
    const [dx] = applied('conv2d_input_grad', [kernel, dy], { ...attributes, input_shape: x.shape })
    const [dkernel] = applied('conv2d_filter_grad', [x, dy], { ...attributes, kernel_shape: kernel.shape })
    const dot = (a: Value | undefined, b: Value) => b.data.reduce((sum, value, i) => sum + value * (a?.data[i] ?? 0), 0)
    expect(dot(dx, x)).toBeCloseTo(dot(y, dy), 10)
    expect(dot(dkernel, kernel)).toBeCloseTo(dot(y, dy), 10)
  })
})

describe('interpret', () => {
  const state: readonly StateVariable[] = [
    { name: 'a', type: { dtype: 'f32', shape: [] }, kind: 'weight' },
    { name: 'b', type: { dtype: 'f32', shape: [] }, kind: 'weight' },
  ]
  const swap = (builder: FunctionBuilder) => {
    builder.assign('a', builder.read('b'))
    builder.assign('b', builder.read('a'))
    builder.output('a', builder.read('a'))
  }

  it('reads state at entry and sets it at exit, and leaves what it was given', () => {
    const before = new Map([
      ['a', Float64Array.of(1)],
      ['b', Float64Array.of(2)],
    ])
    const { outputs, state: after } = interpret(moduleOf(swap, state), 'main', {}, before)
    expect(numbersOf(outputs.a)).toEqual([1])
    expect([after.get('a')?.[0], after.get('b')?.[0]]).toEqual([2, 1])
    expect([before.get('a')?.[0], before.get('b')?.[0]]).toEqual([1, 2])
  })

  it('rounds bf16 only when asked', () => {
    const module = moduleOf((builder) => {
      const x = builder.input('x', { dtype: 'f32', shape: [2] })
      builder.output('y', builder.one('cast', [builder.one('cast', [x], { dtype: 'bf16' })], { dtype: 'f32' }))
    })
    const inputs = { x: tensorOf([2], [1.01, 3.2]) }
    expect(numbersOf(interpret(module, 'main', inputs).outputs.y)).toEqual([1.01, 3.2])
    const rounded = interpret(module, 'main', inputs, new Map(), { roundBf16: true })
    expect(numbersOf(rounded.outputs.y)).toEqual([1.0078125, 3.203125])
  })

  it('rounds to the nearest even bfloat16', () => {
    const halfway = 1 + 2 ** -8
    expect([halfway, halfway + 2 ** -7, 0, -halfway, Number.POSITIVE_INFINITY].map(toBf16)).toEqual([
      1,
      1 + 2 ** -6,
      0,
      -1,
      Number.POSITIVE_INFINITY,
    ])
    expect(toBf16(Number.NaN)).toBeNaN()
  })

  it('says what is missing', () => {
    const module = moduleOf(swap, state)
    expect(() => interpret(module, 'other', {})).toThrow('test has no function other')
    expect(() => interpret(module, 'main', {})).toThrow('state b')
    const takes = moduleOf((builder) => builder.output('x', builder.input('x', { dtype: 'f32', shape: [2] })))
    expect(() => interpret(takes, 'main', {})).toThrow('input x is not given')
    expect(() => interpret(takes, 'main', { x: tensorOf([3], [1, 2, 3]) })).toThrow('input x is [2], not [3]')
  })
})

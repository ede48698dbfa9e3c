import { describe, expect, it } from 'vitest'
import { FunctionBuilder } from '../../../src/ir/builder.js'
import { interpret, type Value } from '../../../src/ir/interpret/run.js'
import type { Operation, ValueId } from '../../../src/ir/types.js'
import { differentiate } from '../../../src/passes/autodiff/differentiate.js'
import { tensorOf } from '../../ir/helpers.js'

/** Gradients by every input of what `write` makes of them, at these values; and the operations that were added. */
function gradientsOf(
  inputs: Readonly<Record<string, Value>>,
  write: (builder: FunctionBuilder, values: readonly ValueId[]) => ValueId,
): { readonly gradients: readonly number[][]; readonly added: readonly Operation[] } {
  const builder = new FunctionBuilder('main')
  const values = Object.entries(inputs).map(([name, { shape }]) => builder.input(name, { dtype: 'f32', shape }))
  const loss = write(builder, values)
  const before = builder.operations.length
  differentiate(builder, builder.operations, loss, values).forEach((gradient, place) => {
    builder.output(`d${place}`, gradient)
  })
  const { outputs } = interpret({ name: 'm', state: [], functions: [builder.build()] }, 'main', inputs)
  return {
    gradients: values.map((_value, place) => [...(outputs[`d${place}`]?.data ?? [])]),
    added: builder.operations.slice(before),
  }
}

const total = (builder: FunctionBuilder, value: ValueId): ValueId =>
  builder.one('reduce_sum', [value], { axes: builder.shape(value).map((_side, axis) => axis), keep_dims: false })

describe('differentiate', () => {
  it('adds up what a value that is used many times gives', () => {
    const { gradients } = gradientsOf({ x: tensorOf([2], [3, 5]) }, (builder, [x = -1]) =>
      total(builder, builder.one('add', [builder.one('mul', [x, x]), x])),
    )
    expect(gradients).toEqual([[7, 11]])
  })

  it('gives zeros for what the loss does not depend on, at no cost', () => {
    const { gradients, added } = gradientsOf(
      { x: tensorOf([1], [3]), unused: tensorOf([2], [1, 2]) },
      (builder, [x = -1, unused = -1]) => {
        builder.one('exp', [unused])
        return total(builder, x)
      },
    )
    expect(gradients).toEqual([[1], [0, 0]])
    expect(added.map(({ op }) => op)).not.toContain('mul')
  })

  it('spends nothing on operands that lead to no weight', () => {
    const builder = new FunctionBuilder('main')
    const image = builder.input('image', { dtype: 'f32', shape: [1, 4, 4, 1] })
    const kernel = builder.input('kernel', { dtype: 'f32', shape: [3, 3, 1, 1] })
    const attributes = { strides: [1, 1], padding: [1, 1, 1, 1], dilations: [1, 1] }
    const loss = total(builder, builder.one('conv2d', [image, kernel], attributes, 'net.conv'))
    differentiate(builder, builder.operations, loss, [kernel])
    const gradients = builder.operations.filter(({ op }) => op.startsWith('conv2d_'))
    expect(gradients.map(({ op, path }) => [op, path])).toEqual([['conv2d_filter_grad', 'net.conv']])
  })

  it('spends nothing on what comes out of stop_gradient', () => {
    const builder = new FunctionBuilder('main')
    const x = builder.input('x', { dtype: 'f32', shape: [] })
    const loss = builder.one('mul', [x, builder.one('stop_gradient', [x])])
    const before = builder.operations.length
    differentiate(builder, builder.operations, loss, [x])
    expect(builder.operations.slice(before).map(({ op }) => op)).toEqual(['constant', 'mul'])
  })

  it('stops at stop_gradient, sign and comparisons', () => {
    const { gradients } = gradientsOf({ x: tensorOf([2], [3, -5]) }, (builder, [x = -1]) => {
      const stopped = builder.one('stop_gradient', [x])
      const positive = builder.one('cast', [builder.one('greater', [x, builder.constant(0)])], { dtype: 'f32' })
      const flat = builder.one('mul', [builder.one('sign', [x]), positive])
      return total(builder, builder.one('add', [builder.one('mul', [stopped, x]), flat]))
    })
    expect(gradients).toEqual([[3, -5]])
  })

  it('halves at ties of maximum and minimum, shares at ties of reduce_max, is zero for abs of zero', () => {
    const tie = { a: tensorOf([3], [1, 2, 0]), b: tensorOf([3], [1, 0, 2]) }
    const by = (op: 'maximum' | 'minimum') =>
      gradientsOf(tie, (builder, values) => total(builder, builder.one(op, values))).gradients
    expect(by('maximum')).toEqual([
      [0.5, 1, 0],
      [0.5, 0, 1],
    ])
    expect(by('minimum')).toEqual([
      [0.5, 0, 1],
      [0.5, 1, 0],
    ])
    const most = gradientsOf({ x: tensorOf([5], [4, 1, 4, 4, 4]) }, (builder, [x = -1]) =>
      builder.one('reduce_max', [x], { axes: [0], keep_dims: false }),
    )
    expect(most.gradients).toEqual([[0.25, 0, 0.25, 0.25, 0.25]])
    const distance = gradientsOf({ x: tensorOf([3], [-2, 0, 2]) }, (builder, [x = -1]) =>
      total(builder, builder.one('abs', [x])),
    )
    expect(distance.gradients).toEqual([[-1, 0, 1]])
  })

  it('sends the gradient of a window to its first maximum', () => {
    const flat = gradientsOf({ x: tensorOf([1, 2, 2, 1], [1, 3, 3, 3]) }, (builder, [x = -1]) =>
      total(builder, builder.one('max_pool', [x], { size: [2, 2], strides: [2, 2], padding: [0, 0, 0, 0] })),
    )
    expect(flat.gradients).toEqual([[0, 1, 0, 0]])
  })

  it('lets no gradient in through batch statistics', () => {
    const { gradients } = gradientsOf(
      { x: tensorOf([3, 1], [1, 2, 4]), scale: tensorOf([1], [1]), offset: tensorOf([1], [0]) },
      (builder, values) => total(builder, builder.emit('batch_norm_train', values, { epsilon: 1e-5 })[1] ?? -1),
    )
    expect(gradients).toEqual([[0, 0, 0], [0], [0]])
  })

  it('refuses a loss that is no f32[], and a way through a gradient', () => {
    const builder = new FunctionBuilder('main')
    const x = builder.input('x', { dtype: 'f32', shape: [2] })
    expect(() => differentiate(builder, builder.operations, x, [x])).toThrow('a loss is f32[] or f64[], not f32[2]')
    const through = total(builder, builder.one('relu_grad', [x, x]))
    expect(() => differentiate(builder, builder.operations, through, [x])).toThrow('relu_grad is not differentiated')
  })
})

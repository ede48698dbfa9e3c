import { expect, it } from 'vitest'
import { FunctionBuilder } from '../../src/ir/builder.js'
import { costOf } from '../../src/ir/ops/cost.js'

it('counts a multiplication and an addition of matrix work as two, and no other work as matrix work', () => {
  const builder = new FunctionBuilder('main')
  const x = builder.input('x', { dtype: 'bf16', shape: [2, 8, 8, 3] })
  const kernel = builder.input('k', { dtype: 'bf16', shape: [3, 3, 3, 4] })
  const attributes = { strides: [1, 1], padding: [1, 1, 1, 1], dilations: [1, 1] }
  const y = builder.one('conv2d', [x, kernel], attributes)
  builder.one('conv2d_input_grad', [kernel, y], { ...attributes, input_shape: [2, 8, 8, 3] })
  builder.one('conv2d_filter_grad', [x, y], { ...attributes, kernel_shape: [3, 3, 3, 4] })
  builder.one('relu', [y])
  const a = builder.input('a', { dtype: 'f32', shape: [7, 5] })
  const b = builder.input('b', { dtype: 'f32', shape: [3, 7] })
  builder.one('matmul', [a, b], { transpose_a: true, transpose_b: true })
  const { operations, types } = builder.build()
  const convolution = 2 * (2 * 8 * 8 * 4) * (3 * 3 * 3)
  const [conv, byInput, byKernel, relu, product] = operations.map((operation) => costOf(operation, types))
  expect(conv).toEqual({ flops: convolution, matrixFlops: convolution, bytes: 2 * (384 + 108 + 512) })
  expect([byInput?.matrixFlops, byKernel?.matrixFlops]).toEqual([convolution, convolution])
  expect(relu).toEqual({ flops: 512, matrixFlops: 0, bytes: 2 * (512 + 512) })
  expect(product).toEqual({ flops: 2 * 5 * 3 * 7, matrixFlops: 2 * 5 * 3 * 7, bytes: 4 * (35 + 21 + 15) })
})

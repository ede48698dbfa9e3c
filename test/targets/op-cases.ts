import type { OpName } from '../../src/ir/ops/table.js'
import type { Attributes, DType, TensorType } from '../../src/ir/types.js'

export interface OpCase {
  readonly operands: readonly Operand[]
  readonly attributes: Attributes
  /** Also tried with these operands in bf16 (indices). */
  readonly bf16?: readonly number[]
}

export interface Operand {
  readonly type: TensorType
  /** Values are drawn uniformly from here; integers for i32, 0 or 1 for bool. */
  readonly range: readonly [number, number]
}

function tensor(shape: readonly number[], range: readonly [number, number] = [-2, 2], dtype: DType = 'f32'): Operand {
  return { type: { dtype, shape }, range }
}

const positive: readonly [number, number] = [0.1, 3]
const map = [2, 6, 7, 3]

function unary(range?: readonly [number, number]): readonly OpCase[] {
  return [{ operands: [tensor(map, range)], attributes: {}, bf16: [0] }]
}

function binary(range?: readonly [number, number]): readonly OpCase[] {
  return [
    { operands: [tensor(map), tensor(map, range)], attributes: {}, bf16: [0, 1] },
    { operands: [tensor(map), tensor([3], range)], attributes: {}, bf16: [0, 1] },
    { operands: [tensor([2, 1, 1, 1]), tensor(map, range)], attributes: {} },
    { operands: [tensor([]), tensor([4, 5], range)], attributes: {} },
  ]
}

function comparison(): readonly OpCase[] {
  return [
    { operands: [tensor(map), tensor(map)], attributes: {} },
    { operands: [tensor([5], [0, 2], 'i32'), tensor([5], [0, 2], 'i32')], attributes: {} },
  ]
}

function reduction(): readonly OpCase[] {
  return [
    { operands: [tensor(map, positive)], attributes: { axes: [0, 1, 2, 3], keep_dims: false } },
    { operands: [tensor(map, positive)], attributes: { axes: [0, 1, 2], keep_dims: false } },
    { operands: [tensor(map, positive)], attributes: { axes: [1, 2], keep_dims: true } },
    { operands: [tensor([4, 5], positive)], attributes: { axes: [0], keep_dims: false } },
  ]
}

const plain = { strides: [1, 1], padding: [1, 1, 1, 1], dilations: [1, 1] }
/** Same padding, none, uneven strides and padding, dilation, and a padding that only `EXPLICIT` can say. */
const windows = [
  { kernel: [3, 3, 3, 4], window: plain, output: [2, 6, 7, 4] },
  { kernel: [1, 1, 3, 4], window: { ...plain, padding: [0, 0, 0, 0] }, output: [2, 6, 7, 4] },
  { kernel: [3, 2, 3, 4], window: { strides: [2, 1], padding: [1, 0, 0, 1], dilations: [1, 1] }, output: [2, 3, 7, 4] },
  { kernel: [3, 3, 3, 4], window: { strides: [1, 1], padding: [2, 2, 2, 2], dilations: [2, 2] }, output: [2, 6, 7, 4] },
  { kernel: [1, 3, 3, 4], window: { strides: [1, 1], padding: [0, 0, 2, 2], dilations: [1, 2] }, output: [2, 6, 7, 4] },
  { kernel: [1, 1, 3, 4], window: { strides: [1, 1], padding: [0, 2, 0, 2], dilations: [1, 1] }, output: [2, 8, 9, 4] },
] as const

const pools = [
  { input: [2, 6, 8, 3], size: [2, 2], strides: [2, 2], padding: [0, 0, 0, 0], output: [2, 3, 4, 3] },
  { input: [2, 7, 5, 3], size: [2, 2], strides: [2, 2], padding: [0, 0, 0, 0], output: [2, 3, 2, 3] },
  { input: [1, 7, 7, 2], size: [3, 2], strides: [2, 1], padding: [0, 0, 0, 0], output: [1, 3, 6, 2] },
  { input: [2, 6, 7, 3], size: [3, 3], strides: [1, 1], padding: [1, 1, 1, 1], output: [2, 6, 7, 3] },
] as const
const resizes = [
  { input: [2, 3, 5, 3], height: 6, width: 10, align_corners: true },
  { input: [1, 1, 1, 2], height: 2, width: 2, align_corners: true },
  { input: [2, 3, 5, 3], height: 6, width: 10, align_corners: false },
  { input: [2, 7, 9, 3], height: 3, width: 11, align_corners: false },
  { input: [2, 7, 9, 3], height: 3, width: 4, align_corners: true },
] as const

/** Every operator of the IR; the ones that touch state are tried in `updates.test.ts`. */
export const opCases: Readonly<Record<OpName, readonly OpCase[] | 'state' | 'pool'>> = {
  read: 'state',
  assign: 'state',
  adam_update: 'state',
  momentum_update: 'state',
  constant: [
    { operands: [], attributes: { value: 1.5, shape: [2, 3], dtype: 'f32' } },
    { operands: [], attributes: { value: -0.3, shape: [64, 128], dtype: 'f32' } },
    { operands: [], attributes: { value: 7, shape: [], dtype: 'i32' } },
    { operands: [], attributes: { value: 0.3, shape: [4], dtype: 'bf16' } },
  ],
  literal: [{ operands: [], attributes: { values: [1, -2.5, 3e-8, 4], shape: [2, 2], dtype: 'f32' } }],
  gaussian_band: [
    { operands: [], attributes: { size: 16, window: 11, sigma: 1.5, border: 'reflect', dtype: 'f32' } },
    { operands: [], attributes: { size: 16, window: 11, sigma: 1.5, border: 'zero', dtype: 'f32' } },
    { operands: [], attributes: { size: 7, window: 7, sigma: 1.5, border: 'reflect', dtype: 'f32' } },
  ],
  random_uniform: [
    { operands: [tensor([], [0, 9], 'i32')], attributes: { shape: [5, 7], key: '0123456789abcdef' } },
    { operands: [tensor([], [0, 9], 'i32')], attributes: { shape: [3, 3, 8, 16], key: 'fedcba9876543210' } },
  ],
  random_normal: [
    { operands: [tensor([], [0, 9], 'i32')], attributes: { shape: [5, 7], key: '0123456789abcdef' } },
    { operands: [tensor([], [0, 9], 'i32')], attributes: { shape: [3, 3, 8, 16], key: 'fedcba9876543210' } },
  ],
  cast: [
    { operands: [tensor(map)], attributes: { dtype: 'bf16' } },
    { operands: [tensor(map, [-9, 9], 'i32')], attributes: { dtype: 'f32' } },
    { operands: [tensor(map, [0, 1], 'bool')], attributes: { dtype: 'f32' } },
  ],
  reshape: [{ operands: [tensor(map)], attributes: { shape: [4, 63] }, bf16: [0] }],
  transpose: [{ operands: [tensor(map)], attributes: { perm: [0, 3, 1, 2] }, bf16: [0] }],
  broadcast_to: [
    { operands: [tensor([2, 1, 1, 3])], attributes: { shape: map }, bf16: [0] },
    { operands: [tensor([])], attributes: { shape: [4, 5] } },
  ],
  concat: [{ operands: [tensor(map), tensor([2, 6, 7, 5])], attributes: { axis: 3 }, bf16: [0, 1] }],
  slice: [{ operands: [tensor(map)], attributes: { begin: [0, 1, 2, 1], size: [2, 3, 4, 2] }, bf16: [0] }],
  pad: [
    {
      operands: [tensor(map)],
      attributes: {
        paddings: [
          [0, 0],
          [1, 2],
          [0, 3],
          [1, 0],
        ],
      },
      bf16: [0],
    },
  ],
  neg: unary(),
  exp: unary(),
  log: unary(positive),
  sqrt: unary(positive),
  rsqrt: unary(positive),
  square: unary(),
  abs: unary(),
  sign: unary(),
  relu: unary(),
  sigmoid: unary([-9, 9]),
  tanh: unary(),
  softplus: unary([-30, 30]),
  relu_grad: [{ operands: [tensor(map), tensor(map)], attributes: {}, bf16: [0, 1] }],
  add: binary(),
  sub: binary(),
  mul: binary(),
  div: binary(positive),
  maximum: binary(),
  minimum: binary(),
  greater: comparison(),
  greater_equal: comparison(),
  less: comparison(),
  equal: comparison(),
  logical_and: [{ operands: [tensor(map, [0, 1], 'bool'), tensor(map, [0, 1], 'bool')], attributes: {} }],
  select: [
    { operands: [tensor(map, [0, 1], 'bool'), tensor(map), tensor(map)], attributes: {} },
    { operands: [tensor(map, [0, 1], 'bool'), tensor(map), tensor([])], attributes: {} },
  ],
  reduce_sum: reduction(),
  reduce_mean: reduction(),
  reduce_max: reduction(),
  kth_largest: [1, 3].map((k) => ({ operands: [tensor([4, 5, 3])], attributes: { k } })),
  softmax: [
    { operands: [tensor(map, [-20, 20])], attributes: {} },
    { operands: [tensor([4, 2])], attributes: {} },
  ],
  log_softmax: [{ operands: [tensor(map, [-20, 20])], attributes: {} }],
  matmul: [
    {
      operands: [tensor([4, 5]), tensor([5, 6])],
      attributes: { transpose_a: false, transpose_b: false },
      bf16: [0, 1],
    },
    { operands: [tensor([5, 4]), tensor([6, 5])], attributes: { transpose_a: true, transpose_b: true } },
    { operands: [tensor([6, 6]), tensor([3, 6, 4])], attributes: { transpose_a: false, transpose_b: false } },
  ],
  conv2d: windows.map(({ kernel, window }) => ({
    operands: [tensor(map), tensor(kernel)],
    attributes: window,
    bf16: [0, 1],
  })),
  conv2d_input_grad: windows.map(({ kernel, window, output }) => ({
    operands: [tensor(kernel), tensor(output)],
    attributes: { ...window, input_shape: map },
    bf16: [0, 1],
  })),
  conv2d_filter_grad: windows.map(({ kernel, window, output }) => ({
    operands: [tensor(map), tensor(output)],
    attributes: { ...window, kernel_shape: kernel },
    bf16: [0, 1],
  })),
  max_pool: pools.map(({ input, size, strides, padding }) => ({
    operands: [tensor(input)],
    attributes: { size, strides, padding },
    bf16: [0],
  })),
  // Its operands depend on each other.
  max_pool_grad: 'pool',
  avg_pool: pools.map(({ input, size, strides, padding }) => ({
    operands: [tensor(input)],
    attributes: { size, strides, padding },
    bf16: [0],
  })),
  avg_pool_grad: pools.map(({ input, size, strides, padding, output }) => ({
    operands: [tensor(output)],
    attributes: { size, strides, padding, input_shape: input },
    bf16: [0],
  })),
  resize_bilinear: resizes.map(({ input, ...attributes }) => ({ operands: [tensor(input)], attributes, bf16: [0] })),
  resize_bilinear_grad: resizes.map(({ input, height, width, align_corners }) => ({
    operands: [tensor([input[0], height, width, input[3]])],
    attributes: { height: input[1], width: input[2], align_corners },
    bf16: [0],
  })),
  resize_nearest: [{ operands: [tensor([2, 3, 5, 3])], attributes: { height: 6, width: 15 }, bf16: [0] }],
  resize_nearest_grad: [{ operands: [tensor([2, 6, 15, 3])], attributes: { height: 3, width: 5 }, bf16: [0] }],
  batch_norm_train: [
    { operands: [tensor(map), tensor([3]), tensor([3])], attributes: { epsilon: 1e-5 }, bf16: [0] },
    { operands: [tensor([4, 5]), tensor([5]), tensor([5])], attributes: { epsilon: 1e-5 } },
  ],
  batch_norm_grad: [
    {
      operands: [tensor(map), tensor(map), tensor([3]), tensor([3]), tensor([3], positive)],
      attributes: { epsilon: 1e-5 },
    },
  ],
  batch_norm_inference: [
    {
      operands: [tensor(map), tensor([3]), tensor([3]), tensor([3]), tensor([3], positive)],
      attributes: { epsilon: 1e-5 },
      bf16: [0],
    },
    {
      operands: [tensor([4, 5]), tensor([5]), tensor([5]), tensor([5]), tensor([5], positive)],
      attributes: { epsilon: 1e-3 },
    },
  ],
  stop_gradient: unary(),
  after: [
    { operands: [tensor(map), tensor([3])], attributes: {}, bf16: [0] },
    { operands: [tensor(map), tensor([2], [0, 2], 'i32')], attributes: {} },
  ],
}

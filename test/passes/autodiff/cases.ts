import type { OpName } from '../../../src/ir/ops/table.js'
import type { Attributes, DType } from '../../../src/ir/types.js'

/** An operator applied to random operands, to be differentiated by every float operand but those in `fixed`. */
export interface GradientCase {
  readonly what: string
  readonly shapes: readonly (readonly number[])[]
  readonly attributes?: Attributes
  /** Of the operands' values; -1 .. 1 unless told. */
  readonly range?: readonly [number, number]
  readonly dtypes?: readonly DType[]
  /** Operands that the rule says have no gradient. */
  readonly fixed?: readonly number[]
}

const one = (shapes: readonly (readonly number[])[], rest: Partial<GradientCase> = {}): readonly GradientCase[] => [
  { what: shapes.map((shape) => `[${shape.join(',')}]`).join(' '), shapes, ...rest },
]

const unary = one([[2, 3]])
const positive = one([[2, 3]], { range: [0.3, 2] })
const broadcast = (range: readonly [number, number] = [-1, 1]): readonly GradientCase[] => [
  {
    what: 'equal shapes',
    shapes: [
      [2, 3],
      [2, 3],
    ],
    range,
  },
  { what: 'a scalar on the left', shapes: [[], [2, 3]], range },
  { what: 'a row on the right', shapes: [[2, 2, 3], [3]], range },
  {
    what: 'both repeated',
    shapes: [
      [2, 1, 3],
      [4, 1],
    ],
    range,
  },
]
const reduction = [false, true].flatMap((keep_dims): readonly GradientCase[] => [
  { what: `middle axis, keep_dims ${keep_dims}`, shapes: [[2, 3, 4]], attributes: { axes: [1], keep_dims } },
  { what: `outer axes, keep_dims ${keep_dims}`, shapes: [[2, 3, 4]], attributes: { axes: [0, 2], keep_dims } },
  { what: `all axes, keep_dims ${keep_dims}`, shapes: [[2, 3]], attributes: { axes: [0, 1], keep_dims } },
])
const convolution = { strides: [1, 1], padding: [1, 1, 1, 1], dilations: [1, 1] }

/** By operator; `zero` and `none` as the table of rules has them. */
export const gradientCases: Readonly<Record<OpName, readonly GradientCase[] | 'zero' | 'none'>> = {
  read: 'zero',
  assign: 'zero',
  constant: 'zero',
  literal: 'zero',
  gaussian_band: 'zero',
  random_uniform: 'zero',
  random_normal: 'zero',
  cast: one([[2, 3]], { attributes: { dtype: 'bf16' } }),
  reshape: one([[2, 6]], { attributes: { shape: [3, 4] } }),
  transpose: one([[2, 3, 4]], { attributes: { perm: [2, 0, 1] } }),
  broadcast_to: one([[3, 1]], { attributes: { shape: [2, 3, 4] } }),
  concat: [
    {
      what: 'three along the last axis',
      shapes: [
        [2, 1],
        [2, 3],
        [2, 2],
      ],
      attributes: { axis: 1 },
    },
    {
      what: 'two along the first axis',
      shapes: [
        [1, 2],
        [2, 2],
      ],
      attributes: { axis: 0 },
    },
  ],
  slice: one([[3, 4]], { attributes: { begin: [1, 0], size: [2, 3] } }),
  pad: one([[2, 3]], {
    attributes: {
      paddings: [
        [1, 0],
        [2, 1],
      ],
    },
  }),
  neg: unary,
  exp: unary,
  log: positive,
  sqrt: positive,
  rsqrt: positive,
  square: unary,
  abs: unary,
  sign: 'zero',
  relu: unary,
  sigmoid: one([[2, 3]], { range: [-4, 4] }),
  tanh: unary,
  softplus: one([[2, 3]], { range: [-4, 4] }),
  relu_grad: 'none',
  add: broadcast(),
  sub: broadcast(),
  mul: broadcast(),
  div: broadcast([0.5, 2]),
  maximum: broadcast(),
  minimum: broadcast(),
  greater: 'zero',
  greater_equal: 'zero',
  less: 'zero',
  equal: 'zero',
  logical_and: 'zero',
  select: [
    {
      what: 'equal shapes',
      shapes: [
        [2, 3],
        [2, 3],
        [2, 3],
      ],
      dtypes: ['bool', 'f32', 'f32'],
    },
    { what: 'all repeated', shapes: [[2, 1], [3], []], dtypes: ['bool', 'f32', 'f32'] },
  ],
  reduce_sum: reduction,
  reduce_mean: reduction,
  reduce_max: reduction,
  kth_largest: [1, 3, 4].map((k) => ({ what: `k = ${k}`, shapes: [[2, 3, 4]], attributes: { k } })),
  softmax: one([[2, 2, 3]]),
  log_softmax: one([[2, 2, 3]]),
  matmul: [false, true].flatMap((transpose_a) =>
    [false, true].flatMap((transpose_b): readonly GradientCase[] => {
      const a = transpose_a ? [4, 3] : [3, 4]
      const b = transpose_b ? [5, 4] : [4, 5]
      const attributes = { transpose_a, transpose_b }
      const flags = `transposed ${transpose_a} ${transpose_b}`
      return [
        { what: flags, shapes: [a, b], attributes },
        { what: `${flags}, b in many`, shapes: [a, [2, ...b]], attributes },
        {
          what: `${flags}, both in many`,
          shapes: [
            [3, 1, ...a],
            [2, ...b],
          ],
          attributes,
        },
      ]
    }),
  ),
  conv2d: [
    {
      what: '3x3, padded',
      shapes: [
        [2, 4, 5, 2],
        [3, 3, 2, 3],
      ],
      attributes: convolution,
    },
    {
      what: '1x1',
      shapes: [
        [2, 3, 2, 2],
        [1, 1, 2, 3],
      ],
      attributes: { ...convolution, padding: [0, 0, 0, 0] },
    },
    {
      what: 'strided',
      shapes: [
        [1, 6, 5, 2],
        [3, 2, 2, 2],
      ],
      attributes: { ...convolution, strides: [2, 3] },
    },
    {
      what: 'dilated',
      shapes: [
        [1, 6, 7, 1],
        [3, 2, 1, 2],
      ],
      attributes: { ...convolution, dilations: [2, 3] },
    },
    {
      what: 'padded unevenly',
      shapes: [
        [1, 4, 4, 1],
        [2, 3, 1, 2],
      ],
      attributes: { ...convolution, padding: [0, 2, 3, 1] },
    },
  ],
  conv2d_input_grad: 'none',
  conv2d_filter_grad: 'none',
  max_pool: [
    { what: '2x2', shapes: [[2, 4, 6, 2]], attributes: { size: [2, 2], strides: [2, 2], padding: [0, 0, 0, 0] } },
    {
      what: 'with a rest',
      shapes: [[1, 5, 7, 2]],
      attributes: { size: [2, 2], strides: [2, 2], padding: [0, 0, 0, 0] },
    },
    {
      what: 'overlapping',
      shapes: [[1, 5, 5, 1]],
      attributes: { size: [3, 2], strides: [1, 1], padding: [0, 0, 0, 0] },
    },
    { what: 'padded', shapes: [[1, 5, 6, 2]], attributes: { size: [3, 3], strides: [2, 2], padding: [1, 1, 1, 1] } },
  ],
  max_pool_grad: 'none',
  avg_pool: [
    { what: '2x2', shapes: [[2, 4, 6, 2]], attributes: { size: [2, 2], strides: [2, 2], padding: [0, 0, 0, 0] } },
    { what: 'padded', shapes: [[1, 5, 6, 2]], attributes: { size: [3, 3], strides: [1, 1], padding: [1, 1, 1, 1] } },
    { what: 'uneven', shapes: [[1, 5, 6, 1]], attributes: { size: [3, 2], strides: [2, 1], padding: [2, 0, 0, 1] } },
  ],
  avg_pool_grad: 'none',
  resize_bilinear: [true, false].flatMap((align_corners): readonly GradientCase[] => [
    {
      what: `larger, corners ${align_corners}`,
      shapes: [[2, 3, 2, 2]],
      attributes: { height: 6, width: 5, align_corners },
    },
    {
      what: `smaller, corners ${align_corners}`,
      shapes: [[1, 6, 5, 1]],
      attributes: { height: 4, width: 2, align_corners },
    },
    {
      what: `from one, corners ${align_corners}`,
      shapes: [[1, 1, 1, 2]],
      attributes: { height: 2, width: 3, align_corners },
    },
  ]),
  resize_bilinear_grad: 'none',
  resize_nearest: one([[2, 2, 3, 2]], { attributes: { height: 4, width: 9 } }),
  resize_nearest_grad: 'none',
  batch_norm_train: one([[3, 2, 2, 2], [2], [2]], { attributes: { epsilon: 1e-5 } }),
  batch_norm_grad: 'none',
  batch_norm_inference: one([[3, 2, 2, 2], [2], [2], [2], [2]], {
    attributes: { epsilon: 1e-5 },
    range: [0.2, 1],
    fixed: [3, 4],
  }),
  stop_gradient: 'zero',
  after: 'none',
  adam_update: 'none',
  momentum_update: 'none',
}

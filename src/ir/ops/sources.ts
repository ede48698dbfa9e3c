import { invariant } from '../../diagnostics/invariant.js'
import type { Attributes, DType } from '../types.js'
import { dtypeOf, numberOf, numbersOf, textOf } from './attributes.js'
import { noFlops, pure, type TypeRule } from './definition.js'
import { only, requireShape, showType, sizeOf } from './shape.js'

export const constant = pure({
  summary: 'a tensor filled with one number; bool is 0 or 1',
  operands: [],
  attributes: { value: 'number', shape: 'ints', dtype: 'dtype' },
  typeRule: 'dtype of shape',
  types: (_operands, attributes) => {
    const dtype = dtypeOf(attributes, 'dtype')
    const value = numberOf(attributes, 'value')
    invariant(dtype !== 'i32' || value === (value | 0), `${value} is no i32`)
    invariant(dtype !== 'bool' || value === 0 || value === 1, `${value} is no bool`)
    return [{ dtype, shape: requireShape(numbersOf(attributes, 'shape')) }]
  },
  flops: noFlops,
})

function tableType(attributes: Attributes): DType {
  const dtype = dtypeOf(attributes, 'dtype')
  invariant(dtype === 'f32' || dtype === 'f64', `a table is f32 or f64, not ${dtype}`)
  return dtype
}

export const literal = pure({
  summary: 'a small table, row-major',
  operands: [],
  attributes: { values: 'numbers', shape: 'ints', dtype: 'dtype' },
  typeRule: 'dtype (f32 or f64) of shape',
  types: (_operands, attributes) => {
    const shape = requireShape(numbersOf(attributes, 'shape'))
    const count = numbersOf(attributes, 'values').length
    invariant(count === sizeOf(shape), `${count} values do not fill [${shape.join(',')}]`)
    return [{ dtype: tableType(attributes), shape }]
  },
  flops: noFlops,
})

export const gaussianBand = pure({
  summary:
    'row i is the normalised Gaussian window centred at i, with the padding folded in (border: reflect or zero): G x filters the rows of x as a padded convolution would',
  operands: [],
  attributes: { size: 'int', window: 'int', sigma: 'number', border: 'string', dtype: 'dtype' },
  typeRule: 'dtype (f32 or f64) of [size,size]',
  types: (_operands, attributes) => {
    const size = numberOf(attributes, 'size')
    const window = numberOf(attributes, 'window')
    invariant(window >= 1 && window % 2 === 1, `a window is odd, not ${window}`)
    invariant(['reflect', 'zero'].includes(textOf(attributes, 'border')), 'a border is reflected or zero')
    invariant((window - 1) / 2 < size, `reflecting ${(window - 1) / 2} values needs a side above that, not ${size}`)
    invariant(numberOf(attributes, 'sigma') > 0, 'sigma is positive')
    return [{ dtype: tableType(attributes), shape: [size, size] }]
  },
  flops: noFlops,
})

const randomTypes: TypeRule = (operands, attributes) => {
  const step = only(operands)
  invariant(step.dtype === 'i32' && step.shape.length === 0, `step is i32[], not ${showType(step)}`)
  invariant(/^[0-9a-f]{16}$/.test(textOf(attributes, 'key')), 'a key is 16 hex digits')
  return [{ dtype: 'f32', shape: requireShape(numbersOf(attributes, 'shape')) }]
}

const random = {
  operands: ['step'],
  attributes: { shape: 'ints', key: 'string' },
  typeRule: 'step is i32[]; f32 of shape',
  types: randomTypes,
  flops: noFlops,
} as const

export const randomUniform = pure({
  ...random,
  summary:
    "uniform in [0, 1): Philox4x32-10 at counter (block, 0, step, 0), value j of block i, its 23 low bits; as TensorFlow's StatelessRandomUniformV2 with counter [0, step]",
})

export const randomNormal = pure({
  ...random,
  summary:
    "standard normal by Box-Muller on pairs of the same words: r sin, r cos; as TensorFlow's StatelessRandomNormalV2 with counter [0, step]",
})

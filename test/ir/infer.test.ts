import { describe, expect, it } from 'vitest'
import { inferTypes } from '../../src/ir/ops/infer.js'
import { showType } from '../../src/ir/ops/shape.js'
import type { OpName } from '../../src/ir/ops/table.js'
import type { Attributes, TensorType } from '../../src/ir/types.js'

/** `f32[2,3] bf16[]` */
function types(text: string): TensorType[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => {
      const [dtype, sides = ''] = word.slice(0, -1).split('[')
      if (dtype !== 'f32' && dtype !== 'bf16' && dtype !== 'i32' && dtype !== 'bool') throw new Error(word)
      return { dtype, shape: sides === '' ? [] : sides.split(',').map(Number) }
    })
}

const conv = { strides: [1, 1], padding: [0, 0, 0, 0], dilations: [1, 1] }
const random = { shape: [2], key: '0123456789abcdef' }

describe('inferTypes', () => {
  it.each<[OpName, string, Attributes, string]>([
    ['add', 'f32[2,1] f32[3]', {}, 'f32[2,3]'],
    ['greater', 'i32[2] i32[]', {}, 'bool[2]'],
    ['select', 'bool[2,1] bf16[3] bf16[]', {}, 'bf16[2,3]'],
    ['cast', 'f32[2]', { dtype: 'bf16' }, 'bf16[2]'],
    ['concat', 'f32[2,1] f32[2,3]', { axis: 1 }, 'f32[2,4]'],
    ['matmul', 'f32[4,3,2] f32[5,3]', { transpose_a: true, transpose_b: true }, 'f32[4,2,5]'],
    ['conv2d', 'bf16[2,8,9,3] bf16[3,2,3,4]', { ...conv, strides: [2, 1], padding: [1, 1, 0, 0] }, 'bf16[2,4,8,4]'],
    ['conv2d', 'f32[1,9,9,1] f32[3,3,1,1]', { ...conv, dilations: [2, 4] }, 'f32[1,5,1,1]'],
    ['conv2d_filter_grad', 'f32[2,8,8,3] f32[2,6,6,4]', { ...conv, kernel_shape: [3, 3, 3, 4] }, 'f32[3,3,3,4]'],
    ['max_pool', 'f32[1,7,5,2]', { size: [2, 2], strides: [2, 2], padding: [0, 0, 0, 0] }, 'f32[1,3,2,2]'],
    ['batch_norm_train', 'bf16[2,3,3,4] f32[4] f32[4]', { epsilon: 1e-5 }, 'bf16[2,3,3,4] f32[4] f32[4]'],
    ['random_uniform', 'i32[]', random, 'f32[2]'],
  ])('%s(%s) %j is %s', (op, operands, attributes, expected) => {
    expect(inferTypes(op, types(operands), attributes).map(showType).join(' ')).toBe(expected)
  })

  it.each<[OpName, string, Attributes, string]>([
    ['add', 'f32[2] bf16[2]', {}, 'add(f32[2], bf16[2]): f32 and bf16 do not mix: cast one'],
    ['add', 'bool[2] bool[2]', {}, 'operands are numbers, not bool'],
    ['div', 'i32[] i32[]', {}, 'operands are f32, f64 or bf16, not i32'],
    ['exp', 'i32[2]', {}, 'the operand is f32, f64 or bf16, not i32'],
    ['exp', 'f32[] f32[]', {}, 'takes 1 operands (x), not 2'],
    ['concat', '', { axis: 0 }, 'takes at least 1 operands (x), not 0'],
    ['concat', 'f32[2,3] f32[3,3]', { axis: 1 }, '[2,3] and [3,3] do not line up along axis 1'],
    ['reshape', 'f32[2,3]', { shape: [4] }, '6 values of [2,3] do not fill [4]'],
    ['slice', 'f32[4]', { begin: [2], size: [3] }, '[3] from [2] is not within [4]'],
    ['broadcast_to', 'f32[2]', { shape: [3] }, '[2] and [3] do not broadcast'],
    ['transpose', 'f32[2,3]', { perm: [0, 0] }, '[0,0] does not permute the axes of [2,3]'],
    ['reduce_sum', 'f32[2,3]', { axes: [1, 0], keep_dims: true }, 'ascending'],
    ['matmul', 'f32[2,3] f32[2,3]', { transpose_a: false, transpose_b: false }, 'inner sides 3 and 2'],
    ['conv2d', 'f32[1,4,4,3] f32[3,3,2,4]', conv, 'has 3 channels, the kernel [3,3,2,4] takes 2'],
    ['conv2d', 'f32[1,2,2,1] f32[3,3,1,1]', conv, 'a window of 3 does not fit 2'],
    ['conv2d', 'f32[1,4,4,1] f32[3,3,1,1]', { ...conv, strides: [0, 1] }, 'strides is two positive integers'],
    [
      'conv2d_input_grad',
      'f32[3,3,1,2] f32[1,3,2,2]',
      { ...conv, input_shape: [1, 4, 4, 1] },
      'the output is [1,2,2,2]',
    ],
    [
      'max_pool_grad',
      'f32[1,4,4,1] f32[1,2,1,1] f32[1,2,1,1]',
      { size: [2, 2], strides: [2, 2], padding: [0, 0, 0, 0] },
      'max_pool gives [1,2,2,1]',
    ],
    ['resize_nearest', 'f32[1,2,2,1]', { height: 3, width: 4 }, '3x4 is no multiple of 2x2'],
    [
      'gaussian_band',
      '',
      { size: 5, window: 11, sigma: 1.5, border: 'reflect', dtype: 'f32' },
      'reflecting 5 values needs a side above that, not 5',
    ],
    ['batch_norm_train', 'f32[2,3] f32[2] f32[3]', { epsilon: 1e-5 }, 'scale against a value a channel'],
    ['random_normal', 'f32[]', random, 'step is i32[], not f32[]'],
    ['constant', '', { value: 0.5, shape: [], dtype: 'i32' }, '0.5 is no i32'],
    ['read', '', { state: 'w' }, 'no state is called "w"'],
  ])('refuses %s(%s) %j', (op, operands, attributes, message) => {
    expect(() => inferTypes(op, types(operands), attributes)).toThrow(message)
  })
})

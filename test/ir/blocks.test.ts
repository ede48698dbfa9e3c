import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { FunctionBuilder } from '../../src/ir/builder.js'
import { interpret, type Value } from '../../src/ir/interpret/run.js'
import type { ValueId } from '../../src/ir/types.js'
import { differentiate } from '../../src/passes/autodiff/differentiate.js'
import { decodeSafetensors, type StoredTensor, toFloat64 } from '../../src/plan/safetensors.js'
import { relativeError } from './helpers.js'

const { tensors } = decodeSafetensors(readFileSync('test/fixtures/blocks.safetensors'))

type Write = (builder: FunctionBuilder, operands: readonly ValueId[]) => ValueId

const convolution =
  (side: number): Write =>
  (builder, [x = -1, kernel = -1, bias = -1]) => {
    const attributes = { strides: [1, 1], padding: [side, side, side, side], dilations: [1, 1] }
    return builder.one('add', [builder.one('conv2d', [x, kernel], attributes), bias])
  }
const upsample: Write = (builder, [x = -1]) => {
  const [, height = 0, width = 0] = builder.shape(x)
  return builder.one('resize_bilinear', [x], { height: height * 2, width: width * 2, align_corners: true })
}
const maxPool: Write = (builder, [x = -1]) =>
  builder.one('max_pool', [x], { size: [2, 2], strides: [2, 2], padding: [0, 0, 0, 0] })

/** Every block of the file as IR; operands are the file's inputs, NHWC and HWIO. */
const blocks: Readonly<Record<string, Write>> = {
  avg_pool_3x3_same_count_padding: (builder, [x = -1]) =>
    builder.one('avg_pool', [x], { size: [3, 3], strides: [1, 1], padding: [1, 1, 1, 1] }),
  batch_norm_eval: (builder, operands) => {
    const mean = builder.input('mean', { dtype: 'f32', shape: [3] })
    const variance = builder.input('variance', { dtype: 'f32', shape: [3] })
    return builder.one('batch_norm_inference', [...operands, mean, variance], { epsilon: 1e-5 })
  },
  batch_norm_train: (builder, operands) => {
    const [y = -1, mean = -1, variance = -1] = builder.emit('batch_norm_train', operands, { epsilon: 1e-5 })
    builder.output('mean', mean)
    builder.output('variance', variance)
    return y
  },
  conv2d_1x1: convolution(0),
  conv2d_3x3_pad1: convolution(1),
  // PyTorch's dense weights are (out, in).
  dense: (builder, [x = -1, weight = -1, bias = -1]) =>
    builder.one('add', [builder.one('matmul', [x, weight], { transpose_a: false, transpose_b: true }), bias]),
  global_average_pool: (builder, [x = -1]) => builder.one('reduce_mean', [x], { axes: [1, 2], keep_dims: false }),
  max_pool_2x2: maxPool,
  max_pool_2x2_odd: maxPool,
  upsample_align_corners_x2: upsample,
  upsample_align_corners_x2_from1: upsample,
}

function stored(name: string): StoredTensor {
  const tensor = tensors.get(name)
  if (!tensor) throw new Error(`the file has no ${name}`)
  return tensor
}

/** NCHW to NHWC, OIHW to HWIO; tensors of other ranks as they are. */
function converted(name: string, isKernel = false): Value {
  const tensor = stored(name)
  const value = { shape: tensor.shape, data: toFloat64(tensor) }
  if (value.shape.length !== 4) return value
  const builder = new FunctionBuilder('convert')
  const x = builder.input('x', { dtype: 'f32', shape: value.shape })
  builder.output('y', builder.one('transpose', [x], { perm: isKernel ? [2, 3, 1, 0] : [0, 2, 3, 1] }))
  const { outputs } = interpret({ name: 'm', state: [], functions: [builder.build()] }, 'convert', { x: value })
  return outputs.y ?? value
}

const names = [...new Set([...tensors.keys()].map((name) => name.split('/')[0] ?? ''))]

describe('blocks against PyTorch', () => {
  it('has every block of the file', () => expect(Object.keys(blocks).sort()).toEqual(names.sort()))

  it.each(names)('%s', (name) => {
    const isKernel = (part: string) => name.startsWith('conv2d') && part.endsWith('1')
    const parts = [0, 1, 2].filter((place) => tensors.has(`${name}/input${place}`))
    const inputs: Record<string, Value> = { cotangent: converted(`${name}/cotangent`) }
    const builder = new FunctionBuilder('main')
    const operands = parts.map((place) => {
      const value = converted(`${name}/input${place}`, isKernel(`input${place}`))
      inputs[`input${place}`] = value
      return builder.input(`input${place}`, { dtype: 'f32', shape: value.shape })
    })
    if (name === 'batch_norm_eval') {
      // The file states the running statistics once, for the phase that moves them.
      inputs.mean = converted('batch_norm_train/running_mean_before')
      inputs.variance = converted('batch_norm_train/running_var_before')
    }
    const y = blocks[name]?.(builder, operands) ?? -1
    builder.output('output', y)
    const cotangent = builder.input('cotangent', builder.type(y))
    const axes = builder.shape(y).map((_side, axis) => axis)
    const loss = builder.one('reduce_sum', [builder.one('mul', [y, cotangent])], { axes, keep_dims: false })
    differentiate(builder, builder.operations, loss, operands).forEach((gradient, place) => {
      builder.output(`grad${parts[place]}`, gradient)
    })
    const { outputs } = interpret({ name, state: [], functions: [builder.build()] }, 'main', inputs)
    for (const part of ['output', ...parts.map((place) => `grad${place}`)]) {
      const expected = converted(`${name}/${part}`, isKernel(part))
      expect(outputs[part]?.shape, part).toEqual(expected.shape)
      expect(relativeError(outputs[part]?.data ?? new Float64Array(0), expected.data), part).toBeLessThan(1e-6)
    }
    if (name === 'batch_norm_train') {
      const count = 2 * 4 * 5
      const moved = (before: string, batch: Value | undefined, factor: number) =>
        converted(`${name}/${before}_before`).data.map((old, c) => 0.9 * old + 0.1 * factor * (batch?.data[c] ?? 0))
      const mean = moved('running_mean', outputs.mean, 1)
      const variance = moved('running_var', outputs.variance, count / (count - 1))
      expect(relativeError(mean, converted(`${name}/running_mean_after`).data)).toBeLessThan(1e-6)
      expect(relativeError(variance, converted(`${name}/running_var_after`).data)).toBeLessThan(1e-6)
    }
  })
})

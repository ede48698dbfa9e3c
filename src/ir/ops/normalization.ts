import { invariant } from '../../diagnostics/invariant.js'
import type { TensorType } from '../types.js'
import { pure } from './definition.js'
import { at, requireFloat, requireSameType, showType, sizeOf } from './shape.js'

/** Statistics, scale and offset: float32, also beside a map in bf16; float64 beside one in float64. */
function requireChannels(x: TensorType, vectors: readonly (readonly [string, TensorType])[]): TensorType {
  requireFloat(x, 'x')
  const channels = x.shape.at(-1)
  invariant(channels !== undefined && x.shape.length >= 2, `x has a batch and channels, not ${showType(x)}`)
  const vector: TensorType = { dtype: x.dtype === 'f64' ? 'f64' : 'f32', shape: [channels] }
  for (const [name, type] of vectors) requireSameType(type, vector, `${name} against a value a channel`)
  return vector
}

const epsilon = { epsilon: 'number' } as const

export const batchNormTrain = pure({
  summary:
    "y = (x - mean) / sqrt(variance + epsilon) scale + offset with the batch's own mean and biased variance over all axes but the last; gradients go through y alone",
  operands: ['x', 'scale', 'offset'],
  results: ['y', 'mean', 'variance'],
  attributes: epsilon,
  typeRule: 'float x [..,C]; scale, offset [C] in f32, for f64 x in f64; y as x, mean and variance as scale',
  types: (operands) => {
    const x = at(operands, 0)
    const vector = requireChannels(x, [
      ['scale', at(operands, 1)],
      ['offset', at(operands, 2)],
    ])
    return [x, vector, vector]
  },
  flops: (operands) => 8 * sizeOf(at(operands, 0).shape),
})

export const batchNormGrad = pure({
  summary: 'gradients of batch_norm_train; mean and variance are those of its results',
  operands: ['dy', 'x', 'scale', 'mean', 'variance'],
  results: ['dx', 'dscale', 'doffset'],
  attributes: epsilon,
  typeRule: 'dy as x; scale, mean, variance [C] in f32, for f64 x in f64; dx as x, dscale and doffset as scale',
  types: (operands) => {
    const x = at(operands, 1)
    requireSameType(at(operands, 0), x, 'dy against x')
    const vector = requireChannels(x, [
      ['scale', at(operands, 2)],
      ['mean', at(operands, 3)],
      ['variance', at(operands, 4)],
    ])
    return [x, vector, vector]
  },
  flops: (operands) => 12 * sizeOf(at(operands, 1).shape),
})

export const batchNormInference = pure({
  summary: '(x - mean) / sqrt(variance + epsilon) scale + offset; no gradient by mean and variance',
  operands: ['x', 'scale', 'offset', 'mean', 'variance'],
  attributes: epsilon,
  typeRule: 'float x [..,C]; the vectors [C] in f32, for f64 x in f64; the type of x',
  types: (operands) => {
    const x = at(operands, 0)
    requireChannels(x, [
      ['scale', at(operands, 1)],
      ['offset', at(operands, 2)],
      ['mean', at(operands, 3)],
      ['variance', at(operands, 4)],
    ])
    return [x]
  },
  flops: (operands) => 2 * sizeOf(at(operands, 0).shape),
})

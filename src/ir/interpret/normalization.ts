import { numberOf } from '../ops/attributes.js'
import { type InterpretRule, operandAt } from './rule.js'

/** Sums `weigh(i, c)` over the batch for each of `channels` channels; i runs over the values of channel c. */
function perChannel(length: number, channels: number, weigh: (i: number, c: number) => number): Float64Array {
  const sums = new Float64Array(channels)
  for (let i = 0; i < length; i += channels)
    for (let c = 0; c < channels; c += 1) sums[c] = (sums[c] ?? 0) + weigh(i + c, c)
  return sums
}

/** y = (x - mean) inverse scale + offset, channel by channel. */
function normalized(
  x: Float64Array,
  scale: Float64Array,
  offset: Float64Array,
  mean: Float64Array,
  variance: Float64Array,
  epsilon: number,
): Float64Array {
  const channels = scale.length
  const y = new Float64Array(x.length)
  const factors = variance.map((value, c) => (scale[c] ?? 0) / Math.sqrt(value + epsilon))
  for (let i = 0; i < x.length; i += channels)
    for (let c = 0; c < channels; c += 1)
      y[i + c] = ((x[i + c] ?? 0) - (mean[c] ?? 0)) * (factors[c] ?? 0) + (offset[c] ?? 0)
  return y
}

export const batchNormTrain: InterpretRule = (operands, attributes) => {
  const x = operandAt(operands, 0).data
  const scale = operandAt(operands, 1).data
  const channels = scale.length
  const count = x.length / channels
  const mean = perChannel(x.length, channels, (i) => x[i] ?? 0).map((total) => total / count)
  const variance = perChannel(x.length, channels, (i, c) => {
    const centred = (x[i] ?? 0) - (mean[c] ?? 0)
    return centred * centred
  }).map((total) => total / count)
  const offset = operandAt(operands, 2).data
  return [normalized(x, scale, offset, mean, variance, numberOf(attributes, 'epsilon')), mean, variance]
}

export const batchNormInference: InterpretRule = (operands, attributes) => {
  const [x, scale, offset, mean, variance] = [0, 1, 2, 3, 4].map((place) => operandAt(operands, place).data)
  if (!x || !scale || !offset || !mean || !variance) return []
  return [normalized(x, scale, offset, mean, variance, numberOf(attributes, 'epsilon'))]
}

/** Ioffe & Szegedy 2015, section 3: dx = scale inverse (dy - mean(dy) - x^ mean(dy x^)), where x^ is the normalised x. */
export const batchNormGrad: InterpretRule = (operands, attributes) => {
  const dy = operandAt(operands, 0).data
  const x = operandAt(operands, 1).data
  const scale = operandAt(operands, 2).data
  const mean = operandAt(operands, 3).data
  const variance = operandAt(operands, 4).data
  const epsilon = numberOf(attributes, 'epsilon')
  const channels = scale.length
  const count = x.length / channels
  const inverse = variance.map((value) => 1 / Math.sqrt(value + epsilon))
  const standard = (i: number, c: number) => ((x[i] ?? 0) - (mean[c] ?? 0)) * (inverse[c] ?? 0)
  const doffset = perChannel(x.length, channels, (i) => dy[i] ?? 0)
  const dscale = perChannel(x.length, channels, (i, c) => (dy[i] ?? 0) * standard(i, c))
  const dx = new Float64Array(x.length)
  for (let i = 0; i < x.length; i += channels) {
    for (let c = 0; c < channels; c += 1) {
      const centred = (dy[i + c] ?? 0) - (doffset[c] ?? 0) / count - (standard(i + c, c) * (dscale[c] ?? 0)) / count
      dx[i + c] = (scale[c] ?? 0) * (inverse[c] ?? 0) * centred
    }
  }
  return [dx, dscale, doffset]
}

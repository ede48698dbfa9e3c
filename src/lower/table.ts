import type { NodeOf } from '../check/checked.js'
import type { ModelPrimitive } from '../check/primitives/table.js'
import type { ValueId } from '../ir/types.js'
import { binary } from './arithmetic.js'
import { batchNorm } from './batch-norm.js'
import type { LoweringContext, LoweringRule, Operand } from './context.js'
import { conv2d, dense } from './convolution.js'
import { dropout } from './dropout.js'
import { clamp, leakyRelu, unary } from './elementwise.js'
import { crossEntropy, focal, l1, l2, smoothL1 } from './losses.js'
import { avgPool, maxPool, resize, upsample } from './pooling.js'
import { mean, over, topMean } from './reductions.js'
import { concat, crop, pad, reshaped, sliceChannels } from './shapes.js'
import { constant, fed, input, learned, stopGradient } from './sources.js'
import { msSsim, ssim } from './ssim.js'

/** What each primitive of the language becomes; a primitive without a rule does not compile. */
const loweringRules: { readonly [Op in ModelPrimitive]: LoweringRule<Op> } = {
  input,
  constant,
  learned,
  ramp: fed,
  dynamic_weight: fed,
  stop_gradient: stopGradient,
  conv2d,
  dense,
  batch_norm: batchNorm,
  relu: unary('relu'),
  leaky_relu: leakyRelu,
  sigmoid: unary('sigmoid'),
  tanh: unary('tanh'),
  softplus: unary('softplus'),
  exp: unary('exp'),
  log: unary('log'),
  sqrt: unary('sqrt'),
  square: unary('square'),
  abs: unary('abs'),
  neg: unary('neg'),
  clamp,
  add: binary('add'),
  sub: binary('sub'),
  mul: binary('mul'),
  div: binary('div'),
  maximum: binary('maximum'),
  minimum: binary('minimum'),
  softmax: unary('softmax'),
  log_softmax: unary('log_softmax'),
  slice_channels: sliceChannels,
  concat,
  max_pool: maxPool,
  avg_pool: avgPool,
  upsample,
  resize,
  pad,
  crop,
  global_average_pool: over('reduce_mean', [1, 2]),
  global_max_pool: over('reduce_max', [1, 2]),
  channel_mean: over('reduce_mean', [3], true),
  channel_sum: over('reduce_sum', [3], true),
  channel_max: over('reduce_max', [3], true),
  image_max: over('reduce_max', [1, 2, 3]),
  image_mean: over('reduce_mean', [1, 2, 3]),
  image_sum: over('reduce_sum', [1, 2, 3]),
  top_mean: topMean,
  squeeze: reshaped,
  flatten: reshaped,
  dropout,
  mean,
  l1,
  l2,
  smooth_l1: smoothL1,
  ssim,
  ms_ssim: msSsim,
  focal,
  cross_entropy: crossEntropy,
}

/** The IR of one node, written by the rule of its primitive. */
export function lowerNode<Op extends ModelPrimitive>(
  node: NodeOf<Op>,
  operands: readonly Operand[],
  context: LoweringContext,
): ValueId {
  return loweringRules[node.op](node, operands, context)
}

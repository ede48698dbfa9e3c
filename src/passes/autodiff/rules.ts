import type { OpName } from '../../ir/ops/table.js'
import * as elementwise from './elementwise.js'
import * as normalization from './normalization.js'
import * as products from './products.js'
import * as reductions from './reductions.js'
import type { GradientRule } from './rule.js'
import * as shaping from './shaping.js'
import * as windows from './windows.js'

/**
 * `zero`: no gradient passes, because the result is constant nearly everywhere, is no function of a weight, or is asked not to.
 * `none`: nothing differentiates it (gradients themselves and updates); a loss that goes through one is a bug.
 */
export type Differentiation = GradientRule | 'zero' | 'none'

/** How each operator is differentiated; a missing one is a type error. */
export const gradientRules: Readonly<Record<OpName, Differentiation>> = {
  read: 'zero',
  assign: 'zero',
  constant: 'zero',
  literal: 'zero',
  gaussian_band: 'zero',
  random_uniform: 'zero',
  random_normal: 'zero',
  cast: elementwise.cast,
  reshape: shaping.reshape,
  transpose: shaping.transpose,
  broadcast_to: shaping.broadcastTo,
  concat: shaping.concat,
  slice: shaping.slice,
  pad: shaping.pad,
  neg: elementwise.neg,
  exp: elementwise.exp,
  log: elementwise.log,
  sqrt: elementwise.sqrt,
  rsqrt: elementwise.rsqrt,
  square: elementwise.square,
  abs: elementwise.abs,
  sign: 'zero',
  relu: elementwise.relu,
  sigmoid: elementwise.sigmoid,
  tanh: elementwise.tanh,
  softplus: elementwise.softplus,
  relu_grad: 'none',
  add: elementwise.add,
  sub: elementwise.sub,
  mul: elementwise.mul,
  div: elementwise.div,
  maximum: elementwise.maximum,
  minimum: elementwise.minimum,
  greater: 'zero',
  greater_equal: 'zero',
  less: 'zero',
  equal: 'zero',
  logical_and: 'zero',
  select: elementwise.select,
  reduce_sum: reductions.reduceSum,
  reduce_mean: reductions.reduceMean,
  reduce_max: reductions.reduceMax,
  kth_largest: reductions.kthLargest,
  softmax: reductions.softmax,
  log_softmax: reductions.logSoftmax,
  matmul: products.matmul,
  conv2d: products.conv2d,
  conv2d_input_grad: 'none',
  conv2d_filter_grad: 'none',
  max_pool: windows.maxPool,
  max_pool_grad: 'none',
  avg_pool: windows.avgPool,
  avg_pool_grad: 'none',
  resize_bilinear: windows.resizeBilinear,
  resize_bilinear_grad: 'none',
  resize_nearest: windows.resizeNearest,
  resize_nearest_grad: 'none',
  batch_norm_train: normalization.batchNormTrain,
  batch_norm_grad: 'none',
  batch_norm_inference: normalization.batchNormInference,
  stop_gradient: 'zero',
  after: 'none',
  adam_update: 'none',
  momentum_update: 'none',
}

import type { OpName } from '../ops/table.js'
import * as elementwise from './elementwise.js'
import * as normalization from './normalization.js'
import * as products from './products.js'
import * as reductions from './reductions.js'
import * as resize from './resize.js'
import type { InterpretRule } from './rule.js'
import * as shaping from './shaping.js'
import * as sources from './sources.js'
import * as updates from './updates.js'
import * as windows from './windows.js'

/** What each operator means, in float64; state is `run.ts`'s. A missing one is a type error. */
export const interpretRules: Readonly<Record<Exclude<OpName, 'read' | 'assign'>, InterpretRule>> = {
  constant: sources.constant,
  literal: sources.literal,
  gaussian_band: sources.gaussianBand,
  random_uniform: sources.randomUniform,
  random_normal: sources.randomNormal,
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
  sign: elementwise.sign,
  relu: elementwise.relu,
  sigmoid: elementwise.sigmoid,
  tanh: elementwise.tanh,
  softplus: elementwise.softplus,
  relu_grad: elementwise.reluGrad,
  add: elementwise.add,
  sub: elementwise.sub,
  mul: elementwise.mul,
  div: elementwise.div,
  maximum: elementwise.maximum,
  minimum: elementwise.minimum,
  greater: elementwise.greater,
  greater_equal: elementwise.greaterEqual,
  less: elementwise.less,
  equal: elementwise.equal,
  logical_and: elementwise.logicalAnd,
  select: elementwise.select,
  reduce_sum: reductions.reduceSum,
  reduce_mean: reductions.reduceMean,
  reduce_max: reductions.reduceMax,
  kth_largest: reductions.kthLargest,
  softmax: reductions.softmax,
  log_softmax: reductions.logSoftmax,
  matmul: products.matmul,
  conv2d: products.conv2d,
  conv2d_input_grad: products.conv2dInputGrad,
  conv2d_filter_grad: products.conv2dFilterGrad,
  max_pool: windows.maxPool,
  max_pool_grad: windows.maxPoolGrad,
  avg_pool: windows.avgPool,
  avg_pool_grad: windows.avgPoolGrad,
  resize_bilinear: resize.resizeBilinear,
  resize_bilinear_grad: resize.resizeBilinearGrad,
  resize_nearest: resize.resizeNearest,
  resize_nearest_grad: resize.resizeNearestGrad,
  batch_norm_train: normalization.batchNormTrain,
  batch_norm_grad: normalization.batchNormGrad,
  batch_norm_inference: normalization.batchNormInference,
  stop_gradient: elementwise.identity,
  after: elementwise.identity,
  adam_update: updates.adamUpdate,
  momentum_update: updates.momentumUpdate,
}

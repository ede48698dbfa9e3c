import type { OpDefinition } from './definition.js'
import * as elementwise from './elementwise.js'
import * as normalization from './normalization.js'
import * as products from './products.js'
import * as reductions from './reductions.js'
import * as shaping from './shaping.js'
import * as sources from './sources.js'
import * as state from './state.js'
import type { OpName } from './table.js'
import * as updates from './updates.js'
import * as windows from './windows.js'

/** Every operator's definition; a missing one is a type error. */
const definitions = {
  read: state.read,
  assign: state.assign,
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
  resize_bilinear: windows.resizeBilinear,
  resize_bilinear_grad: windows.resizeBilinearGrad,
  resize_nearest: windows.resizeNearest,
  resize_nearest_grad: windows.resizeNearestGrad,
  batch_norm_train: normalization.batchNormTrain,
  batch_norm_grad: normalization.batchNormGrad,
  batch_norm_inference: normalization.batchNormInference,
  stop_gradient: elementwise.stopGradient,
  after: elementwise.after,
  adam_update: updates.adamUpdate,
  momentum_update: updates.momentumUpdate,
} as const satisfies Readonly<Record<OpName, OpDefinition>>

export type OpDefinitions = typeof definitions

export const opDefinitions: Readonly<Record<OpName, OpDefinition>> = definitions

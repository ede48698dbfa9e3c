import type { OpName } from '../../../ir/ops/table.js'
import { attr } from '../data-types.js'
import { nodeOf } from '../graph-builder.js'
import { operand, type Rule } from '../rule.js'
import { batchNormGrad, batchNormInference, batchNormTrain } from './batch-norm.js'
import { constant, gaussianBand, literal } from './constants.js'
import { conv2d, conv2dFilterGrad, conv2dInputGrad } from './convolution.js'
import { add, binary, logicalAnd, reluGrad, select, unary } from './elementwise.js'
import { avgPool, avgPoolGrad, maxPool, maxPoolGrad } from './pooling.js'
import { random } from './random.js'
import { kthLargest, matmul, reduction } from './reduce.js'
import { resizeBilinear, resizeBilinearGrad, resizeNearest, resizeNearestGrad } from './resize.js'
import { broadcastTo, cast, concat, pad, reshape, slice, transpose } from './shape.js'
import { adamUpdate, assign, momentumUpdate, read } from './state.js'

const stopGradient: Rule = (operation, context) => [context.tensor(operand(operation, 0))]

/** A control input: the node waits for it and does not read it. */
const after: Rule = (operation, context) => {
  const x = operand(operation, 0)
  const first = `^${nodeOf(context.tensor(operand(operation, 1)))}`
  return [context.node(operation, 'Identity', [context.tensor(x), first], { T: attr.type(context.type(x).dtype) })]
}

const softmax =
  (op: 'Softmax' | 'LogSoftmax'): Rule =>
  (operation, context) => {
    const x = operand(operation, 0)
    return [context.node(operation, op, [context.tensor(x)], { T: attr.type(context.type(x).dtype) })]
  }

/** How each operator of the IR is said in TensorFlow. */
export const rules: Readonly<Record<OpName, Rule>> = {
  read,
  assign,
  constant,
  literal,
  gaussian_band: gaussianBand,
  random_uniform: random('StatelessRandomUniformV2'),
  random_normal: random('StatelessRandomNormalV2'),
  cast,
  reshape,
  transpose,
  broadcast_to: broadcastTo,
  concat,
  slice,
  pad,
  neg: unary('Neg'),
  exp: unary('Exp'),
  log: unary('Log'),
  sqrt: unary('Sqrt'),
  rsqrt: unary('Rsqrt'),
  square: unary('Square'),
  abs: unary('Abs'),
  sign: unary('Sign'),
  relu: unary('Relu'),
  sigmoid: unary('Sigmoid'),
  tanh: unary('Tanh'),
  softplus: unary('Softplus'),
  relu_grad: reluGrad,
  add,
  sub: binary('Sub'),
  mul: binary('Mul'),
  div: binary('RealDiv'),
  maximum: binary('Maximum'),
  minimum: binary('Minimum'),
  greater: binary('Greater'),
  greater_equal: binary('GreaterEqual'),
  less: binary('Less'),
  equal: binary('Equal'),
  logical_and: logicalAnd,
  select,
  reduce_sum: reduction('Sum'),
  reduce_mean: reduction('Mean'),
  reduce_max: reduction('Max'),
  kth_largest: kthLargest,
  softmax: softmax('Softmax'),
  log_softmax: softmax('LogSoftmax'),
  matmul,
  conv2d,
  conv2d_input_grad: conv2dInputGrad,
  conv2d_filter_grad: conv2dFilterGrad,
  max_pool: maxPool,
  max_pool_grad: maxPoolGrad,
  avg_pool: avgPool,
  avg_pool_grad: avgPoolGrad,
  resize_bilinear: resizeBilinear,
  resize_bilinear_grad: resizeBilinearGrad,
  resize_nearest: resizeNearest,
  resize_nearest_grad: resizeNearestGrad,
  batch_norm_train: batchNormTrain,
  batch_norm_grad: batchNormGrad,
  batch_norm_inference: batchNormInference,
  stop_gradient: stopGradient,
  after,
  adam_update: adamUpdate,
  momentum_update: momentumUpdate,
}

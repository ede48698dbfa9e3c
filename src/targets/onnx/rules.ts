import { invariant } from '../../diagnostics/invariant.js'
import { anyBatch } from '../../ir/frozen.js'
import { flagOf, numberOf, numbersOf, paddingOf, pairsOf, stepsOf } from '../../ir/ops/attributes.js'
import type { OpName } from '../../ir/ops/table.js'
import type { Operation, ValueId } from '../../ir/types.js'
import { elementOf, type Held, nchwOrder, type Rule, type RuleContext } from './context.js'
import { elementType } from './proto.js'

const nchw = (name: string): Held => ({ name, layout: 'nchw' })
const asIr = (name: string): Held => ({ name, layout: 'as_ir' })

function operand({ op, operands }: Operation, index: number): ValueId {
  const value = operands[index]
  invariant(value !== undefined, `${op} lacks operand ${index}`)
  return value
}

function resultShape({ op, results }: Operation, context: RuleContext): readonly number[] {
  const [result] = results
  invariant(result !== undefined, `${op} lacks a result`)
  return context.type(result).shape
}

/** Images lie as ONNX has them, everything else as in the IR. */
function layoutOf(value: ValueId, context: RuleContext): Held['layout'] {
  return context.rank(value) === 4 ? 'nchw' : 'as_ir'
}

function named(value: ValueId, context: RuleContext, layout: Held['layout']): string {
  return layout === 'nchw' ? context.nchw(value) : context.asIr(value)
}

/** Operands that broadcast. */
function elementwise(op: string): Rule {
  return (operation, context) => {
    const layout = resultShape(operation, context).length === 4 ? 'nchw' : 'as_ir'
    const inputs = operation.operands.map((value) => named(value, context, layout))
    return { name: context.node(operation, op, inputs), layout }
  }
}

/** What has no node of its own: the value goes on. */
const handedOn: Rule = (operation, context) => {
  const x = operand(operation, 0)
  const layout = layoutOf(x, context)
  return { name: named(x, context, layout), layout }
}

const rsqrt: Rule = (operation, context) => {
  const x = operand(operation, 0)
  const layout = layoutOf(x, context)
  const root = context.node(operation, 'Sqrt', [named(x, context, layout)])
  return { name: context.node(operation, 'Reciprocal', [root]), layout }
}

const square: Rule = (operation, context) => {
  const x = operand(operation, 0)
  const layout = layoutOf(x, context)
  const name = named(x, context, layout)
  return { name: context.node(operation, 'Mul', [name, name]), layout }
}

const cast: Rule = (operation, context) => {
  const x = operand(operation, 0)
  const [result] = operation.results
  invariant(result !== undefined, 'cast has a result')
  const to = elementOf[context.type(result).dtype]
  if (to === elementOf[context.type(x).dtype]) return handedOn(operation, context)
  const layout = layoutOf(x, context)
  return { name: context.node(operation, 'Cast', [named(x, context, layout)], { to: elementType[to] }), layout }
}

/** `anyBatch`, -1, is also what ONNX calls a side that follows from the others. */
const reshape: Rule = (operation, context) => {
  const inputs = [context.asIr(operand(operation, 0)), context.builder.ints(resultShape(operation, context))]
  return asIr(context.node(operation, 'Reshape', inputs))
}

const transpose: Rule = (operation, context) => {
  const perm = numbersOf(operation.attributes, 'perm')
  return asIr(context.node(operation, 'Transpose', [context.asIr(operand(operation, 0))], { perm }))
}

const broadcastTo: Rule = (operation, context) => {
  const shape = resultShape(operation, context)
  const x = operand(operation, 0)
  const layout = shape.length === 4 ? 'nchw' : 'as_ir'
  // A side of 1 is repeated or stays, so the images need not be counted.
  const sides = shape.map((side) => (side === anyBatch ? 1 : side))
  const ordered = layout === 'nchw' ? nchwOrder.map((axis) => sides[axis] ?? 1) : sides
  const inputs = [named(x, context, layout), context.builder.ints(ordered)]
  return { name: context.node(operation, 'Expand', inputs), layout }
}

const concat: Rule = (operation, context) => {
  const layout = resultShape(operation, context).length === 4 ? 'nchw' : 'as_ir'
  for (const value of operation.operands)
    invariant(!context.fn.constants.has(value), `concat of a constant, ${value}, with what depends on the images`)
  const inputs = operation.operands.map((value) => named(value, context, layout))
  const axis = context.axis(numberOf(operation.attributes, 'axis'), layout)
  return { name: context.node(operation, 'Concat', inputs, { axis }), layout }
}

/** Only along the axes that it shortens. */
const slice: Rule = (operation, context) => {
  const x = operand(operation, 0)
  const layout = layoutOf(x, context)
  const { shape } = context.type(x)
  const begin = numbersOf(operation.attributes, 'begin')
  const size = numbersOf(operation.attributes, 'size')
  const axes = shape.flatMap((side, axis) => (size[axis] === side ? [] : [axis]))
  const { builder } = context
  const inputs = [
    named(x, context, layout),
    builder.ints(axes.map((axis) => begin[axis] ?? 0)),
    builder.ints(axes.map((axis) => (begin[axis] ?? 0) + (size[axis] ?? 0))),
    builder.ints(axes.map((axis) => context.axis(axis, layout))),
  ]
  return { name: context.node(operation, 'Slice', inputs), layout }
}

/** Without the input that names axes: ONNX Runtime infers other sides than it computes. */
const pad: Rule = (operation, context) => {
  const x = operand(operation, 0)
  const layout = layoutOf(x, context)
  const paddings = pairsOf(operation.attributes, 'paddings')
  const ordered = layout === 'nchw' ? nchwOrder.map((axis) => paddings[axis] ?? [0, 0]) : paddings
  const sizes = [0, 1].flatMap((end) => ordered.map((pair) => pair[end] ?? 0))
  const { builder } = context
  const inputs = [named(x, context, layout), builder.ints(sizes), builder.float(0)]
  return { name: context.node(operation, 'Pad', inputs), layout }
}

function reduction(op: string): Rule {
  return (operation, context) => {
    const x = operand(operation, 0)
    const axes = numbersOf(operation.attributes, 'axes')
    const keepDims = flagOf(operation.attributes, 'keep_dims')
    const rest = context.type(x).shape.flatMap((_side, axis) => (axes.includes(axis) ? [] : [axis]))
    // Without its axes, what is left must lie as in the IR: channels last.
    const isInOrder = !rest.includes(3) || rest.every((axis) => axis === 0 || axis === 3)
    const layout = layoutOf(x, context) === 'nchw' && (keepDims || isInOrder) ? 'nchw' : 'as_ir'
    const inputs = [named(x, context, layout), context.builder.ints(axes.map((axis) => context.axis(axis, layout)))]
    const name = context.node(operation, op, inputs, { keepdims: Number(keepDims) })
    return { name, layout: keepDims ? layout : 'as_ir' }
  }
}

/** `TopK` sorts what it finds: the last of k is the k-th largest. */
const kthLargest: Rule = (operation, context) => {
  const k = numberOf(operation.attributes, 'k')
  const { builder } = context
  const top = builder.topK(context.asIr(operand(operation, 0)), k, `top_${operation.results[0]}`)
  return asIr(context.node(operation, 'Gather', [top, builder.ints([k - 1], true)], { axis: -1 }))
}

function lastAxis(op: string): Rule {
  return (operation, context) => {
    const x = operand(operation, 0)
    const layout = layoutOf(x, context)
    const axis = layout === 'nchw' ? 1 : -1
    return { name: context.node(operation, op, [named(x, context, layout)], { axis }), layout }
  }
}

const matmul: Rule = (operation, context) => {
  const factor = (index: number, isTransposed: boolean): string => {
    const value = operand(operation, index)
    const name = context.asIr(value)
    if (!isTransposed) return name
    const rank = context.rank(value)
    const perm = [...Array.from({ length: rank - 2 }, (_, axis) => axis), rank - 1, rank - 2]
    return context.node(operation, 'Transpose', [name], { perm })
  }
  const a = factor(0, flagOf(operation.attributes, 'transpose_a'))
  const b = factor(1, flagOf(operation.attributes, 'transpose_b'))
  return asIr(context.node(operation, 'MatMul', [a, b]))
}

/** [top, bottom, left, right] as ONNX has it: before along each axis, then after. */
function pads(operation: Operation): readonly number[] {
  const [top, bottom, left, right] = paddingOf(operation.attributes)
  return [top, left, bottom, right]
}

const conv2d: Rule = (operation, context) => {
  const inputs = [context.nchw(operand(operation, 0)), context.kernel(operand(operation, 1))]
  const attributes = {
    strides: stepsOf(operation.attributes, 'strides'),
    dilations: stepsOf(operation.attributes, 'dilations'),
    pads: pads(operation),
  }
  return nchw(context.node(operation, 'Conv', inputs, attributes))
}

function pooling(op: string, attributes: Readonly<Record<string, number>>): Rule {
  return (operation, context) => {
    const window = {
      kernel_shape: stepsOf(operation.attributes, 'size'),
      strides: stepsOf(operation.attributes, 'strides'),
      pads: pads(operation),
    }
    return nchw(context.node(operation, op, [context.nchw(operand(operation, 0))], { ...window, ...attributes }))
  }
}

/** To sizes of all axes: without the attribute that names axes, for the same reason as `pad`. */
function resize(attributes: (operation: Operation) => Readonly<Record<string, string>>): Rule {
  return (operation, context) => {
    const sizes = [numberOf(operation.attributes, 'height'), numberOf(operation.attributes, 'width')]
    const x = context.nchw(operand(operation, 0))
    const kept = context.node(operation, 'Shape', [x], { start: 0, end: 2 })
    const to = context.node(operation, 'Concat', [kept, context.builder.ints(sizes)], { axis: 0 })
    return nchw(context.node(operation, 'Resize', [x, '', '', to], attributes(operation)))
  }
}

const bilinear = resize(({ attributes }) => ({
  mode: 'linear',
  coordinate_transformation_mode: flagOf(attributes, 'align_corners') ? 'align_corners' : 'half_pixel',
}))

const nearest = resize(() => ({ mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }))

/** As a product and a sum, for any rank: the channels are the last axis of the IR. */
const batchNormInference: Rule = (operation, context) => {
  const x = operand(operation, 0)
  const layout = layoutOf(x, context)
  const vectors = [1, 2, 3, 4].map((index) => {
    const constant = context.fn.constants.get(operand(operation, index))
    invariant(constant !== undefined, 'scale, offset and statistics depend on no image')
    return constant.data
  })
  const [scale, offset, mean, variance] = vectors as [Float32Array, Float32Array, Float32Array, Float32Array]
  const epsilon = numberOf(operation.attributes, 'epsilon')
  const factor = scale.map((value, channel) => value / Math.sqrt((variance[channel] ?? 0) + epsilon))
  const added = offset.map((value, channel) => value - (mean[channel] ?? 0) * (factor[channel] ?? 0))
  const dims = layout === 'nchw' ? [1, scale.length, 1, 1] : [scale.length]
  const name = `batch_norm_${operation.results[0]}`
  const factors = context.builder.tensor(`${name}/factor`, 'float32', dims, factor)
  const offsets = context.builder.tensor(`${name}/offset`, 'float32', dims, added)
  const product = context.node(operation, 'Mul', [named(x, context, layout), factors])
  return { name: context.node(operation, 'Add', [product, offsets]), layout }
}

/** `never`: what trains, or what freezing has computed. */
export const rules: Readonly<Record<OpName, Rule | 'never'>> = {
  read: 'never',
  assign: 'never',
  constant: 'never',
  literal: 'never',
  gaussian_band: 'never',
  random_uniform: 'never',
  random_normal: 'never',
  cast,
  reshape,
  transpose,
  broadcast_to: broadcastTo,
  concat,
  slice,
  pad,
  neg: elementwise('Neg'),
  exp: elementwise('Exp'),
  log: elementwise('Log'),
  sqrt: elementwise('Sqrt'),
  rsqrt,
  square,
  abs: elementwise('Abs'),
  sign: elementwise('Sign'),
  relu: elementwise('Relu'),
  sigmoid: elementwise('Sigmoid'),
  tanh: elementwise('Tanh'),
  softplus: elementwise('Softplus'),
  relu_grad: 'never',
  add: elementwise('Add'),
  sub: elementwise('Sub'),
  mul: elementwise('Mul'),
  div: elementwise('Div'),
  maximum: elementwise('Max'),
  minimum: elementwise('Min'),
  greater: elementwise('Greater'),
  greater_equal: elementwise('GreaterOrEqual'),
  less: elementwise('Less'),
  equal: elementwise('Equal'),
  logical_and: elementwise('And'),
  select: elementwise('Where'),
  reduce_sum: reduction('ReduceSum'),
  reduce_mean: reduction('ReduceMean'),
  reduce_max: reduction('ReduceMax'),
  kth_largest: kthLargest,
  softmax: lastAxis('Softmax'),
  log_softmax: lastAxis('LogSoftmax'),
  matmul,
  conv2d,
  conv2d_input_grad: 'never',
  conv2d_filter_grad: 'never',
  max_pool: pooling('MaxPool', {}),
  max_pool_grad: 'never',
  avg_pool: pooling('AveragePool', { count_include_pad: 1 }),
  avg_pool_grad: 'never',
  resize_bilinear: bilinear,
  resize_bilinear_grad: 'never',
  resize_nearest: nearest,
  resize_nearest_grad: 'never',
  batch_norm_train: 'never',
  batch_norm_grad: 'never',
  batch_norm_inference: batchNormInference,
  stop_gradient: handedOn,
  after: handedOn,
  adam_update: 'never',
  momentum_update: 'never',
}

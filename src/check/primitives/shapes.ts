import { CompilerBug } from '../../diagnostics/invariant.js'
import type { Per } from '../checked.js'
import type { Dim, Tensor } from '../values/value.js'
import type { Draft, DraftAttributes, Pair, PrimitiveName, Sides } from './table.js'

/** What a primitive gives for operands that fit it; sizes that are not known stay so. */
export interface Shape {
  readonly per: Per
  readonly shape: readonly Dim[]
}

type ShapeRule<Op extends PrimitiveName> = (
  operands: readonly Tensor[],
  attributes: DraftAttributes<Op>,
  /** Length of the last axis of the first weight. */
  outputs: Dim,
) => Shape

const scalar: Shape = { per: 'batch', shape: [] }
const perBatch = (): Shape => scalar
const perPixel = ([x]: readonly (Tensor | undefined)[]): Shape => map(x?.shape.slice(0, 2) ?? [], 1)
const perImage = (): Shape => ({ per: 'image', shape: [] })
const same = ([x]: readonly Tensor[]): Shape => x ?? scalar
const wider = ([left, right]: readonly Tensor[]): Shape => (left && right && broadcast(left, right)) ?? scalar
const perChannel = ([x]: readonly Tensor[]): Shape => ({ per: 'image', shape: [x?.shape[2]] })

/** Windows of a size that fit, `undefined` where something is unknown; at most 0 where none does. */
export function windowCount(side: Dim, window: Dim, stride: Dim, before: Dim, after: Dim): Dim {
  if (side === undefined || window === undefined || stride === undefined) return undefined
  if (before === undefined || after === undefined) return undefined
  return Math.floor((side + before + after - window) / stride) + 1
}

function windows(x: Tensor | undefined, size: Draft<Pair>, strides: Draft<Pair>, padding: Draft<Sides>): Dim[] {
  const [top, bottom, left, right] = padding
  return [
    windowCount(x?.shape[0], size[0], strides[0], top, bottom),
    windowCount(x?.shape[1], size[1], strides[1], left, right),
  ]
}

/** Side of a kernel with its holes. */
export function kernelReach(kernel: Dim, dilation: Dim): Dim {
  return kernel === undefined || dilation === undefined ? undefined : dilation * (kernel - 1) + 1
}

const map = (sides: readonly Dim[], channels: Dim): Shape => ({ per: 'pixel', shape: [...sides, channels] })
const sum = (...parts: readonly Dim[]): Dim =>
  parts.reduce((total, part) => (total === undefined || part === undefined ? undefined : total + part), 0)
const product = (...parts: readonly Dim[]): Dim =>
  parts.reduce((total, part) => (total === undefined || part === undefined ? undefined : total * part), 1)

function generated(): never {
  throw new CompilerBug('what is made of no tensor brings its type')
}

/** Shape of each primitive's result. */
export const shapeRules: { readonly [Op in PrimitiveName]: ShapeRule<Op> } = {
  input: generated,
  constant: perBatch,
  learned: perBatch,
  ramp: perBatch,
  dynamic_weight: perBatch,
  conv2d: ([x], { kernel, strides, padding, dilations }, outputs) => {
    const reach = [kernelReach(kernel[0], dilations[0]), kernelReach(kernel[1], dilations[1])] as const
    return map(windows(x, reach, strides, padding), outputs)
  },
  dense: (_operands, _attributes, outputs) => ({ per: 'image', shape: [outputs] }),
  batch_norm: same,
  relu: same,
  leaky_relu: same,
  sigmoid: same,
  tanh: same,
  softplus: same,
  exp: same,
  log: same,
  sqrt: same,
  square: same,
  abs: same,
  neg: same,
  clamp: same,
  add: wider,
  sub: wider,
  mul: wider,
  div: wider,
  maximum: wider,
  minimum: wider,
  softmax: same,
  log_softmax: same,
  slice_channels: ([x], { count }) => ({ per: x?.per ?? 'pixel', shape: [...(x?.shape.slice(0, -1) ?? []), count] }),
  concat: (operands) => {
    const outer = (operands[0]?.shape ?? []).slice(0, -1)
    const sides = outer.map((_side, axis) => operands.find(({ shape }) => shape[axis] !== undefined)?.shape[axis])
    return { per: same(operands).per, shape: [...sides, sum(...operands.map(({ shape }) => shape.at(-1)))] }
  },
  max_pool: ([x], { size, strides, padding }) => map(windows(x, size, strides, padding), x?.shape[2]),
  avg_pool: ([x], { size, strides, padding }) => map(windows(x, size, strides, padding), x?.shape[2]),
  upsample: ([x], { factor }) => map([product(x?.shape[0], factor), product(x?.shape[1], factor)], x?.shape[2]),
  pad: ([x], { padding: [top, bottom, left, right] }) =>
    map([sum(x?.shape[0], top, bottom), sum(x?.shape[1], left, right)], x?.shape[2]),
  resize: ([x], { height, width }) => map([height, width], x?.shape[2]),
  crop: ([x], { height, width }) => map([height, width], x?.shape[2]),
  global_average_pool: perChannel,
  global_max_pool: perChannel,
  channel_mean: perPixel,
  channel_sum: perPixel,
  channel_max: perPixel,
  image_max: perImage,
  image_mean: perImage,
  image_sum: perImage,
  top_mean: perImage,
  squeeze: perImage,
  flatten: ([x]) => ({ per: 'image', shape: [product(...(x?.shape ?? []))] }),
  dropout: same,
  stop_gradient: same,
  mean: perBatch,
  l1: perBatch,
  l2: perBatch,
  smooth_l1: perBatch,
  ssim: perBatch,
  ms_ssim: perBatch,
  focal: perBatch,
  cross_entropy: perBatch,
  draw: perImage,
  draw_int: perImage,
  draw_choice: perImage,
  draw_box: () => ({ per: 'image', shape: [4] }),
  draw_image: generated,
  perlin: generated,
  white_noise: generated,
  photometric: same,
  floor: same,
  round: same,
  greater: wider,
  greater_equal: wider,
  where: ([condition, x, y]) => (condition && x && y && broadcastAll([condition, x, y])) ?? scalar,
  choose: ([, ...all]) => broadcastAll(all) ?? scalar,
  inside: generated,
  ellipse: generated,
  move: same,
  shift: same,
  rotate: same,
  mirror: same,
  upside_down: same,
  blur: same,
  grey: ([x]) => map([x?.shape[0], x?.shape[1]], 1),
}

/** Several operands of an elementwise primitive; undefined when they do not go together. */
export function broadcastAll(operands: readonly Tensor[]): Shape | undefined {
  return operands.reduce<Shape | undefined>((all, each) => all && broadcast(all, each), scalar)
}

/** Two operands of an elementwise primitive side by side; undefined when they do not go together. */
export function broadcast(left: Shape, right: Shape): Shape | undefined {
  if (left.per === 'batch') return right
  if (right.per === 'batch') return left
  if (left.shape.length === 0) return right
  if (right.shape.length === 0) return left
  if (left.shape.length !== right.shape.length) {
    const [map, vector] = left.shape.length === 3 ? [left, right] : [right, left]
    const [channels, length] = [map.shape[2], vector.shape[0]]
    if (channels !== length && channels !== undefined && length !== undefined) return undefined
    return { per: 'pixel', shape: [map.shape[0], map.shape[1], channels ?? length] }
  }
  const last = left.shape.length - 1
  const merged: Dim[] = []
  for (const [axis, size] of left.shape.entries()) {
    const other = right.shape[axis]
    const isChannels = axis === last && left.per === 'pixel'
    if (size === other) merged.push(size)
    // A single channel may stand beside any number of them, known or not.
    else if (isChannels && (size === 1 || other === 1)) merged.push(size === 1 ? other : size)
    else if (size === undefined || other === undefined) merged.push(size ?? other)
    else return undefined
  }
  return { per: left.per, shape: merged }
}

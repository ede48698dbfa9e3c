import { invariant } from '../../diagnostics/invariant.js'
import type { PixelOp, PixelOperators } from '../../plan/pixel-program.js'
import type { RandomStream } from '../../random/stream.js'
import { blurMap } from './blur.js'
import { type Box, drawBox, fillBox, fillEllipse, moveBox } from './boxes.js'
import { asMap, type Frame, floats, isMap, type Operand, type PixelValue } from './frame.js'
import { drawPerlin } from './perlin.js'
import { drawPhotometric } from './photometric.js'
import { flipMap, rotateMap, shiftMap } from './warps.js'

/** What an operator computes with. */
export interface KernelContext {
  readonly frame: Frame
  /** The random numbers of a draw, by its name. */
  readonly draws: (name: string) => RandomStream
  /** Memory for a map of so many channels; its content does not matter. */
  readonly take: (channels: number) => Float32Array
  /** The image that a synthesis works on. */
  readonly image: Float32Array
  /** The image that `draw_image` has drawn, by the name of the draw. */
  readonly other: (name: string) => Float32Array
  /** A draw that is no draw: what it comes to. */
  readonly set?: { readonly name: string; readonly value: number }
}

/** `channels`: of the result. */
type Kernel<Op extends PixelOp> = (
  operands: readonly Operand[],
  attributes: PixelOperators[Op],
  context: KernelContext,
  channels: number,
) => PixelValue

type Scalar = (x: number) => number
type Pair = (a: number, b: number) => number

function unary(of: Scalar): Kernel<PixelOp> {
  return ([x], _, { take }, channels) => {
    const value = x?.value ?? 0
    if (typeof value === 'number') return of(value)
    const to = isMap(value) ? take(channels) : new Float64Array(value.length)
    for (let at = 0; at < to.length; at += 1) to[at] = of(value[at] ?? 0)
    return to
  }
}

/** Operands of one channel stand beside those of several, numbers beside all. */
function binary(of: Pair): Kernel<PixelOp> {
  return ([a, b], _, context, channels) => {
    const [left, right] = [a?.value ?? 0, b?.value ?? 0]
    if (typeof left === 'number' && typeof right === 'number') return of(left, right)
    if (!isMap(left) && !isMap(right)) {
      const [x, y] = [floats(left, 4), floats(right, 4)]
      return x.map((value, at) => of(value, y[at] ?? 0))
    }
    const to = context.take(channels)
    combine(of, left, a?.channels ?? 0, right, b?.channels ?? 0, to, channels)
    return to
  }
}

function combine(
  of: Pair,
  left: PixelValue,
  leftChannels: number,
  right: PixelValue,
  rightChannels: number,
  to: Float32Array,
  channels: number,
): void {
  if (typeof left === 'number' && rightChannels === channels) {
    const y = right as Float32Array
    for (let at = 0; at < to.length; at += 1) to[at] = of(left, y[at] ?? 0)
  } else if (typeof right === 'number' && leftChannels === channels) {
    const x = left as Float32Array
    for (let at = 0; at < to.length; at += 1) to[at] = of(x[at] ?? 0, right)
  } else if (leftChannels === channels && rightChannels === channels) {
    const [x, y] = [left as Float32Array, right as Float32Array]
    for (let at = 0; at < to.length; at += 1) to[at] = of(x[at] ?? 0, y[at] ?? 0)
  } else {
    const [x, y] = [readerOf(left, leftChannels, channels), readerOf(right, rightChannels, channels)]
    for (let pixel = 0, at = 0; at < to.length; pixel += 1)
      for (let channel = 0; channel < channels; channel += 1, at += 1) to[at] = of(x(pixel, at), y(pixel, at))
  }
}

/** Reads a value of any kind beside a map of so many channels. */
function readerOf(value: PixelValue, own: number, channels: number): (pixel: number, at: number) => number {
  if (typeof value === 'number') return () => value
  return own === channels ? (_, at) => value[at] ?? 0 : (pixel) => value[pixel] ?? 0
}

function mapOf(operand: Operand | undefined): Float32Array {
  return asMap(operand?.value)
}
function numberOf(operand: Operand | undefined): number {
  invariant(typeof operand?.value === 'number', 'a number is due')
  return operand.value
}
function boxOf(operand: Operand | undefined): Box {
  const value = operand?.value
  invariant(value !== undefined && typeof value !== 'number' && value.length === 4, 'a box is due')
  return { top: value[0] ?? 0, left: value[1] ?? 0, height: value[2] ?? 0, width: value[3] ?? 0 }
}

/** What every operator of a program computes; one without a kernel does not compile. */
export const kernels: { readonly [Op in PixelOp]: Kernel<Op> } = {
  input: (_operands, _attributes, { image }) => image,
  constant: (_, { value }) => value,
  relu: unary((x) => Math.max(0, x)),
  abs: unary(Math.abs),
  neg: unary((x) => 0 - x),
  sqrt: unary(Math.sqrt),
  square: unary((x) => x * x),
  floor: unary(Math.floor),
  round: unary(Math.round),
  clamp: ([x], { low, high }, context, channels) =>
    unary((value) => Math.min(high, Math.max(low, value)))(
      x === undefined ? [] : [x],
      { low, high },
      context,
      channels,
    ),
  add: binary((a, b) => a + b),
  sub: binary((a, b) => a - b),
  mul: binary((a, b) => a * b),
  div: binary((a, b) => a / b),
  maximum: binary(Math.max),
  minimum: binary(Math.min),
  greater: binary((a, b) => (a > b ? 1 : 0)),
  greater_equal: binary((a, b) => (a >= b ? 1 : 0)),
  // One number an image decides before its sides are computed (`machine.ts`): here is a map.
  where: ([condition, x, y], _, { take }, channels) => {
    const to = take(channels)
    const isTrue = readerOf(condition?.value ?? 0, condition?.channels ?? 0, channels)
    const [first, second] = [x, y].map((side) => readerOf(side?.value ?? 0, side?.channels ?? 0, channels))
    invariant(first !== undefined && second !== undefined, 'two sides')
    for (let pixel = 0, at = 0; at < to.length; pixel += 1)
      for (let channel = 0; channel < channels; channel += 1, at += 1)
        to[at] = isTrue(pixel, at) !== 0 ? first(pixel, at) : second(pixel, at)
    return to
  },
  choose: () => {
    invariant(false, 'what is chosen is known before it is computed')
    return 0
  },
  concat: (operands, _, { take }, channels) => {
    const to = take(channels)
    let begin = 0
    for (const { value, channels: own } of operands) {
      const from = value as Float32Array
      for (let pixel = 0; pixel < from.length / own; pixel += 1)
        for (let channel = 0; channel < own; channel += 1)
          to[pixel * channels + begin + channel] = from[pixel * own + channel] ?? 0
      begin += own
    }
    return to
  },
  image_max: ([x]) => mapOf(x).reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
  image_mean: ([x]) => mapOf(x).reduce((sum, value) => sum + value, 0) / mapOf(x).length,
  slice_channels: ([x], { begin, count }, { take }, channels) => {
    const to = take(channels)
    const own = x?.channels ?? 1
    const from = mapOf(x)
    for (let pixel = 0; pixel < to.length / count; pixel += 1)
      for (let channel = 0; channel < count; channel += 1)
        to[pixel * count + channel] = from[pixel * own + begin + channel] ?? 0
    return to
  },
  draw: (_, { name, low, high }, { draws, set }) => (set?.name === name ? set.value : draws(name).uniform(low, high)),
  draw_int: (_, { name, low, high }, { draws }) => draws(name).integer(low, high),
  draw_choice: (_, { name, weights }, { draws }) => drawChoice(weights, draws(name)),
  draw_box: ([height, width, avoiding], { name, overlap }, { draws, frame }) => {
    const size = { height: numberOf(height), width: numberOf(width) }
    const { top, left, ...rest } = drawBox(size, avoiding && { box: boxOf(avoiding), overlap }, frame, draws(name))
    return Float64Array.of(top, left, rest.height, rest.width)
  },
  draw_image: (_, { name }, { other }) => other(name),
  perlin: (_, { name, least, most }, { draws, frame, take }) => {
    const to = take(1)
    drawPerlin({ least, most }, frame, draws(name), to)
    return to
  },
  white_noise: (_, { name }, { draws, take }) => {
    const [to, stream] = [take(1), draws(name)]
    for (let at = 0; at < to.length; at += 1) to[at] = stream.uniform()
    return to
  },
  photometric: ([x], { name, count }, { draws, frame, take }, channels) => {
    const [from, to] = [mapOf(x), take(channels)]
    const [low, high] = frame.range
    const bytes = { height: frame.height, width: frame.width, channels, values: new Uint8Array(from.length) }
    for (let at = 0; at < from.length; at += 1)
      bytes.values[at] = Math.min(255, Math.max(0, Math.round((255 * ((from[at] ?? 0) - low)) / (high - low))))
    drawPhotometric(bytes, count, draws(name))
    for (let at = 0; at < to.length; at += 1) to[at] = low + ((high - low) / 255) * (bytes.values[at] ?? 0)
    return to
  },
  inside: ([box], _, { frame, take }) => fillBox(boxOf(box), frame, take(1)),
  ellipse: ([box], _, { frame, take }) => fillEllipse(boxOf(box), frame, take(1)),
  move: ([x, from, to], _, { frame, take }, channels) =>
    moveBox(mapOf(x), channels, boxOf(from), boxOf(to), frame, take(channels)),
  shift: ([x, down, right], _, { frame, take }, channels) =>
    shiftMap(mapOf(x), channels, frame, Math.floor(numberOf(down)), Math.floor(numberOf(right)), take(channels)),
  rotate: ([x, degrees, about], _, { frame, take }, channels) => {
    const box = about && boxOf(about)
    const middle = box ?? { top: 0, left: 0, height: frame.height, width: frame.width }
    return rotateMap(mapOf(x), channels, frame, numberOf(degrees) / 360, middle, take(channels))
  },
  mirror: ([x], _, { frame, take }, channels) => flipMap(mapOf(x), channels, frame, 'across', take(channels)),
  upside_down: ([x], _, { frame, take }, channels) => flipMap(mapOf(x), channels, frame, 'down', take(channels)),
  blur: ([x], { sigma }, { frame, take }, channels) =>
    blurMap(mapOf(x), channels, frame, sigma, take(channels), take(channels)),
  grey: ([x], _, { take }) => {
    const [from, to, own] = [mapOf(x), take(1), x?.channels ?? 1]
    for (let pixel = 0; pixel < to.length; pixel += 1) {
      let sum = 0
      for (let at = pixel * own; at < (pixel + 1) * own; at += 1) sum += from[at] ?? 0
      to[pixel] = sum / own
    }
    return to
  },
}

/** @returns the place of one of the weights, as likely as its weight. */
function drawChoice(weights: readonly number[], draws: RandomStream): number {
  const at = draws.uniform() * weights.reduce((sum, weight) => sum + weight, 0)
  let sum = 0
  const place = weights.findIndex((weight) => {
    sum += weight
    return at < sum
  })
  return place === -1 ? weights.findLastIndex((weight) => weight > 0) : place
}

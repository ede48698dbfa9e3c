import { type SampleDepth, sampleScales } from '../../components/image-kinds.js'
import type { OnnxBuilder } from './builder.js'
import { elementType } from './proto.js'

/** How the image of a file becomes what the model takes. */
export interface OnnxInput {
  /** As files have their values. */
  readonly depth: SampleDepth
  /** Of the model. */
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly interpolation: 'bilinear' | 'nearest'
  readonly antialias: boolean
  readonly fit: 'stretch' | 'keep_aspect'
  readonly range: readonly [low: number, high: number]
  /** These values, of integer files as scaled to 0 .. 1, become the ends of `range`. */
  readonly minmax?: { readonly low: number; readonly high: number }
}

/** Nodes from `image`, [N,h,w,C] of any size, to what the model takes, [N,C,H,W]. As the run's own preparation of files, step by step. */
export function prepare(builder: OnnxBuilder, image: string, input: OnnxInput): string {
  const { depth, channels, minmax, range } = input
  let x = builder.add('Transpose', [image], { perm: [0, 3, 1, 2] }, 'prepare/channels_first')
  if (depth !== 'float32') {
    x = builder.add('Cast', [x], { to: elementType.float32 }, 'prepare/float')
    x = builder.add('Div', [x, builder.float(sampleScales[depth])], {}, 'prepare/scaled')
  }
  if (minmax !== undefined) {
    const factor = (range[1] - range[0]) / (minmax.high - minmax.low)
    x = builder.add('Sub', [x, builder.float(minmax.low)], {}, 'prepare/above_low')
    x = builder.add('Mul', [x, builder.float(factor)], {}, 'prepare/normalised')
    if (range[0] !== 0) x = builder.add('Add', [x, builder.float(range[0])], {}, 'prepare/in_range')
  }
  const sides = builder.add('Shape', [x], { start: 2, end: 4 }, 'prepare/sides')
  const to =
    input.fit === 'keep_aspect' ? fittedSides(builder, sides, input) : builder.ints([input.height, input.width])
  const resized = resizedTo(builder, x, [sides, to], input)
  const framed = input.fit === 'keep_aspect' ? padded(builder, resized, to, input) : resized
  // Its sides are known here, which a runtime does not see from the sizes of the image.
  return builder.add('Reshape', [framed, builder.ints([-1, channels, input.height, input.width])], {}, 'prepare/image')
}

/** The largest sides inside the frame that keep the aspect ratio, [height, width]. */
function fittedSides(builder: OnnxBuilder, sides: string, { height, width }: OnnxInput): string {
  const frame = builder.doubles([height, width])
  const exact = builder.add('Cast', [sides], { to: elementType.double }, 'prepare/exact_sides')
  const scales = builder.add('Div', [frame, exact], {}, 'prepare/scales')
  const scale = builder.add('ReduceMin', [scales], { keepdims: 1 }, 'prepare/scale')
  const scaled = builder.add('Mul', [exact, scale], {}, 'prepare/scaled_sides')
  const half = builder.add('Add', [scaled, builder.doubles([0.5])], {}, 'prepare/half_up')
  const rounded = builder.add('Floor', [half], {}, 'prepare/rounded')
  const most = builder.add('Min', [rounded, frame], {}, 'prepare/within')
  const least = builder.add('Max', [most, builder.doubles([1])], {}, 'prepare/fitted')
  return builder.add('Cast', [least], { to: elementType.int64 }, 'prepare/fitted_sides')
}

/**
 * Not `Resize`, whose borders and scales are not those of the preparation: rows and columns are picked, or are products with the weights
 * of the interpolation.
 */
function resizedTo(
  builder: OnnxBuilder,
  x: string,
  [from, to]: readonly [from: string, to: string],
  { interpolation, antialias }: OnnxInput,
): string {
  const side = (sides: string, axis: number): string =>
    builder.add('Gather', [sides, builder.ints([axis], true)], { axis: 0 }, 'prepare/side')
  const [height, width] = [
    [side(from, 0), side(to, 0)],
    [side(from, 1), side(to, 1)],
  ] as const
  if (interpolation === 'nearest') {
    const down = builder.add('Gather', [x, nearest(builder, height)], { axis: 2 }, 'prepare/rows')
    return builder.add('Gather', [down, nearest(builder, width)], { axis: 3 }, 'prepare/columns')
  }
  const across = builder.add('Transpose', [weights(builder, width, antialias)], { perm: [1, 0] }, 'prepare/across')
  const wide = builder.add('MatMul', [x, across], {}, 'prepare/columns')
  return builder.add('MatMul', [weights(builder, height, antialias), wide], {}, 'prepare/rows')
}

/** Of each row of the result, the row that it is: floor(i from/to), in float32 as PyTorch computes it. */
function nearest(builder: OnnxBuilder, [from, to]: readonly [string, string]): string {
  const float = (x: string) => builder.add('Cast', [x], { to: elementType.float32 }, 'prepare/as_float')
  const scale = builder.add('Div', [float(from), float(to)], {}, 'prepare/step')
  const places = float(range(builder, to))
  const source = builder.add('Floor', [builder.add('Mul', [places, scale], {}, 'prepare/at')], {}, 'prepare/source')
  const last = builder.add('Sub', [from, builder.ints([1], true)], {}, 'prepare/last')
  const index = builder.add('Cast', [source], { to: elementType.int64 }, 'prepare/index')
  return builder.add('Min', [index, last], {}, 'prepare/picked')
}

/**
 * [to, from] in float32, rows of sum 1: a triangle about the centre of each value, which reaches to the next one, or over as many as
 * become one where the filter is widened.
 */
function weights(builder: OnnxBuilder, [from, to]: readonly [string, string], antialias: boolean): string {
  const double = (x: string) => builder.add('Cast', [x], { to: elementType.double }, 'prepare/exact')
  const half = builder.doubles([0.5])
  const step = builder.add('Div', [double(from), double(to)], {}, 'prepare/step')
  const middle = builder.add('Add', [double(range(builder, to)), half], {}, 'prepare/middle')
  const source = builder.add('Sub', [builder.add('Mul', [middle, step], {}, 'prepare/at'), half], {}, 'prepare/source')
  const column = builder.add('Unsqueeze', [source, builder.ints([1])], {}, 'prepare/of_rows')
  const away = builder.add('Abs', [builder.add('Sub', [column, double(range(builder, from))])], {}, 'prepare/away')
  const one = builder.doubles([1])
  const reach = antialias ? builder.add('Max', [step, one], {}, 'prepare/reach') : one
  const share = builder.add('Sub', [one, builder.add('Div', [away, reach], {}, 'prepare/share')], {}, 'prepare/slope')
  const triangle = builder.add('Max', [share, builder.doubles([0])], {}, 'prepare/triangle')
  const sum = builder.add('ReduceSum', [triangle, builder.ints([1])], { keepdims: 1 }, 'prepare/sum')
  const normal = builder.add('Div', [triangle, sum], {}, 'prepare/weights')
  return builder.add('Cast', [normal], { to: elementType.float32 }, 'prepare/weights_float')
}

function range(builder: OnnxBuilder, count: string): string {
  return builder.add('Range', [builder.ints([0], true), count, builder.ints([1], true)], {}, 'prepare/places')
}

/** Centres the image, an odd rest below or to the right, in the low end of the range. */
function padded(
  builder: OnnxBuilder,
  resized: string,
  sides: string,
  { height, width, range: [low] }: OnnxInput,
): string {
  const rest = builder.add('Sub', [builder.ints([height, width]), sides], {}, 'prepare/rest')
  const before = builder.add('Div', [rest, builder.ints([2], true)], {}, 'prepare/before')
  const after = builder.add('Sub', [rest, before], {}, 'prepare/after')
  const none = builder.ints([0, 0])
  const pads = builder.add('Concat', [none, before, none, after], { axis: 0 }, 'prepare/pads')
  return builder.add('Pad', [resized, pads, builder.float(low)], {}, 'prepare/padded')
}

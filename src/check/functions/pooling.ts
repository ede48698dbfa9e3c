import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import { shapeRules, windowCount } from '../primitives/shapes.js'
import { interpolation } from '../values/builtin-enums.js'
import { shapeText } from '../values/describe.js'
import type { Dim, Grid, PoisonedValue, Value } from '../values/value.js'
import {
  type ArgumentsOf,
  bool,
  declareFunction,
  inBoth,
  int,
  map,
  optional,
  type Sides,
  sides,
  size,
  word,
} from './declare.js'
import type { FunctionCall, FunctionRule } from './rule.js'
import { channels, coarser, finer, height, width } from './rule.js'

const x = map('A map.')
const small = { minimum: 1, maximum: 1024 }
const windowParameters = {
  x,
  size: sides('Sides of the window.', { default: 2, ...small }),
  stride: optional(sides('Steps of the window; left out: its sides.', small)),
}

interface Windows extends ArgumentsOf<typeof windowParameters> {
  readonly padding: Sides
}

const padding = (doc: string) =>
  sides(`${doc} above and below, left and right, at most half the size.`, { default: 0, minimum: 0, maximum: 512 })

/** As it is written: `3` or `3x5`. */
function oneOrTwo([height, width]: Sides): string {
  return height === width ? String(height) : `${height}x${width}`
}

/** Padding of a window is less than half of it on each side, or a window could lie in it alone. */
function pool(call: FunctionCall<'padding'>, op: 'max_pool' | 'avg_pool', args: Windows): Value {
  const { size, padding } = args
  const isTooWide = inBoth((axis) => 2 * (padding[axis] ?? 0) > (size[axis] ?? Number.POSITIVE_INFINITY))
  if (!isTooWide.some((each) => each)) return pooled(call, op, args)
  const most = inBoth((axis) => Math.floor((size[axis] ?? 0) / 2))
  call.refuse('padding', `at most half the size (${oneOrTwo(size)})`, oneOrTwo(padding), `padding = ${oneOrTwo(most)}`)
  return pooled(call, op, { ...args, padding: [undefined, undefined] })
}

/** Both poolings: the padding of max is never the largest, the zeros of average count. */
function pooled(call: FunctionCall, op: 'max_pool' | 'avg_pool', { x, size, stride: given, padding }: Windows): Value {
  const stride = given === null ? size : given
  const { graph, session, abstract } = call.env
  // Only windows side by side are asked to cover the map; overlapping ones leave pixels at the border as their authors meant it.
  const isTiling = inBoth((axis) => stride[axis] === size[axis] && padding[axis] === 0).every((each) => each)
  const counts: Dim[] = []
  let divides = true
  const axes = [
    [height(x), size[0], stride[0], padding[0]],
    [width(x), size[1], stride[1], padding[1]],
  ] as const
  for (const [side, size, stride, padding] of axes) {
    const count = windowCount(side, size, stride, padding, padding)
    const isExact = !isTiling || side === undefined || size === undefined || side % size === 0
    divides &&= isExact
    // Below an image of a known size it is the image that is too small, as for every pooling that does not divide.
    const isImages = isTiling && x.grid !== undefined && !abstract && !session.floorPoolings
    if (count !== undefined && count < 1 && !isImages) {
      return call.fail(tensorsDiagnostics.mapTooSmall, call.span, {
        callee: op,
        shape: shapeText(x.shape),
        needs: `at least ${(size ?? 1) - 2 * (padding ?? 0)} pixels a side`,
        help: `Write \`size = ${(side ?? 1) + 2 * (padding ?? 0)}\`, or leave it out.`,
      })
    }
    counts.push(isExact || session.floorPoolings ? count : undefined)
  }
  const grid = coarser(x, stride)
  if (grid && !abstract) graph.poolings.push({ grid, divides, span: call.span, env: call.env })
  const rest = {
    operands: [x],
    meaning: x.meaning,
    type: { per: 'pixel', shape: [...counts, channels(x)] },
    grid,
  } as const
  const sides = [padding[0], padding[0], padding[1], padding[1]] as const
  return call.emit({ op, attributes: { size, strides: stride, padding: sides }, ...rest })
}

const side = (doc: string) => optional(int(doc, { minimum: 0, maximum: 65536 }))
const marginParameters = {
  x,
  all: side('Pixels on every side.'),
  top: side('Pixels above.'),
  bottom: side('Pixels below.'),
  left: side('Pixels on the left.'),
  right: side('Pixels on the right.'),
  to: optional(size('Size of the result, the map in its middle.')),
}
type Margins = ArgumentsOf<typeof marginParameters>
type Margin = readonly [Dim, Dim, Dim, Dim]

/** The size `to`, or what is added or taken a side; the first half of an odd difference is the smaller. */
function margins(
  call: FunctionCall<'to'>,
  { x, all, top, bottom, left, right, to }: Margins,
  sign: 1 | -1,
): Margin | PoisonedValue {
  const sides = [top, bottom, left, right] as const
  if (to === null) {
    const own = (side: Dim | null): Dim => (side === null ? (all === null ? 0 : all) : side)
    return [own(top), own(bottom), own(left), own(right)]
  }
  if (to === undefined) return [undefined, undefined, undefined, undefined]
  if (all !== null || sides.some((side) => side !== null)) {
    return call.fail(typesDiagnostics.duplicateArgument, to.span, { callee: call.rule.name, argument: 'to' })
  }
  const [h, w] = [height(x), width(x)]
  if (h === undefined || w === undefined) return [undefined, undefined, undefined, undefined]
  const [dh, dw] = [sign * (to.height - h), sign * (to.width - w)]
  if (dh < 0 || dw < 0) {
    const must = `at ${sign === 1 ? 'least' : 'most'} the size of the map (${h}x${w})`
    const nearer = sign === 1 ? Math.max : Math.min
    return call.refuse('to', must, `${to.height}x${to.width}`, `to = ${nearer(to.height, h)}x${nearer(to.width, w)}`)
  }
  return [Math.floor(dh / 2), Math.ceil(dh / 2), Math.floor(dw / 2), Math.ceil(dw / 2)]
}

function newGrid(call: FunctionCall, [h, w]: readonly Dim[]): Grid | undefined {
  if (h === undefined || w === undefined) return undefined
  return { height: h, width: w, span: call.span, isImage: false, downHeight: 1, downWidth: 1 }
}

function without(side: Dim, before: Dim, after: Dim): Dim {
  return side === undefined || before === undefined || after === undefined ? undefined : side - before - after
}

export const poolingFunctions: readonly FunctionRule[] = [
  declareFunction('max_pool', {
    doc: 'Largest value of each window.',
    parameters: { ...windowParameters, padding: padding('What is never the largest,') },
    result: 'map [H / stride, W / stride, C]',
    example: 'max_pool(hidden, 3, stride = 2, padding = 1)',
    apply: (args, call) => pool(call, 'max_pool', args),
  }),
  declareFunction('avg_pool', {
    doc: 'Mean of each window; zeros of the padding count.',
    parameters: { ...windowParameters, padding: padding('Zeros') },
    result: 'map [H / stride, W / stride, C]',
    example: 'avg_pool(hidden, 3, stride = 1, padding = 1)',
    apply: (args, call) => pool(call, 'avg_pool', args),
  }),
  declareFunction('upsample', {
    doc: 'Enlarges a map.',
    parameters: {
      x,
      factor: int('How many times.', { default: 2, ...small }),
      mode: word(interpolation, 'How values between pixels are made.', 'bilinear'),
      align_corners: bool('Bilinear: whether corner pixels keep their values.', true),
    },
    result: 'map [factor H, factor W, C]',
    example: 'upsample(hidden, 2, mode = nearest)',
    apply: ({ x, factor, mode, align_corners: aligned }, call) =>
      call.emit({
        op: 'upsample',
        operands: [x],
        attributes: { factor, mode, align_corners: mode === 'bilinear' ? aligned : false },
        meaning: x.meaning,
        grid: finer(x, factor),
      }),
  }),
  declareFunction('resize', {
    doc: 'A map at another size, by bilinear interpolation; what shrinks is not smoothed before.',
    parameters: {
      x,
      to: size('Size of the result.'),
      align_corners: bool('Whether corner pixels keep their values.', true),
    },
    result: 'map [height of to, width of to, C]',
    example: 'resize(hidden, to = 20x30)',
    apply: ({ x, to, align_corners }, call) =>
      call.emit({
        op: 'resize',
        operands: [x],
        attributes: { height: to?.height, width: to?.width, align_corners },
        meaning: x.meaning,
        grid: newGrid(call, [to?.height, to?.width]),
      }),
  }),
  declareFunction('pad', {
    doc: 'Zeros around a map.',
    parameters: marginParameters,
    result: 'map [H + top + bottom, W + left + right, C]',
    example: 'pad(hidden, all = 2)',
    apply: (args, call) => {
      const margin = margins(call, args, 1)
      if ('kind' in margin) return margin
      const { x } = args
      const attributes = { padding: margin }
      return call.emit({
        op: 'pad',
        operands: [x],
        attributes,
        meaning: x.meaning === 'probabilities' ? 'probabilities' : 'plain',
        grid: newGrid(call, shapeRules.pad([x], attributes, undefined).shape),
      })
    },
  }),
  declareFunction('crop', {
    doc: 'The inner part of a map.',
    parameters: marginParameters,
    result: 'map [H - top - bottom, W - left - right, C]',
    example: 'crop(hidden, to = 16x16)',
    apply: (args, call) => {
      const margin = margins(call, args, -1)
      if ('kind' in margin) return margin
      const { x } = args
      const [top, bottom, left, right] = margin
      const [h, w] = [without(height(x), top, bottom), without(width(x), left, right)]
      if ((h !== undefined && h < 1) || (w !== undefined && w < 1))
        return call.fail(tensorsDiagnostics.mapTooSmall, call.span, {
          callee: 'crop',
          shape: shapeText(x.shape),
          needs: 'more pixels than it takes away',
          help: `Take fewer than ${height(x)} rows and ${width(x)} columns away.`,
        })
      return call.emit({
        op: 'crop',
        operands: [x],
        attributes: { top, left, height: h, width: w },
        meaning: x.meaning,
        grid: newGrid(call, [h, w]),
      })
    },
  }),
]

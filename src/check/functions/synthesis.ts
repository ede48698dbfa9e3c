import { settingsDiagnostics } from '../../diagnostics/codes/settings.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import { listTextures } from '../../layouts/textures.js'
import type { Interval, Known } from '../primitives/intervals.js'
import { broadcastAll, type Shape } from '../primitives/shapes.js'
import { sideEnum } from '../values/builtin-enums.js'
import { describeValue } from '../values/describe.js'
import type { StaticValue } from '../values/static-value.js'
import type { Dim, Tensor, Value } from '../values/value.js'
import {
  bool,
  type Declared,
  declareFunction,
  float,
  int,
  map,
  optional,
  range,
  tensor,
  text,
  vector,
  word,
} from './declare.js'
import { checkFits } from './fits.js'
import { oneOfFunction } from './one-of.js'
import type { FunctionCall, FunctionRule } from './rule.js'
import { channels, drawName, height, width } from './rule.js'
import { failShapes } from './shapes.js'

type RangeValue = Extract<StaticValue, { kind: 'range' }>

/** A number an image, or a number that is known. */
function value(doc: string): Declared<Tensor> {
  const { read, ...rest } = tensor(doc)
  return {
    ...rest,
    read: (given, name, call) => {
      const operand = read(given, name, call)
      if (operand.shape.length > 0)
        call.fail(typesDiagnostics.typeMismatch, operand.span, {
          what: `\`${name}\` of \`${call.rule.name}\``,
          expected: 'a number or a value (one number an image)',
          found: describeValue(operand),
        })
      return operand
    },
  }
}

/** The ends of a range of numbers or shares. */
function endsOf(given: RangeValue | undefined): Interval | undefined {
  const [low, high] = [given?.low, given?.high]
  if (low?.kind !== 'number' || high?.kind !== 'number') return undefined
  const plain = (end: typeof low): number => (end.unit === 'percent' ? end.value / 100 : end.value)
  return [plain(low), plain(high)]
}

/** Lengths in pixels of a side of the image; in percent they are of the side. */
function pixelsOf(given: Value | undefined, side: Dim): Interval | undefined {
  if (given?.kind !== 'range' || given.low.kind !== 'number' || given.high.kind !== 'number') return undefined
  const ends = [given.low, given.high].map(({ value, unit }) =>
    unit === 'px' ? value : side === undefined ? undefined : Math.max(1, Math.round((side * value) / 100)),
  )
  const [low, high] = ends
  return low === undefined || high === undefined ? undefined : [low, high]
}

const lengths = (doc: string): Declared<Value | undefined> => ({
  type: { kind: 'lengths' },
  doc,
  read: (given) => given,
})

/** A map of the image's size. */
function ofImage({ env }: FunctionCall, depth: Dim): { readonly type: Shape } {
  return { type: { per: 'pixel', shape: [env.graph.canvas?.height, env.graph.canvas?.width, depth] } }
}

function draw(call: FunctionCall, op: 'draw' | 'draw_int', ends: Known, written: Value | undefined): Tensor {
  const [low, high] = ends ?? []
  const drawn = call.emit({ op, operands: [], attributes: { name: drawName(call), low, high } })
  if (written !== undefined) call.env.graph.drawn.set(drawn.node, written.span)
  return drawn
}

function drawInt(call: FunctionCall, ends: Interval | undefined): Value {
  const whole = ends && [Math.ceil(ends[0]), Math.floor(ends[1])]
  if (whole !== undefined && (whole[0] ?? 0) > (whole[1] ?? 0))
    return call.refuse('range', 'a range with a whole number in it', ends?.join(' .. ') ?? '')
  return draw(call, 'draw_int', whole && [whole[0] ?? 0, whole[1] ?? 0], call.values.get('range'))
}

function perlin(call: FunctionCall<'cells'>, cells: Interval | undefined): Value {
  const [low, high] = cells ?? []
  const least = low === undefined ? undefined : 2 ** Math.ceil(Math.log2(Math.max(1, low)))
  const most = high === undefined ? undefined : 2 ** Math.floor(Math.log2(Math.min(64, Math.max(0.5, high))))
  if (least !== undefined && most !== undefined && least > most) {
    const facts = { parameter: 'cells', shown: `${low} .. ${high}` }
    return call.failWhereGiven(settingsDiagnostics.nothingToDraw, 'cells', facts)
  }
  return call.emit({
    op: 'perlin',
    operands: [],
    attributes: { name: drawName(call), least, most },
    ...ofImage(call, 1),
  })
}

const box = vector('A box: top, left, height and width in pixels.')

function sideOf(call: FunctionCall, side: Dim): Value {
  const { span } = call
  return side === undefined
    ? { kind: 'unknown', type: { kind: 'int' }, span }
    : { kind: 'number', value: side, isInteger: true, span }
}

/** What syntheses of faults are made of: they work on one image, on pixels and not on batches. */
export const synthesisFunctions: readonly FunctionRule[] = [
  declareFunction('draw', {
    doc: 'A random number, uniform in a range of numbers or shares; each draw has random numbers of its own, by its name.',
    parameters: { range: range('Where it lies; the high end is not reached.') },
    result: 'value',
    example: 'draw(0.4 .. 0.67)',
    where: 'synthesis',
    apply: ({ range }, call) => draw(call, 'draw', endsOf(range), range),
  }),
  declareFunction('draw_int', {
    doc: 'A random whole number of a range, both ends included.',
    parameters: { range: range('Where it lies.') },
    result: 'value',
    example: 'draw_int(0 .. 5)',
    where: 'synthesis',
    apply: ({ range }, call) => drawInt(call, endsOf(range)),
  }),
  declareFunction('draw_pixels', {
    doc: 'A random length in whole pixels, both ends included.',
    parameters: {
      lengths: lengths('In pixels, or in percent of a side of the image.'),
      along: word(sideEnum, 'The side that percent are of.', 'width'),
    },
    result: 'value',
    example: 'draw_pixels(10% .. 30%, along = height)',
    where: 'synthesis',
    apply: ({ lengths, along }, call) => {
      const { canvas } = call.env.graph
      return draw(call, 'draw_int', pixelsOf(lengths, along && canvas?.[along]), lengths)
    },
  }),
  declareFunction('draw_box', {
    doc: 'A box of this size at a random place of the image. One that is to avoid another is drawn again, at most 10 times, while it shares more of itself with that.',
    parameters: {
      height: value('In pixels, rounded down; at least 1.'),
      width: value('In pixels, rounded down; at least 1.'),
      avoiding: optional(vector('A box.')),
      overlap: float('Share of itself that it may have in common with the other.', {
        default: 0.3,
        minimum: 0,
        maximum: 1,
      }),
    },
    result: 'vector [4]',
    example: 'draw_box(8, draw_pixels(8px .. 16px))',
    where: 'synthesis',
    apply: ({ height, width, avoiding, overlap }, call) => {
      if (checkFits(call, 'width', width)) checkFits(call, 'height', height)
      const operands = avoiding === null ? [height, width] : [height, width, avoiding]
      return call.emit({ op: 'draw_box', operands, attributes: { name: drawName(call), overlap } })
    },
  }),
  declareFunction('draw_image', {
    doc: 'Another image: one of the training images, or one of a folder, as large as the image.',
    parameters: {
      folder: optional(
        text('path', 'Path of a folder of images, and of folders of images; left out: the training images.'),
      ),
    },
    result: 'map [H, W, C]',
    example: 'draw_image(folder = "textures")',
    where: 'synthesis',
    apply: ({ folder }, call) => {
      const { graph, session } = call.env
      if (folder === '') return call.refuse('folder', 'the path of a folder', 'an empty text')
      const path = folder === null ? '' : folder && call.pathOf('folder', folder)
      const range = graph.canvas?.range
      const { disk } = session
      const problem = path && disk && graph.canvas && listTextures(disk, path).problem
      if (problem && path)
        return call.failWhereGiven(settingsDiagnostics.texturesMissing, 'folder', { folder: path, problem })
      const attributes = { name: drawName(call), folder: path }
      return call.emit({ op: 'draw_image', operands: [], attributes, range, ...ofImage(call, graph.canvas?.channels) })
    },
  }),
  oneOfFunction,
  declareFunction('perlin', {
    doc: 'Perlin noise (Perlin 2002), in [-1, 1]. How many cells it has down and across the image is drawn: powers of 2.',
    parameters: { cells: range('From the fewest to the most cells, 1 to 64.') },
    result: 'map [H, W, 1]',
    example: 'perlin(1 .. 32)',
    where: 'synthesis',
    apply: ({ cells }, call) => perlin(call, endsOf(cells)),
  }),
  declareFunction('white_noise', {
    doc: 'Each pixel uniform in [0, 1), by itself.',
    parameters: {},
    result: 'map [H, W, 1]',
    example: 'white_noise()',
    where: 'synthesis',
    apply: (_, call) =>
      call.emit({ op: 'white_noise', operands: [], attributes: { name: drawName(call) }, ...ofImage(call, 1) }),
  }),
  declareFunction('photometric', {
    doc: 'Different photometric operators, drawn, one after the other: gamma, brightness, sharpness, solarize, posterize, invert, autocontrast, equalize, and for colour images saturation; as Pillow defines them, on 8 bits.',
    parameters: {
      x: map('An image, in the range of the data.'),
      count: int('How many.', { default: 3, minimum: 1, maximum: 8 }),
    },
    result: 'as x',
    example: 'photometric(image)',
    where: 'synthesis',
    apply: ({ x, count }, call) =>
      call.emit({
        op: 'photometric',
        operands: [x],
        attributes: { name: drawName(call), count },
        range: call.env.graph.canvas?.range,
      }),
  }),
  declareFunction('where', {
    doc: 'x where the condition holds, y elsewhere. Of a condition that is one number an image only the side that it takes is computed.',
    parameters: {
      condition: tensor('A comparison, or what is not 0 where it holds.'),
      x: tensor('Taken where it holds.'),
      y: tensor('Taken elsewhere.'),
    },
    result: 'as the largest operand',
    example: 'where(perlin(1 .. 8) > 0.5, 1.0, image)',
    where: 'synthesis',
    apply: ({ condition, x, y }, call) =>
      broadcastAll([condition, x, y]) === undefined
        ? failShapes(call, 'operands that go together, as those of `+`', [condition, x, y])
        : call.emit({ op: 'where', operands: [condition, x, y], grid: condition.grid ?? x.grid ?? y.grid }),
  }),
  ...(['floor', 'round'] as const).map((op) =>
    declareFunction(op, {
      doc: op === 'floor' ? 'The largest whole number that is not above x.' : 'The nearest whole number; halves go up.',
      parameters: { x: tensor('A map, vector, value or number.') },
      result: 'as x',
      example: `${op}(draw(1.5 .. 8.5))`,
      where: 'synthesis',
      apply: ({ x }, call) => call.emit({ op, operands: [x] }),
    }),
  ),
  ...(['inside', 'ellipse'] as const).map((op) =>
    declareFunction(op, {
      doc:
        op === 'inside' ? '1 inside the box, 0 elsewhere.' : '1 inside the ellipse that touches the sides of the box.',
      parameters: { box },
      result: 'map [H, W, 1]',
      example: `${op}(draw_box(8, 16))`,
      where: 'synthesis',
      apply: ({ box }, call) =>
        isBox(box)
          ? call.emit({ op, operands: [box], ...ofImage(call, 1) })
          : failShapes(call, 'a box, as `draw_box` gives one', [box]),
    }),
  ),
  declareFunction('move', {
    doc: 'What is inside one box, in the place of another; resized, bilinear, where their sizes differ; 0 elsewhere.',
    parameters: { x: map('A map.'), from: box, to: box },
    result: 'as x',
    example: 'move(image, from = draw_box(8, 16), to = draw_box(8, 16))',
    where: 'synthesis',
    apply: ({ x, from, to }, call) =>
      isBox(from) && isBox(to)
        ? call.emit({ op: 'move', operands: [x, from, to] })
        : failShapes(call, 'boxes, as `draw_box` gives them', [from, to]),
  }),
  declareFunction('shift', {
    doc: 'A map moved down and to the right; what leaves on one side comes in on the other.',
    parameters: { x: map('A map.'), down: value('Pixels, rounded down.'), right: value('Pixels, rounded down.') },
    result: 'as x',
    example: 'shift(image, draw_int(0 .. 63), draw_int(0 .. 63))',
    where: 'synthesis',
    apply: ({ x, down, right }, call) => call.emit({ op: 'shift', operands: [x, down, right] }),
  }),
  declareFunction('rotate', {
    doc: 'A map turned clockwise about its middle, or about that of a box; bilinear, 0 where nothing is turned to.',
    parameters: { x: map('A map.'), degrees: value('How far.'), about: optional(vector('A box.')) },
    result: 'as x',
    example: 'rotate(perlin(1 .. 8), degrees = draw(-90 .. 90))',
    where: 'synthesis',
    apply: ({ x, degrees, about }, call) =>
      call.emit({ op: 'rotate', operands: about === null ? [x, degrees] : [x, degrees, about] }),
  }),
  declareFunction('flip', {
    doc: 'Left and right exchanged, or top and bottom.',
    parameters: { x: map('A map.'), upside_down: bool('Top and bottom.', false) },
    result: 'as x',
    example: 'where(draw(0 .. 1) < 0.5, flip(image), image)',
    where: 'synthesis',
    apply: ({ x, upside_down }, call) =>
      call.emit({ op: upside_down === true ? 'upside_down' : 'mirror', operands: [x] }),
  }),
  declareFunction('blur', {
    doc: 'Gaussian blur; beyond the borders their values are repeated. Of a mask it makes soft edges.',
    parameters: { x: map('A map.'), sigma: float('In pixels.', { minimum: 0.1, maximum: 64 }) },
    result: 'as x',
    example: 'blur(image, 2.0)',
    where: 'synthesis',
    apply: ({ x, sigma }, call) => call.emit({ op: 'blur', operands: [x], attributes: { sigma } }),
  }),
  declareFunction('grey', {
    doc: 'The mean over the channels.',
    parameters: { x: map('A map.') },
    result: 'map [H, W, 1]',
    example: 'grey(image) > 0.1',
    where: 'synthesis',
    apply: ({ x }, call) => (channels(x) === 1 ? x : call.emit({ op: 'grey', operands: [x] })),
  }),
  declareFunction('as_image', {
    doc: 'Values in [-1, 1] as values of the image: -1 becomes the low end of the range of the data, 1 the high end.',
    parameters: { x: map('A map, such as noise.') },
    result: 'as x',
    example: 'as_image(perlin(1 .. 8))',
    where: 'synthesis',
    apply: ({ x }, call) => {
      const [low, high] = call.env.graph.canvas?.range ?? []
      const half = low === undefined || high === undefined ? undefined : (high - low) / 2
      const scaled = call.emit({ op: 'mul', operands: [x, call.constant(half)] })
      return call.emit({
        op: 'add',
        operands: [scaled, call.constant(half === undefined ? undefined : half + (low ?? 0))],
      })
    },
  }),
  declareFunction('channels_of', {
    doc: 'The number of channels of a map.',
    parameters: { x: map('A map.') },
    result: 'int',
    example: 'channels_of(image)',
    where: 'both',
    apply: ({ x }, call) => sideOf(call, channels(x)),
  }),
  declareFunction('height_of', {
    doc: 'The height of a map, in pixels.',
    parameters: { x: map('A map.') },
    result: 'int',
    example: 'height_of(image)',
    where: 'both',
    apply: ({ x }, call) => sideOf(call, height(x)),
  }),
  declareFunction('width_of', {
    doc: 'The width of a map, in pixels.',
    parameters: { x: map('A map.') },
    result: 'int',
    example: 'width_of(image)',
    where: 'both',
    apply: ({ x }, call) => sideOf(call, width(x)),
  }),
]

function isBox(of: Tensor): boolean {
  return of.shape.length === 1 && (of.shape[0] === undefined || of.shape[0] === 4)
}

import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import { report } from '../evaluation/env.js'
import { interpolation } from '../values/builtin-enums.js'
import { shapeText } from '../values/describe.js'
import type { Dim, Grid, Tensor, Value } from '../values/value.js'
import { poison } from '../values/value.js'
import { hullInterval } from './intervals.js'
import type { FunctionCall, FunctionParameter, FunctionRule } from './rule.js'
import { anInt, anyMap, channels, height, width } from './rule.js'

const x: FunctionParameter = { name: 'x', type: anyMap, doc: 'A map.' }
const small = (value: number): boolean => value >= 1 && value <= 1024
const smallText = 'an integer between 1 and 1024'

/** Both poolings: max without padding, average with zeros that count. */
function pool(call: FunctionCall, op: 'max_pool' | 'avg_pool'): Value {
  const of = call.tensor('x')
  const size = call.bounded('size', smallText, small)
  const stride = call.has('stride') ? call.bounded('stride', smallText, small) : size
  const padding =
    op === 'avg_pool'
      ? call.bounded(
          'padding',
          'an integer of at most half the size',
          (value) => value >= 0 && 2 * value <= (size ?? 2048),
        )
      : 0
  const sides: Dim[] = []
  let divides = true
  for (const side of [height(of), width(of)]) {
    if (side === undefined || size === undefined || stride === undefined || padding === undefined) sides.push(undefined)
    else {
      const room = side + 2 * padding - size
      // Below an image of a known size it is the image that is too small, as for every pooling that does not divide.
      if (
        room < 0 &&
        of.grid &&
        !call.env.abstract &&
        !call.env.session.floorPoolings &&
        stride === size &&
        padding === 0
      ) {
        divides = false
        sides.push(undefined)
        continue
      }
      if (room < 0) {
        const needs = `at least ${size - 2 * padding} pixels a side`
        return poison(
          call.span,
          report(call.env, tensorsDiagnostics.mapTooSmall, call.span, {
            callee: op,
            shape: shapeText(of.shape),
            needs,
          }),
        )
      }
      // Overlapping windows leave pixels at the border as their authors meant it; only tiles are asked to cover the map.
      const exact = room % stride === 0 || stride !== size || padding > 0
      divides &&= exact
      sides.push(exact || call.env.session.floorPoolings ? Math.floor(room / stride) + 1 : undefined)
    }
  }
  const grid =
    of.grid && stride !== undefined
      ? { ...of.grid, downHeight: of.grid.downHeight * stride, downWidth: of.grid.downWidth * stride }
      : undefined
  if (grid && !call.env.abstract) call.env.graph.poolings.push({ grid, divides, span: call.span, env: call.env })
  const pooled = { size: [size ?? 0, size ?? 0], strides: [stride ?? 0, stride ?? 0] }
  const attributes =
    op === 'max_pool' ? pooled : { ...pooled, padding: [padding ?? 0, padding ?? 0, padding ?? 0, padding ?? 0] }
  const range = padding === 0 ? of.range : hullInterval(of.range, [0, 0])
  return call.emit({
    op,
    operands: [of],
    attributes,
    per: 'pixel',
    shape: [sides[0], sides[1], channels(of)],
    meaning: of.meaning,
    range,
    grid,
  })
}

function upsample(call: FunctionCall): Value {
  const of = call.tensor('x')
  const factor = call.bounded('factor', smallText, small)
  const mode = call.word('mode') ?? 'bilinear'
  const times = (side: Dim): Dim => (side === undefined || factor === undefined ? undefined : side * factor)
  const grid =
    of.grid && factor !== undefined
      ? { ...of.grid, downHeight: of.grid.downHeight / factor, downWidth: of.grid.downWidth / factor }
      : undefined
  const attributes = {
    factor: factor ?? 0,
    mode,
    align_corners: mode === 'bilinear' && (call.boolean('align_corners') ?? true),
  }
  return call.emit({
    op: 'upsample',
    operands: [of],
    attributes,
    per: 'pixel',
    shape: [times(height(of)), times(width(of)), channels(of)],
    meaning: of.meaning,
    range: of.range,
    grid,
  })
}

/** The size `to`, or what is added or taken a side; the first half of an odd difference is the smaller. */
function margins(call: FunctionCall, of: Tensor, sign: 1 | -1): readonly [Dim, Dim, Dim, Dim] | Diagnostic {
  const to = call.static('to')
  const sides = ['top', 'bottom', 'left', 'right'] as const
  if (to?.kind !== 'size') {
    const all = call.has('all')
      ? call.bounded('all', 'an integer between 0 and 65536', (value) => value >= 0 && value <= 65536)
      : undefined
    const [top, bottom, left, right] = sides.map((side) => {
      if (!call.has(side)) return call.has('all') ? all : 0
      return call.bounded(side, 'an integer between 0 and 65536', (value) => value >= 0 && value <= 65536)
    })
    return [top, bottom, left, right]
  }
  if (call.has('all') || sides.some((side) => call.has(side))) {
    return report(call.env, typesDiagnostics.duplicateArgument, to.span, { callee: call.rule.name, argument: 'to' })
  }
  const [h, w] = [height(of), width(of)]
  if (h === undefined || w === undefined) return [undefined, undefined, undefined, undefined]
  const [dh, dw] = [sign * (to.height - h), sign * (to.width - w)]
  if (dh < 0 || dw < 0) {
    const must = sign === 1 ? `at least the size of the map (${h}x${w})` : `at most the size of the map (${h}x${w})`
    return report(call.env, tensorsDiagnostics.attribute, to.span, {
      callee: call.rule.name,
      name: 'to',
      must,
      found: `${to.height}x${to.width}`,
    })
  }
  return [Math.floor(dh / 2), Math.ceil(dh / 2), Math.floor(dw / 2), Math.ceil(dw / 2)]
}

function resized(of: Tensor, margin: readonly [Dim, Dim, Dim, Dim], sign: 1 | -1): readonly [Dim, Dim] {
  const [top, bottom, left, right] = margin
  const [h, w] = [height(of), width(of)]
  const sum = (side: Dim, a: Dim, b: Dim): Dim =>
    side === undefined || a === undefined || b === undefined ? undefined : side + sign * (a + b)
  return [sum(h, top, bottom), sum(w, left, right)]
}

function newGrid(call: FunctionCall, h: Dim, w: Dim): Grid | undefined {
  if (h === undefined || w === undefined) return undefined
  return { height: h, width: w, span: call.span, isImage: false, downHeight: 1, downWidth: 1 }
}

function pad(call: FunctionCall): Value {
  const of = call.tensor('x')
  const margin = margins(call, of, 1)
  if ('code' in margin) return poison(call.span, margin)
  const [h, w] = resized(of, margin, 1)
  const meaning = of.meaning === 'probabilities' ? 'probabilities' : 'plain'
  const attributes = { padding: margin.map((side) => side ?? 0) }
  const range = hullInterval(of.range, [0, 0])
  return call.emit({
    op: 'pad',
    operands: [of],
    attributes,
    per: 'pixel',
    shape: [h, w, channels(of)],
    meaning,
    range,
    grid: newGrid(call, h, w),
  })
}

function crop(call: FunctionCall): Value {
  const of = call.tensor('x')
  const margin = margins(call, of, -1)
  if ('code' in margin) return poison(call.span, margin)
  const [h, w] = resized(of, margin, -1)
  if ((h !== undefined && h < 1) || (w !== undefined && w < 1)) {
    return poison(
      call.span,
      report(call.env, tensorsDiagnostics.mapTooSmall, call.span, {
        callee: 'crop',
        shape: shapeText(of.shape),
        needs: 'more pixels than it takes away',
      }),
    )
  }
  const attributes = { top: margin[0] ?? 0, left: margin[2] ?? 0, height: h ?? 0, width: w ?? 0 }
  return call.emit({
    op: 'crop',
    operands: [of],
    attributes,
    per: 'pixel',
    shape: [h, w, channels(of)],
    meaning: of.meaning,
    range: of.range,
    grid: newGrid(call, h, w),
  })
}

const marginParameters: readonly FunctionParameter[] = [
  { name: 'all', type: anInt, default: 'none', doc: 'Pixels on every side.' },
  { name: 'top', type: anInt, default: 'none', doc: 'Pixels above.' },
  { name: 'bottom', type: anInt, default: 'none', doc: 'Pixels below.' },
  { name: 'left', type: anInt, default: 'none', doc: 'Pixels on the left.' },
  { name: 'right', type: anInt, default: 'none', doc: 'Pixels on the right.' },
  { name: 'to', type: { kind: 'size' }, default: 'none', doc: 'Size of the result, the map in its middle.' },
]
const windowParameters: readonly FunctionParameter[] = [
  x,
  { name: 'size', type: anInt, default: 2, doc: 'Side of the window.' },
  { name: 'stride', type: anInt, default: 'none', doc: 'Step of the window; left out: its side.' },
]

export const poolingFunctions: readonly FunctionRule[] = [
  {
    name: 'max_pool',
    doc: 'Largest value of each window.',
    parameters: windowParameters,
    apply: (call) => pool(call, 'max_pool'),
  },
  {
    name: 'avg_pool',
    doc: 'Mean of each window; zeros of the padding count.',
    parameters: [...windowParameters, { name: 'padding', type: anInt, default: 0, doc: 'Zeros around the map.' }],
    apply: (call) => pool(call, 'avg_pool'),
  },
  {
    name: 'upsample',
    doc: 'Enlarges a map.',
    parameters: [
      x,
      { name: 'factor', type: anInt, default: 2, doc: 'How many times.' },
      {
        name: 'mode',
        type: { kind: 'enum', declaration: interpolation },
        default: 'bilinear',
        doc: 'How values between pixels are made.',
      },
      {
        name: 'align_corners',
        type: { kind: 'bool' },
        default: true,
        doc: 'Bilinear: whether corner pixels keep their values.',
      },
    ],
    apply: upsample,
  },
  { name: 'pad', doc: 'Zeros around a map.', parameters: [x, ...marginParameters], apply: pad },
  { name: 'crop', doc: 'The inner part of a map.', parameters: [x, ...marginParameters], apply: crop },
]

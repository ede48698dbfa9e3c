import { invariant } from '../../diagnostics/invariant.js'
import { numberOf, numbersOf, pairsOf } from './attributes.js'
import { noFlops, pure } from './definition.js'
import { at, broadcastShapes, only, requireSameDType, requireShape, sameShape, showShape, sizeOf } from './shape.js'

export const reshape = pure({
  summary: 'the same values, row-major, in another shape',
  operands: ['x'],
  attributes: { shape: 'ints' },
  typeRule: 'dtype of x, as many values',
  types: (operands, attributes) => {
    const x = only(operands)
    const shape = requireShape(numbersOf(attributes, 'shape'))
    invariant(
      sizeOf(shape) === sizeOf(x.shape),
      `${sizeOf(x.shape)} values of ${showShape(x.shape)} do not fill ${showShape(shape)}`,
    )
    return [{ dtype: x.dtype, shape }]
  },
  flops: noFlops,
})

export const transpose = pure({
  summary: 'axis i of the result is axis perm[i] of x',
  operands: ['x'],
  attributes: { perm: 'ints' },
  typeRule: 'dtype of x, sides permuted',
  types: (operands, attributes) => {
    const x = only(operands)
    const perm = numbersOf(attributes, 'perm')
    const isPermutation = perm.length === x.shape.length && x.shape.every((_side, axis) => perm.includes(axis))
    invariant(isPermutation, `[${perm.join(',')}] does not permute the axes of ${showShape(x.shape)}`)
    return [{ dtype: x.dtype, shape: perm.map((axis) => x.shape[axis] ?? 1) }]
  },
  flops: noFlops,
})

export const broadcastTo = pure({
  summary: 'repeats along new axes and axes of side 1',
  operands: ['x'],
  attributes: { shape: 'ints' },
  typeRule: 'dtype of x; x broadcasts to shape',
  types: (operands, attributes) => {
    const x = only(operands)
    const shape = requireShape(numbersOf(attributes, 'shape'))
    invariant(
      sameShape(broadcastShapes(x.shape, shape), shape),
      `${showShape(x.shape)} does not broadcast to ${showShape(shape)}`,
    )
    return [{ dtype: x.dtype, shape }]
  },
  flops: noFlops,
})

export const concat = pure({
  summary: 'one after the other along an axis',
  operands: ['x'],
  isVariadic: true,
  attributes: { axis: 'int' },
  typeRule: 'one dtype; equal sides but along the axis, where they add up',
  types: (operands, attributes) => {
    const first = at(operands, 0)
    const axis = numberOf(attributes, 'axis')
    invariant(axis >= 0 && axis < first.shape.length, `axis ${axis} is not one of ${showShape(first.shape)}`)
    let total = 0
    for (const operand of operands) {
      requireSameDType(first, operand)
      const fits = operand.shape.length === first.shape.length
      invariant(
        fits && operand.shape.every((side, place) => place === axis || side === first.shape[place]),
        `${showShape(first.shape)} and ${showShape(operand.shape)} do not line up along axis ${axis}`,
      )
      total += operand.shape[axis] ?? 0
    }
    return [{ dtype: first.dtype, shape: first.shape.map((side, place) => (place === axis ? total : side)) }]
  },
  flops: noFlops,
})

export const slice = pure({
  summary: 'the box of this size that begins there',
  operands: ['x'],
  attributes: { begin: 'ints', size: 'ints' },
  typeRule: 'dtype of x of shape size',
  types: (operands, attributes) => {
    const x = only(operands)
    const begin = numbersOf(attributes, 'begin')
    const size = requireShape(numbersOf(attributes, 'size'))
    const lies = x.shape.every((side, axis) => {
      const from = begin[axis] ?? -1
      return from >= 0 && from + (size[axis] ?? side + 1) <= side
    })
    invariant(
      begin.length === x.shape.length && size.length === x.shape.length && lies,
      `${showShape(size)} from ${showShape(begin)} is not within ${showShape(x.shape)}`,
    )
    return [{ dtype: x.dtype, shape: size }]
  },
  flops: noFlops,
})

export const pad = pure({
  summary: 'zeros before and after along each axis',
  operands: ['x'],
  attributes: { paddings: 'pairs' },
  typeRule: 'dtype of x, sides grown',
  types: (operands, attributes) => {
    const x = only(operands)
    const paddings = pairsOf(attributes, 'paddings')
    invariant(paddings.length === x.shape.length, `${paddings.length} paddings for ${showShape(x.shape)}`)
    const shape = x.shape.map((side, axis) => {
      const [before = 0, after = 0] = paddings[axis] ?? []
      invariant(before >= 0 && after >= 0, 'padding is not negative')
      return side + before + after
    })
    return [{ dtype: x.dtype, shape }]
  },
  flops: noFlops,
})

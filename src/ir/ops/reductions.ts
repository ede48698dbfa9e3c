import { invariant } from '../../diagnostics/invariant.js'
import { flagOf, numberOf, numbersOf } from './attributes.js'
import { type FlopsRule, pure, type TypeRule } from './definition.js'
import { checkedAxes, only, reducedShape, requireFloat, showShape, sizeOf } from './shape.js'

const onePerOperandValue: FlopsRule = (operands) => sizeOf(only(operands).shape)

const reducedTypes: TypeRule = (operands, attributes) => {
  const x = only(operands)
  const dtype = requireFloat(x)
  const axes = checkedAxes(numbersOf(attributes, 'axes'), x.shape.length)
  invariant(
    axes.every((axis) => x.shape[axis] !== 0),
    `nothing to reduce in ${showShape(x.shape)}`,
  )
  return [{ dtype, shape: reducedShape(x.shape, axes, flagOf(attributes, 'keep_dims')) }]
}

function reduction(summary: string) {
  return pure({
    summary,
    operands: ['x'],
    attributes: { axes: 'ints', keep_dims: 'bool' },
    typeRule: 'float x; without the axes, or with sides of 1 where keep_dims',
    types: reducedTypes,
    flops: onePerOperandValue,
  })
}

export const reduceSum = reduction('sum over the axes (ascending)')
export const reduceMean = reduction('mean over the axes (ascending)')
export const reduceMax = reduction('maximum over the axes (ascending); values that tie share the gradient equally')

export const kthLargest = pure({
  summary: 'the k-th largest value along the last axis; values that tie share the gradient equally',
  operands: ['x'],
  attributes: { k: 'int' },
  typeRule: 'float x of rank 1 or more; without the last axis, which has at least k values',
  types: (operands, attributes) => {
    const x = only(operands)
    const dtype = requireFloat(x)
    const k = numberOf(attributes, 'k')
    const length = x.shape.at(-1) ?? 0
    invariant(Number.isInteger(k) && k >= 1 && k <= length, `no ${k}th largest of ${length} values`)
    return [{ dtype, shape: x.shape.slice(0, -1) }]
  },
  flops: onePerOperandValue,
})

function lastAxis(summary: string) {
  return pure({
    summary,
    operands: ['x'],
    typeRule: 'float x of rank 1 or more; the type of x',
    types: (operands) => {
      const x = only(operands)
      requireFloat(x)
      invariant(x.shape.length >= 1, 'x has an axis')
      return [x]
    },
    flops: (operands) => 4 * sizeOf(only(operands).shape),
  })
}

export const softmax = lastAxis('e^x normalised along the last axis')
export const logSoftmax = lastAxis('logarithm of softmax along the last axis')

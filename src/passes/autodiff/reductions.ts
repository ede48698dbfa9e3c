import { numbersOf } from '../../ir/ops/attributes.js'
import { reducedShape, sizeOf } from '../../ir/ops/shape.js'
import type { ValueId } from '../../ir/types.js'
import { type GradientSite, throughOnly } from './rule.js'

/** Gives what was reduced its axes back, with side 1. */
function withAxes(site: GradientSite, value: ValueId): ValueId {
  return site.reshaped(value, reducedShape(site.shape(site.operand(0)), numbersOf(site.attributes, 'axes'), true))
}

function spread(site: GradientSite, dy: ValueId): ValueId {
  return site.one('broadcast_to', [withAxes(site, dy)], { shape: site.shape(site.operand(0)) })
}

export const reduceSum = throughOnly(spread)

export const reduceMean = throughOnly((site, dy) => {
  const count = sizeOf(site.shape(site.operand(0))) / sizeOf(site.shape(site.result()))
  return spread(site, site.scaled(dy, 1 / count))
})

/** The gradient goes to the values that equal the result, in equal shares. */
function toEquals(site: GradientSite, dy: ValueId, axes: readonly number[]): ValueId {
  const x = site.operand(0)
  const { dtype, shape } = site.type(x)
  const withAxes = (value: ValueId): ValueId => site.reshaped(value, reducedShape(shape, axes, true))
  const ones = site.one('cast', [site.one('equal', [x, withAxes(site.result())])], { dtype })
  const ties = site.one('reduce_sum', [ones], { axes, keep_dims: true })
  return site.one('mul', [ones, site.one('div', [withAxes(dy), ties])])
}

/** As PyTorch's amax has it. */
export const reduceMax = throughOnly((site, dy) => toEquals(site, dy, numbersOf(site.attributes, 'axes')))

export const kthLargest = throughOnly((site, dy) => toEquals(site, dy, [site.shape(site.operand(0)).length - 1]))

function sumOverLast(site: GradientSite, value: ValueId): ValueId {
  return site.one('reduce_sum', [value], { axes: [site.shape(value).length - 1], keep_dims: true })
}

/** dx = y (dy - sum dy y) */
export const softmax = throughOnly((site, dy) => {
  const y = site.result()
  const weighted = sumOverLast(site, site.one('mul', [dy, y]))
  return site.one('mul', [y, site.one('sub', [dy, weighted])])
})

/** dx = dy - softmax(x) sum dy */
export const logSoftmax = throughOnly((site, dy) => {
  const probabilities = site.one('exp', [site.result()])
  return site.one('sub', [dy, site.one('mul', [probabilities, sumOverLast(site, dy)])])
})

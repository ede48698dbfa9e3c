import { invariant } from '../../../diagnostics/invariant.js'
import type { Operation } from '../../../ir/types.js'
import { own } from '../../../source/own.js'
import { attr } from '../data-types.js'
import type { TensorName } from '../graph-builder.js'
import { number, numbers, type Rule, type RuleContext, resultType } from '../rule.js'

/** Above this many elements a constant is made when needed instead of being kept by the session. */
const largestStored = 4096

export const constant: Rule = (operation, context) => {
  const { dtype, shape } = resultType(operation, context)
  const raw = operation.attributes.value
  invariant(typeof raw === 'number' || typeof raw === 'boolean', 'constant lacks its value')
  const value = Number(raw)
  const size = shape.reduce((product, length) => product * length, 1)
  if (size <= largestStored) return [context.filled(dtype, shape, value)]
  const inputs = [context.ints(shape), context.filled(dtype, [], value)]
  return [context.node(operation, 'Fill', inputs, { T: attr.type(dtype), index_type: attr.type('i32') })]
}

export const literal: Rule = (operation, context) => [
  table(operation, context, resultType(operation, context).shape, numbers(operation, 'values')),
]

/** Filtering the rows of x with a normalised Gaussian, as one matrix; with reflect padding: G[i, reflect(i + k - half)] += w[k]. */
export const gaussianBand: Rule = (operation, context) => {
  const [size, window, sigma] = [number(operation, 'size'), number(operation, 'window'), number(operation, 'sigma')]
  const isZero = own(operation.attributes, 'border') === 'zero'
  const half = Math.floor(window / 2)
  const raw = Array.from({ length: window }, (_, k) => Math.exp(-((k - half) * (k - half)) / (2 * sigma * sigma)))
  const total = raw.reduce((sum, weight) => sum + weight, 0)
  const values = new Array<number>(size * size).fill(0)
  for (let row = 0; row < size; row++) {
    for (const [k, weight] of raw.entries()) {
      const column = row + k - half
      if (isZero && (column < 0 || column >= size)) continue
      const at = row * size + reflect(column, size)
      values[at] = (values[at] ?? 0) + weight / total
    }
  }
  return [table(operation, context, [size, size], values)]
}

/** A constant in the type of the operation's result. */
function table(
  operation: Operation,
  context: RuleContext,
  shape: readonly number[],
  values: readonly number[],
): TensorName {
  const dtype = resultType(operation, context).dtype === 'f64' ? 'f64' : 'f32'
  return context.graph.floats(context.scope, dtype, shape, values)
}

function reflect(index: number, size: number): number {
  if (index < 0) return -index
  return index < size ? index : 2 * (size - 1) - index
}

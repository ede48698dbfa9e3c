import { numberOf, numbersOf } from '../ops/attributes.js'
import { sizeOf, stridesOf } from '../ops/shape.js'
import { gather } from './elementwise.js'
import { type InterpretRule, operandAt, type Tensor, typeAt } from './rule.js'

/** The operand with its reduced axes last, and how many values fall together. */
function grouped({ data, type }: Tensor, axes: readonly number[]) {
  const kept = type.shape.flatMap((_side, axis) => (axes.includes(axis) ? [] : [axis]))
  const order = [...kept, ...axes]
  const strides = stridesOf(type.shape)
  const isInOrder = order.every((axis, place) => axis === place)
  const values = isInOrder
    ? data
    : gather(
        data,
        order.map((axis) => type.shape[axis] ?? 1),
        order.map((axis) => strides[axis] ?? 0),
        0,
      )
  return { values, count: sizeOf(axes.map((axis) => type.shape[axis] ?? 1)) }
}

function reduction(reduce: (values: Float64Array, from: number, to: number) => number): InterpretRule {
  return (operands, attributes, types) => {
    const { values, count } = grouped(operandAt(operands, 0), numbersOf(attributes, 'axes'))
    const result = new Float64Array(sizeOf(typeAt(types).shape))
    for (let i = 0; i < result.length; i += 1) result[i] = reduce(values, i * count, (i + 1) * count)
    return [result]
  }
}

function sum(values: Float64Array, from: number, to: number): number {
  let total = 0
  for (let i = from; i < to; i += 1) total += values[i] ?? 0
  return total
}

function largest(values: Float64Array, from: number, to: number): number {
  let found = Number.NEGATIVE_INFINITY
  for (let i = from; i < to; i += 1) found = Math.max(found, values[i] ?? 0)
  return found
}

export const reduceSum = reduction(sum)
export const reduceMean = reduction((values, from, to) => sum(values, from, to) / (to - from))
export const reduceMax = reduction(largest)

export const kthLargest: InterpretRule = (operands, attributes, types) => {
  const { data, type } = operandAt(operands, 0)
  const length = type.shape.at(-1) ?? 1
  const result = new Float64Array(sizeOf(typeAt(types).shape))
  for (let row = 0; row < result.length; row += 1) {
    const sorted = data.slice(row * length, (row + 1) * length).sort()
    result[row] = sorted[length - numberOf(attributes, 'k')] ?? 0
  }
  return [result]
}

/** Both softmaxes subtract the row's maximum first, so that nothing overflows. */
function overLastAxis(write: (row: Float64Array, target: Float64Array) => void): InterpretRule {
  return (operands) => {
    const { data, type } = operandAt(operands, 0)
    const length = type.shape.at(-1) ?? 1
    const result = new Float64Array(data.length)
    for (let from = 0; from < data.length; from += length)
      write(data.subarray(from, from + length), result.subarray(from, from + length))
    return [result]
  }
}

export const softmax = overLastAxis((row, target) => {
  const top = largest(row, 0, row.length)
  for (let i = 0; i < row.length; i += 1) target[i] = Math.exp((row[i] ?? 0) - top)
  const total = sum(target, 0, target.length)
  for (let i = 0; i < row.length; i += 1) target[i] = (target[i] ?? 0) / total
})

export const logSoftmax = overLastAxis((row, target) => {
  const top = largest(row, 0, row.length)
  let total = 0
  for (const value of row) total += Math.exp(value - top)
  const shift = top + Math.log(total)
  for (let i = 0; i < row.length; i += 1) target[i] = (row[i] ?? 0) - shift
})

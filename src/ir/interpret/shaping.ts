import { numberOf, numbersOf, pairsOf } from '../ops/attributes.js'
import { sizeOf, stridesOf } from '../ops/shape.js'
import { broadcastData, gather } from './elementwise.js'
import { type InterpretRule, operandAt, typeAt } from './rule.js'

export const reshape: InterpretRule = (operands) => [operandAt(operands, 0).data]

export const transpose: InterpretRule = (operands, attributes, types) => {
  const { data, type } = operandAt(operands, 0)
  const strides = stridesOf(type.shape)
  const permuted = numbersOf(attributes, 'perm').map((axis) => strides[axis] ?? 0)
  return [gather(data, typeAt(types).shape, permuted, 0)]
}

export const broadcastTo: InterpretRule = (operands, _attributes, types) => {
  const { data, type } = operandAt(operands, 0)
  return [broadcastData(data, type.shape, typeAt(types).shape)]
}

export const concat: InterpretRule = (operands, attributes, types) => {
  const { shape } = typeAt(types)
  const axis = numberOf(attributes, 'axis')
  const runs = sizeOf(shape.slice(0, axis))
  const length = sizeOf(shape.slice(axis))
  const result = new Float64Array(sizeOf(shape))
  let offset = 0
  for (const { data, type } of operands) {
    const own = sizeOf(type.shape.slice(axis))
    for (let run = 0; run < runs; run += 1) result.set(data.subarray(run * own, (run + 1) * own), run * length + offset)
    offset += own
  }
  return [result]
}

export const slice: InterpretRule = (operands, attributes, types) => {
  const { data, type } = operandAt(operands, 0)
  const strides = stridesOf(type.shape)
  const start = numbersOf(attributes, 'begin').reduce((sum, begin, axis) => sum + begin * (strides[axis] ?? 0), 0)
  return [gather(data, typeAt(types).shape, strides, start)]
}

export const pad: InterpretRule = (operands, attributes, types) => {
  const { data, type } = operandAt(operands, 0)
  const { shape } = typeAt(types)
  const paddings = pairsOf(attributes, 'paddings')
  const strides = stridesOf(shape)
  const result = new Float64Array(sizeOf(shape))
  const rank = shape.length
  const inner = type.shape[rank - 1] ?? 1
  const outer = stridesOf(type.shape)
  for (let from = 0; from < data.length; from += inner) {
    let to = 0
    let rest = from
    for (let axis = 0; axis < rank; axis += 1) {
      const index = Math.floor(rest / (outer[axis] ?? 1))
      rest -= index * (outer[axis] ?? 1)
      to += (index + (paddings[axis]?.[0] ?? 0)) * (strides[axis] ?? 0)
    }
    result.set(data.subarray(from, from + inner), to)
  }
  return [result]
}

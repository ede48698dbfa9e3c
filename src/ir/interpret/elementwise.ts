import { dtypeOf } from '../ops/attributes.js'
import { type Shape, sameShape, sizeOf, stridesOf } from '../ops/shape.js'
import { type InterpretRule, operandAt, typeAt } from './rule.js'

function unary(compute: (x: number) => number): InterpretRule {
  return (operands) => [operandAt(operands, 0).data.map(compute)]
}

export const neg = unary((x) => -x)
export const exp = unary(Math.exp)
export const log = unary(Math.log)
export const sqrt = unary(Math.sqrt)
export const rsqrt = unary((x) => 1 / Math.sqrt(x))
export const square = unary((x) => x * x)
export const abs = unary(Math.abs)
export const sign = unary(Math.sign)
export const relu = unary((x) => Math.max(x, 0))
/** In the form that does not overflow. */
export const sigmoid = unary((x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))))
export const tanh = unary(Math.tanh)
export const softplus = unary((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))))
export const identity = unary((x) => x)

export const cast: InterpretRule = (operands, attributes) => {
  const { data } = operandAt(operands, 0)
  switch (dtypeOf(attributes, 'dtype')) {
    case 'i32':
      return [data.map(Math.trunc)]
    case 'bool':
      return [data.map((x) => (x === 0 ? 0 : 1))]
    case 'f32':
    case 'f64':
    case 'bf16':
      return [data]
  }
}

/** The values of a tensor as a larger shape sees them, repeated. */
export function broadcastData(data: Float64Array, from: Shape, to: Shape): Float64Array {
  if (sameShape(from, to)) return data
  if (data.length === 1) return new Float64Array(sizeOf(to)).fill(data[0] ?? 0)
  const missing = to.length - from.length
  const own = stridesOf(from)
  const strides = to.map((_side, axis) =>
    axis < missing || from[axis - missing] === 1 ? 0 : (own[axis - missing] ?? 0),
  )
  return gather(data, to, strides, 0)
}

/** Reads a box: value (i, j, ..) of the result is at `start + i strides[0] + j strides[1] + ..`. */
export function gather<Data extends Float64Array | Float32Array | Int32Array | Uint8Array>(
  data: Data,
  shape: Shape,
  strides: readonly number[],
  start: number,
): Data {
  const result = new (data.constructor as new (length: number) => Data)(sizeOf(shape))
  if (result.length === 0) return result
  const rank = shape.length
  const inner = shape[rank - 1] ?? 1
  const innerStride = strides[rank - 1] ?? 0
  const index = new Array<number>(rank).fill(0)
  let source = start
  for (let target = 0; target < result.length; target += inner) {
    for (let i = 0, from = source; i < inner; i += 1, from += innerStride) result[target + i] = data[from] ?? 0
    for (let axis = rank - 2; axis >= 0; axis -= 1) {
      const next = (index[axis] ?? 0) + 1
      const stride = strides[axis] ?? 0
      if (next < (shape[axis] ?? 1)) {
        index[axis] = next
        source += stride
        break
      }
      index[axis] = 0
      source -= stride * (next - 1)
    }
  }
  return result
}

function binary(compute: (a: number, b: number) => number): InterpretRule {
  return (operands, _attributes, types) => {
    const { shape } = typeAt(types)
    const first = operandAt(operands, 0)
    const second = operandAt(operands, 1)
    const a = broadcastData(first.data, first.type.shape, shape)
    const b = broadcastData(second.data, second.type.shape, shape)
    const result = new Float64Array(a.length)
    for (let i = 0; i < result.length; i += 1) result[i] = compute(a[i] ?? 0, b[i] ?? 0)
    return [result]
  }
}

/** Integers wrap at 32 bits, as in every engine. */
function arithmetic(
  compute: (a: number, b: number) => number,
  wrapped: (a: number, b: number) => number,
): InterpretRule {
  const floats = binary(compute)
  const integers = binary(wrapped)
  return (operands, attributes, types) =>
    (typeAt(types).dtype === 'i32' ? integers : floats)(operands, attributes, types)
}

export const add = arithmetic(
  (a, b) => a + b,
  (a, b) => (a + b) | 0,
)
export const sub = arithmetic(
  (a, b) => a - b,
  (a, b) => (a - b) | 0,
)
export const mul = arithmetic((a, b) => a * b, Math.imul)
export const div = binary((a, b) => a / b)
export const maximum = binary(Math.max)
export const minimum = binary(Math.min)
export const greater = binary((a, b) => (a > b ? 1 : 0))
export const greaterEqual = binary((a, b) => (a >= b ? 1 : 0))
export const less = binary((a, b) => (a < b ? 1 : 0))
export const equal = binary((a, b) => (a === b ? 1 : 0))
export const logicalAnd = binary((a, b) => a * b)
export const reluGrad = binary((dy, y) => (y > 0 ? dy : 0))

export const select: InterpretRule = (operands, _attributes, types) => {
  const { shape } = typeAt(types)
  const [condition, a, b] = [0, 1, 2].map((place) => {
    const { data, type } = operandAt(operands, place)
    return broadcastData(data, type.shape, shape)
  })
  const result = new Float64Array(sizeOf(shape))
  for (let i = 0; i < result.length; i += 1) result[i] = (condition?.[i] === 1 ? a?.[i] : b?.[i]) ?? 0
  return [result]
}

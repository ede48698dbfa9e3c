import { invariant } from '../../diagnostics/invariant.js'
import type { DType } from '../types.js'
import { dtypeOf } from './attributes.js'
import { type FlopsRule, noFlops, pure, type TypeRule } from './definition.js'
import { at, broadcastShapes, isFloat, only, requireFloat, requireSameDType, requireSameType, sizeOf } from './shape.js'

/** One operation a value of the result, whatever it costs a machine. */
const onePerValue: FlopsRule = (_operands, results) => results.reduce((sum, { shape }) => sum + sizeOf(shape), 0)

function unary(summary: string, flops: FlopsRule = onePerValue) {
  return pure({
    summary,
    operands: ['x'],
    typeRule: 'float x; the type of x',
    types: (operands) => {
      requireFloat(only(operands))
      return operands
    },
    flops,
  })
}

export const neg = unary('-x')
export const exp = unary('e^x')
export const log = unary('natural logarithm')
export const sqrt = unary('square root')
export const rsqrt = unary('1 / square root')
export const square = unary('x^2')
export const abs = unary('|x|')
export const sign = unary('-1, 0 or 1; sign(0) = 0')
export const relu = unary('max(x, 0)')
export const sigmoid = unary('1 / (1 + e^-x)')
export const tanh = unary('hyperbolic tangent')
export const softplus = unary('log(1 + e^x)')
export const stopGradient = unary('x; its gradient is zero', noFlops)

/** An engine computes what it can as early as it can; what is large and needed late is better made late. */
export const after = pure({
  summary: 'x, handed on when `first` is computed: what uses it is not made, and does not take up memory, before',
  operands: ['x', 'first'],
  typeRule: 'float x, any first; the type of x',
  types: (operands) => {
    const x = at(operands, 0)
    requireFloat(x)
    at(operands, 1)
    return [x]
  },
  flops: noFlops,
})

export const reluGrad = pure({
  summary: 'dy where y > 0, else 0',
  operands: ['dy', 'y'],
  typeRule: 'float dy and y of one type; the type of y',
  types: (operands) => {
    const dy = at(operands, 0)
    requireFloat(dy)
    requireSameType(dy, at(operands, 1), 'gradient against value')
    return [dy]
  },
  flops: onePerValue,
})

export const cast = pure({
  summary: 'another dtype: to bf16 and f32 rounds to nearest even, to i32 towards zero, to bool is x != 0',
  operands: ['x'],
  attributes: { dtype: 'dtype' },
  typeRule: 'dtype of the shape of x',
  types: (operands, attributes) => [{ dtype: dtypeOf(attributes, 'dtype'), shape: only(operands).shape }],
  flops: noFlops,
})

function binaryTypes(allowed: (dtype: DType) => boolean, words: string, result?: DType): TypeRule {
  return (operands) => {
    const a = at(operands, 0)
    const b = at(operands, 1)
    const dtype = requireSameDType(a, b)
    invariant(allowed(dtype), `operands are ${words}, not ${dtype}`)
    return [{ dtype: result ?? dtype, shape: broadcastShapes(a.shape, b.shape) }]
  }
}

const isNumber = (dtype: DType) => dtype !== 'bool'

function arithmetic(summary: string) {
  return pure({
    summary,
    operands: ['a', 'b'],
    typeRule: 'a and b of one numeric dtype; broadcast shape',
    types: binaryTypes(isNumber, 'numbers'),
    flops: onePerValue,
  })
}

export const add = arithmetic('a + b')
export const sub = arithmetic('a - b')
export const mul = arithmetic('a b')
export const maximum = arithmetic('the larger; at a tie each has half of the gradient')
export const minimum = arithmetic('the smaller; at a tie each has half of the gradient')
export const div = pure({
  summary: 'a / b',
  operands: ['a', 'b'],
  typeRule: 'a and b of one float dtype; broadcast shape',
  types: binaryTypes(isFloat, 'f32, f64 or bf16'),
  flops: onePerValue,
})

function comparison(summary: string) {
  return pure({
    summary,
    operands: ['a', 'b'],
    typeRule: 'a and b of one numeric dtype; bool of the broadcast shape',
    types: binaryTypes(isNumber, 'numbers', 'bool'),
    flops: onePerValue,
  })
}

export const greater = comparison('a > b')
export const greaterEqual = comparison('a >= b')
export const less = comparison('a < b')
export const equal = comparison('a = b')
export const logicalAnd = pure({
  summary: 'a and b',
  operands: ['a', 'b'],
  typeRule: 'bool a and b; bool of the broadcast shape',
  types: binaryTypes((dtype) => dtype === 'bool', 'bool'),
  flops: onePerValue,
})

export const select = pure({
  summary: 'a where the condition holds, else b',
  operands: ['condition', 'a', 'b'],
  typeRule: 'bool condition; a and b of one dtype; broadcast shape of the three',
  types: (operands) => {
    const condition = at(operands, 0)
    const a = at(operands, 1)
    const b = at(operands, 2)
    invariant(condition.dtype === 'bool', `the condition is bool, not ${condition.dtype}`)
    const dtype = requireSameDType(a, b)
    return [{ dtype, shape: broadcastShapes(condition.shape, broadcastShapes(a.shape, b.shape)) }]
  },
  flops: onePerValue,
})

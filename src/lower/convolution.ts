import type { CheckedNode } from '../check/checked.js'
import type { ValueId } from '../ir/types.js'
import { flagOf, type LoweringContext, type LoweringRule, numbersOf, only, parameterOf } from './context.js'

export const conv2d: LoweringRule = (node, operands, context) => {
  const kernel = context.emit.read(parameterOf(node, 0))
  const output = context.emit.one('conv2d', [only(operands).value, kernel], {
    strides: numbersOf(node, 'strides', 2),
    padding: numbersOf(node, 'padding', 4),
    dilations: numbersOf(node, 'dilations', 2),
  })
  return withBias(node, output, context)
}

export const dense: LoweringRule = (node, operands, context) => {
  const kernel = context.emit.read(parameterOf(node, 0))
  const output = context.emit.one('matmul', [only(operands).value, kernel], { transpose_a: false, transpose_b: false })
  return withBias(node, output, context)
}

function withBias(node: CheckedNode, output: ValueId, { emit }: LoweringContext): ValueId {
  return flagOf(node, 'use_bias') ? emit.one('add', [output, emit.read(parameterOf(node, 1))]) : output
}

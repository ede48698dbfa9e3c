import type { NodeOf } from '../check/checked.js'
import type { ValueId } from '../ir/types.js'
import { type LoweringContext, type LoweringRule, only, parameterOf } from './context.js'

export const conv2d: LoweringRule<'conv2d'> = (node, operands, context) => {
  const { strides, padding, dilations } = node.attributes
  const kernel = context.emit.read(parameterOf(node, 'kernel'))
  const output = context.emit.one('conv2d', [only(operands).value, kernel], { strides, padding, dilations })
  return withBias(node, output, context)
}

export const dense: LoweringRule<'dense'> = (node, operands, context) => {
  const kernel = context.emit.read(parameterOf(node, 'kernel'))
  const output = context.emit.one('matmul', [only(operands).value, kernel], { transpose_a: false, transpose_b: false })
  return withBias(node, output, context)
}

function withBias(node: NodeOf<'conv2d' | 'dense'>, output: ValueId, { emit }: LoweringContext): ValueId {
  return node.attributes.use_bias ? emit.one('add', [output, emit.read(parameterOf(node, 'bias'))]) : output
}

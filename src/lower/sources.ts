import { invariant } from '../diagnostics/invariant.js'
import { type LoweringRule, numberOf, only, parameterOf, wordOf } from './context.js'

/** What the phase is fed with; the type of the input is the node's with the batch in front. */
export const input: LoweringRule = (node, operands, { emit }) => {
  invariant(operands.length === 0, 'an input has no operands')
  return emit.batchInput(wordOf(node, 'name'), node.type.shape)
}

export const constant: LoweringRule = (node, _operands, { emit }) => emit.scalar(numberOf(node, 'value'))

export const learned: LoweringRule = (node, _operands, { emit }) => emit.read(parameterOf(node, 0))

export const stopGradient: LoweringRule = (_node, operands, { emit }) =>
  emit.one('stop_gradient', [only(operands).value])

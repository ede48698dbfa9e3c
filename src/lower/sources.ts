import { invariant } from '../diagnostics/invariant.js'
import { type LoweringRule, only, parameterOf } from './context.js'

/** What the phase is fed with; the type of the input is the node's with the batch in front. */
export const input: LoweringRule<'input'> = (node, operands, { emit }) => {
  invariant(operands.length === 0, 'an input has no operands')
  return emit.batchInput(node.attributes.name, node.type.shape)
}

export const constant: LoweringRule<'constant'> = (node, _operands, { emit }) => emit.scalar(node.attributes.value)

export const learned: LoweringRule<'learned'> = (node, _operands, { emit }) => emit.read(parameterOf(node, 'value'))

export const stopGradient: LoweringRule<'stop_gradient'> = (_node, operands, { emit }) =>
  emit.one('stop_gradient', [only(operands).value])

/** A number that the host computes. */
export const fed: LoweringRule<'ramp' | 'dynamic_weight'> = (node, _operands, { emit }) =>
  emit.feed(node.attributes.name, 'f32')

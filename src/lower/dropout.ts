import { keyFor } from '../random/key.js'
import { type LoweringRule, only } from './context.js'

/**
 * Drops with probability `rate` and scales what stays by 1/(1-rate); nothing outside training. What is dropped is a function of
 * (seed, binding path, step), so that a resumed run drops the same.
 */
export const dropout: LoweringRule<'dropout'> = (node, operands, context) => {
  const { emit } = context
  const x = only(operands).value
  const { rate } = node.attributes
  if (context.phase === 'inference' || rate === 0) return x
  const uniform = emit.one('random_uniform', [emit.feed('step', 'i32')], {
    shape: emit.shapeOf(x),
    key: keyFor(context.seed, `dropout ${node.path}`),
  })
  const kept = emit.one('greater_equal', [uniform, emit.scalar(rate)])
  const scaled = emit.one('mul', [x, emit.scalar(1 / (1 - rate))])
  return emit.one('select', [kept, scaled, emit.scalar(0)])
}

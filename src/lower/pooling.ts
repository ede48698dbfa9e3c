import { invariant } from '../diagnostics/invariant.js'
import { flagOf, type LoweringRule, numberOf, numbersOf, only, wordOf } from './context.js'

export const maxPool: LoweringRule = (node, operands, { emit }) =>
  emit.one('max_pool', [only(operands).value], {
    size: numbersOf(node, 'size', 2),
    strides: numbersOf(node, 'strides', 2),
  })

export const avgPool: LoweringRule = (node, operands, { emit }) =>
  emit.one('avg_pool', [only(operands).value], {
    size: numbersOf(node, 'size', 2),
    strides: numbersOf(node, 'strides', 2),
    padding: numbersOf(node, 'padding', 4),
  })

export const upsample: LoweringRule = (node, operands, { emit }) => {
  const x = only(operands).value
  const factor = numberOf(node, 'factor')
  const [, height = 0, width = 0] = emit.shapeOf(x)
  const size = { height: height * factor, width: width * factor }
  const mode = wordOf(node, 'mode')
  if (mode === 'nearest') return emit.one('resize_nearest', [x], size)
  invariant(mode === 'bilinear', `unknown mode of upsample: ${mode}`)
  return emit.one('resize_bilinear', [x], { ...size, align_corners: flagOf(node, 'align_corners') })
}

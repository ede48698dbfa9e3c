import { type LoweringRule, only } from './context.js'

export const maxPool: LoweringRule<'max_pool'> = ({ attributes }, operands, { emit }) =>
  emit.one('max_pool', [only(operands).value], attributes)

export const avgPool: LoweringRule<'avg_pool'> = ({ attributes }, operands, { emit }) =>
  emit.one('avg_pool', [only(operands).value], attributes)

export const upsample: LoweringRule<'upsample'> = ({ attributes }, operands, { emit }) => {
  const { factor, mode, align_corners } = attributes
  const x = only(operands).value
  const [, height = 0, width = 0] = emit.shapeOf(x)
  const size = { height: height * factor, width: width * factor }
  return mode === 'nearest'
    ? emit.one('resize_nearest', [x], size)
    : emit.one('resize_bilinear', [x], { ...size, align_corners })
}

export const resize: LoweringRule<'resize'> = ({ attributes }, operands, { emit }) =>
  emit.one('resize_bilinear', [only(operands).value], attributes)

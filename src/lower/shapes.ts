import { type LoweringRule, only } from './context.js'

export const sliceChannels: LoweringRule<'slice_channels'> = ({ attributes: { begin, count } }, operands, { emit }) => {
  const x = only(operands).value
  const outer = emit.shapeOf(x).slice(0, -1)
  return emit.one('slice', [x], { begin: [...outer.map(() => 0), begin], size: [...outer, count] })
}

export const concat: LoweringRule<'concat'> = (node, operands, { emit }) =>
  emit.one(
    'concat',
    operands.map((operand) => operand.value),
    { axis: node.type.shape.length },
  )

export const pad: LoweringRule<'pad'> = ({ attributes }, operands, { emit }) => {
  const [top, bottom, left, right] = attributes.padding
  return emit.one('pad', [only(operands).value], {
    paddings: [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
  })
}

export const crop: LoweringRule<'crop'> = ({ attributes: { top, left, height, width } }, operands, { emit }) => {
  const x = only(operands).value
  const [batch = 1, , , channels = 1] = emit.shapeOf(x)
  return emit.one('slice', [x], { begin: [0, top, left, 0], size: [batch, height, width, channels] })
}

/** To the node's own shape, the batch in front: `flatten` (map to vector) and `squeeze` (vector [1] to value). */
export const reshaped: LoweringRule<'flatten' | 'squeeze'> = (node, operands, { emit }) => {
  const x = only(operands).value
  return emit.one('reshape', [x], { shape: [emit.shapeOf(x)[0] ?? 1, ...node.type.shape] })
}

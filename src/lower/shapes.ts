import { type LoweringRule, numberOf, numbersOf, only } from './context.js'

export const sliceChannels: LoweringRule = (node, operands, { emit }) => {
  const x = only(operands).value
  const shape = emit.shapeOf(x)
  const outer = shape.slice(0, -1)
  return emit.one('slice', [x], {
    begin: [...outer.map(() => 0), numberOf(node, 'begin')],
    size: [...outer, numberOf(node, 'count')],
  })
}

export const concat: LoweringRule = (node, operands, { emit }) =>
  emit.one(
    'concat',
    operands.map((operand) => operand.value),
    { axis: node.type.shape.length },
  )

export const pad: LoweringRule = (node, operands, { emit }) => {
  const [top = 0, bottom = 0, left = 0, right = 0] = numbersOf(node, 'padding', 4)
  return emit.one('pad', [only(operands).value], {
    paddings: [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
  })
}

export const crop: LoweringRule = (node, operands, { emit }) => {
  const x = only(operands).value
  const [batch = 1, , , channels = 1] = emit.shapeOf(x)
  return emit.one('slice', [x], {
    begin: [0, numberOf(node, 'top'), numberOf(node, 'left'), 0],
    size: [batch, numberOf(node, 'height'), numberOf(node, 'width'), channels],
  })
}

/** To the node's own shape, the batch in front: `flatten` (map to vector) and `squeeze` (vector [1] to value). */
export const reshaped: LoweringRule = (node, operands, { emit }) => {
  const x = only(operands).value
  return emit.one('reshape', [x], { shape: [emit.shapeOf(x)[0] ?? 1, ...node.type.shape] })
}

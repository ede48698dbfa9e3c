import { anyBatch } from '../../../ir/frozen.js'
import type { Operation } from '../../../ir/types.js'
import { attr } from '../data-types.js'
import { numbers, operand, type Rule, type RuleContext, result, resultType } from '../rule.js'

const int32 = attr.type('i32')

export const cast: Rule = (operation, context) => {
  const x = operand(operation, 0)
  const [from, to] = [context.type(x).dtype, resultType(operation, context).dtype]
  if (from === to) return [context.tensor(x)]
  return [context.cast(operation, context.tensor(x), from, to, '')]
}

export const reshape: Rule = (operation, context) => {
  const shape = context.ints(resultType(operation, context).shape)
  return [shaped(operation, context, 'Reshape', shape, 'Tshape')]
}

export const transpose: Rule = (operation, context) => [
  shaped(operation, context, 'Transpose', context.ints(numbers(operation, 'perm')), 'Tperm'),
]

/** Elementwise operators broadcast by themselves, so most of these are never needed. */
export const broadcastTo: Rule = (operation, context) => {
  const { dtype, shape } = resultType(operation, context)
  context.setLazy(result(operation), () => {
    if (shape[0] !== anyBatch) return shaped(operation, context, 'BroadcastTo', context.ints(shape), 'Tidx')
    // The operator wants its sizes; a product has those of its operands.
    const ones = context.filled(dtype, [1, ...shape.slice(1)], 1)
    return context.node(operation, 'Mul', [context.tensor(operand(operation, 0)), ones], { T: attr.type(dtype) })
  })
  return []
}

export const pad: Rule = (operation, context) => {
  const paddings = numbers(operation, 'paddings')
  return [shaped(operation, context, 'Pad', context.ints(paddings, [paddings.length / 2, 2]), 'Tpaddings')]
}

export const concat: Rule = (operation, context) => {
  const axis = context.ints([Number(operation.attributes.axis)], [])
  const inputs = [...operation.operands.map((value) => context.tensor(value)), axis]
  return [
    context.node(operation, 'ConcatV2', inputs, {
      N: attr.int(operation.operands.length),
      T: attr.type(resultType(operation, context).dtype),
      Tidx: int32,
    }),
  ]
}

export const slice: Rule = (operation, context) => {
  const x = context.tensor(operand(operation, 0))
  const inputs = [x, context.ints(numbers(operation, 'begin')), context.ints(numbers(operation, 'size'))]
  return [
    context.node(operation, 'Slice', inputs, { T: attr.type(resultType(operation, context).dtype), Index: int32 }),
  ]
}

function shaped(
  operation: Operation,
  context: RuleContext,
  op: string,
  second: string,
  indexAttribute: string,
): string {
  const x = operand(operation, 0)
  return context.node(operation, op, [context.tensor(x), second], {
    T: attr.type(context.type(x).dtype),
    [indexAttribute]: int32,
  })
}

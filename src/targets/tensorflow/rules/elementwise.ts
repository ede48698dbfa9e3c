import type { Operation, ValueId } from '../../../ir/types.js'
import { attr } from '../data-types.js'
import type { TensorName } from '../graph-builder.js'
import { operand, type Rule, type RuleContext, result, resultType } from '../rule.js'

/** One operand, same type. */
export function unary(op: string): Rule {
  return (operation, context) => {
    const x = operand(operation, 0)
    return [context.node(operation, op, [context.tensor(x)], { T: attr.type(context.type(x).dtype) })]
  }
}

/** Two operands that broadcast; a `broadcast_to` before it need not be carried out. */
export function binary(op: string): Rule {
  return (operation, context) => {
    const dtype = context.type(operand(operation, 0)).dtype
    return [context.node(operation, op, broadcastOperands(operation, context), { T: attr.type(dtype) })]
  }
}

function broadcastOperands(operation: Operation, context: RuleContext): readonly [TensorName, TensorName] {
  const [a, b] = [operand(operation, 0), operand(operation, 1)]
  const [sourceA, sourceB] = [broadcastSource(a, context), broadcastSource(b, context)]
  if (sourceA !== undefined && isFull(b, sourceB, operation, context))
    return [context.tensor(sourceA), context.tensor(b)]
  if (sourceB !== undefined && isFull(a, sourceA, operation, context))
    return [context.tensor(a), context.tensor(sourceB)]
  return [context.tensor(a), context.tensor(b)]
}

/** What `value` was broadcast from, if it was. */
function broadcastSource(value: ValueId, context: RuleContext): ValueId | undefined {
  const definition = context.definition(value)
  return definition?.op === 'broadcast_to' ? definition.operands[0] : undefined
}

/** Whether the operand alone gives the result its shape. */
function isFull(value: ValueId, source: ValueId | undefined, operation: Operation, context: RuleContext): boolean {
  return source === undefined && sameShape(context.type(value).shape, resultType(operation, context).shape)
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis])
}

/**
 * A sum of equally shaped tensors (gradients that meet) is one AddN; a bias over the last axis is BiasAdd, which the
 * library fuses into the convolution before it.
 */
export const add: Rule = (operation, context) => {
  const type = resultType(operation, context)
  if (isInnerSum(operation, context)) {
    context.setLazy(result(operation), () => emitSum(operation, context))
    return []
  }
  const [a, b] = [operand(operation, 0), operand(operation, 1)]
  const [shapeA, shapeB] = [context.type(a).shape, context.type(b).shape]
  const isBias = shapeB.length === 1 && (shapeA.length === 2 || shapeA.length === 4) && shapeB[0] === shapeA.at(-1)
  if (isBias && sameShape(shapeA, type.shape)) {
    const inputs = [context.tensor(a), context.tensor(b)]
    return [context.node(operation, 'BiasAdd', inputs, { T: attr.type(type.dtype) })]
  }
  return [emitSum(operation, context)]
}

/** A sum whose only use is another sum of the same shape: its terms join that one's. */
function isInnerSum(operation: Operation, context: RuleContext): boolean {
  const value = result(operation)
  const users = context.users(value)
  const [user] = users
  if (users.length !== 1 || user?.op !== 'add' || context.isOutput(value)) return false
  return isPlainSum(operation, context) && isPlainSum(user, context)
}

function isPlainSum(operation: Operation, context: RuleContext): boolean {
  const { shape } = resultType(operation, context)
  return operation.operands.every((value) => sameShape(context.type(value).shape, shape))
}

function emitSum(operation: Operation, context: RuleContext): TensorName {
  const dtype = attr.type(resultType(operation, context).dtype)
  const terms = isPlainSum(operation, context) ? sumTerms(operation, context) : operation.operands
  if (terms.length > 2) {
    const inputs = terms.map((term) => context.tensor(term))
    return context.node(operation, 'AddN', inputs, { T: dtype, N: attr.int(inputs.length) })
  }
  return context.node(operation, 'AddV2', broadcastOperands(operation, context), { T: dtype })
}

function sumTerms(operation: Operation, context: RuleContext): readonly ValueId[] {
  return operation.operands.flatMap((value) => {
    const definition = context.definition(value)
    return definition?.op === 'add' && isInnerSum(definition, context) ? sumTerms(definition, context) : [value]
  })
}

export const reluGrad: Rule = (operation, context) => {
  const [dy, y] = [operand(operation, 0), operand(operation, 1)]
  const inputs = [context.tensor(dy), context.tensor(y)]
  return [context.node(operation, 'ReluGrad', inputs, { T: attr.type(context.type(dy).dtype) })]
}

export const logicalAnd: Rule = (operation, context) => [
  context.node(
    operation,
    'LogicalAnd',
    [context.tensor(operand(operation, 0)), context.tensor(operand(operation, 1))],
    {},
  ),
]

export const select: Rule = (operation, context) => {
  const inputs = operation.operands.map((value) => context.tensor(value))
  return [context.node(operation, 'SelectV2', inputs, { T: attr.type(resultType(operation, context).dtype) })]
}

import type { Operation } from '../../../ir/types.js'
import { graphName } from '../../../plan/graph-names.js'
import { attr } from '../data-types.js'
import { operand, type Rule, type RuleContext, result, resultType, text } from '../rule.js'

/** Emitted when used: a state that only a fused update touches is never read. */
export const read: Rule = (operation, context) => {
  const state = text(operation, 'state')
  context.setLazy(result(operation), () => context.read(state, resultType(operation, context).dtype))
  return []
}

export const assign: Rule = (operation, context) => {
  if (context.assigned.has(operation)) return []
  const state = text(operation, 'state')
  const value = operand(operation, 0)
  const node = context.node(
    operation,
    'AssignVariableOp',
    [context.handle(state), context.tensor(value)],
    { dtype: attr.type(context.type(value).dtype) },
    `_to_${graphName(state)}`,
  )
  context.assignments.push({ state, node })
  context.updates.push(node)
  return []
}

/** The assignment that result `index` of an update exists for, when it goes back to the state that operand `index` was read from. */
function ownAssignment(operation: Operation, index: number, context: RuleContext): Operation | undefined {
  const source = context.definition(operand(operation, index))
  const value = result(operation, index)
  const users = context.users(value)
  const [user] = users
  if (source?.op !== 'read' || users.length !== 1 || user?.op !== 'assign' || context.isOutput(value)) return undefined
  return user.attributes.state === source.attributes.state ? user : undefined
}

/** States that a fused update may change in place, or undefined where one of its results is used otherwise. */
function ownStates(operation: Operation, slots: number, context: RuleContext): readonly string[] | undefined {
  const assignments = Array.from({ length: slots }, (_, index) => ownAssignment(operation, index, context))
  if (assignments.some((assignment) => assignment === undefined)) return undefined
  const found = assignments.filter((assignment) => assignment !== undefined)
  for (const assignment of found) context.assigned.add(assignment)
  return found.map((assignment) => text(assignment, 'state'))
}

/**
 * PyTorch's Adam, p - lr/c1 * m / (sqrt(v)/sqrt(c2) + eps), is ResourceApplyAdam's p - a * m / (sqrt(v) + e) with
 * a = lr sqrt(c2)/c1 and e = eps sqrt(c2). The powers of beta are given as 0, since 1 - power would lose digits.
 */
export const adamUpdate: Rule = (operation, context) => {
  const [g, lr, c1, c2, decay] = [3, 4, 5, 6, 7].map((index) => operand(operation, index))
  const { dtype } = resultType(operation, context)
  const node = (op: string, inputs: readonly string[], suffix: string): string =>
    context.node(operation, op, inputs, { T: attr.type(dtype) }, suffix)
  const tensors = [g, lr, c1, c2, decay].map((value) => context.tensor(value ?? -1))
  const [gradient = '', rate = '', correction1 = '', correction2 = '', shrink = ''] = tensors
  const scalars = adamScalars(operation, context, rate, correction1, correction2)
  const scalar = (value: number): string => context.filled(dtype, [], value)
  const beta1 = Number(operation.attributes.beta1)
  const beta2 = Number(operation.attributes.beta2)
  const decays = !isZero(decay, context)
  const states = ownStates(operation, 3, context)
  if (states !== undefined) {
    const [p = '', m = '', v = ''] = states
    const handle = context.handle(p)
    let decayed: string | undefined
    if (decays) {
      const value = context.read(p, dtype)
      const loss = node('Mul', [value, shrink], '_decay')
      decayed = context.node(operation, 'AssignSubVariableOp', [handle, loss], { dtype: attr.type(dtype) }, '_decayed')
      context.inPlace.push({ state: p, node: decayed })
    }
    const apply = node(
      'ResourceApplyAdam',
      [
        handle,
        context.handle(m),
        context.handle(v),
        scalar(0),
        scalar(0),
        scalars.rate,
        scalar(beta1),
        scalar(beta2),
        scalars.epsilon,
        gradient,
      ],
      '',
    )
    if (decayed !== undefined) context.graph.addControl(apply, decayed)
    for (const state of states) context.inPlace.push({ state, node: apply })
    context.updates.push(apply)
    return []
  }
  const [p = '', m = '', v = ''] = [0, 1, 2].map((index) => context.tensor(operand(operation, index)))
  const start = decays ? node('Sub', [p, node('Mul', [p, shrink], '_decay')], '_decayed') : p
  const moment = (old: string, next: string, beta: number, suffix: string): string =>
    node(
      'AddV2',
      [old, node('Mul', [node('Sub', [next, old], `${suffix}_d`), scalar(1 - beta)], `${suffix}_s`)],
      suffix,
    )
  const m2 = moment(m, gradient, beta1, '_m')
  const v2 = moment(v, node('Square', [gradient], '_g2'), beta2, '_v')
  const denominator = node('AddV2', [node('Sqrt', [v2], '_root'), scalars.epsilon], '_denominator')
  const step = node('RealDiv', [node('Mul', [m2, scalars.rate], '_scaled'), denominator], '_step')
  return [node('Sub', [start, step], ''), m2, v2]
}

interface AdamScalars {
  readonly rate: string
  readonly epsilon: string
}

/** The same for all weights of a step: one pair of nodes per (lr, c1, c2, eps). */
const scalarsOf = new WeakMap<RuleContext, Map<string, AdamScalars>>()

function adamScalars(
  operation: Operation,
  context: RuleContext,
  rate: string,
  correction1: string,
  correction2: string,
): AdamScalars {
  const epsilon = Number(operation.attributes.epsilon)
  const known = scalarsOf.get(context) ?? new Map<string, AdamScalars>()
  scalarsOf.set(context, known)
  const key = [rate, correction1, correction2, epsilon].join(' ')
  const found = known.get(key)
  if (found !== undefined) return found
  const { dtype } = resultType(operation, context)
  const node = (op: string, inputs: readonly string[], suffix: string): string =>
    context.node(operation, op, inputs, { T: attr.type(dtype) }, suffix)
  const root = node('Sqrt', [correction2], '_root2')
  const scalars = {
    rate: node('RealDiv', [node('Mul', [rate, root], '_rate2'), correction1], '_rate'),
    epsilon: node('Mul', [context.filled(dtype, [], epsilon), root], '_epsilon'),
  }
  known.set(key, scalars)
  return scalars
}

function isZero(value: number | undefined, context: RuleContext): boolean {
  const definition = value === undefined ? undefined : context.definition(value)
  return definition?.op === 'constant' && definition.attributes.value === 0
}

export const momentumUpdate: Rule = (operation, context) => {
  const { dtype } = resultType(operation, context)
  const T = attr.type(dtype)
  const momentum = context.filled(dtype, [], Number(operation.attributes.momentum))
  const [gradient, rate] = [context.tensor(operand(operation, 2)), context.tensor(operand(operation, 3))]
  const states = ownStates(operation, 2, context)
  if (states !== undefined) {
    const [p = '', buffer = ''] = states
    const inputs = [context.handle(p), context.handle(buffer), rate, gradient, momentum]
    const apply = context.node(operation, 'ResourceApplyMomentum', inputs, { T })
    for (const state of states) context.inPlace.push({ state, node: apply })
    context.updates.push(apply)
    return []
  }
  const node = (op: string, inputs: readonly string[], suffix: string): string =>
    context.node(operation, op, inputs, { T }, suffix)
  const [p = '', old = ''] = [0, 1].map((index) => context.tensor(operand(operation, index)))
  const buffer = node('AddV2', [node('Mul', [old, momentum], '_old'), gradient], '_buffer')
  return [node('Sub', [p, node('Mul', [buffer, rate], '_step')], ''), buffer]
}

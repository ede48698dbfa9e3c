import type { IrFunction, Operation, ValueId } from '../ir/types.js'
import type { OptimizerRule, TrainingDescription } from '../lower/training.js'
import { stateOf } from './analysis.js'
import { removeDead } from './dce.js'
import { Matcher } from './matcher.js'
import { counted, type FunctionResult, type Pass, rewriteFunctions } from './pass.js'
import { Rewriter } from './rewriter.js'

/** One operator an update, where its arithmetic is Adam's or momentum's: engines do it in one walk over the weight. */
export const fuseOptimizer: Pass = {
  name: 'fuse_optimizer',
  summary: 'one operator for each update of a weight and its slots',
  place: 'right after the updates, whose form it knows',
  run: (module, training) => rewriteFunctions(module, (source) => fuse(source, training), ['train_step']),
}

function fuse(source: IrFunction, { optimizer }: TrainingDescription): FunctionResult {
  const matcher = new Matcher(source)
  const assigns = new Map<string, Operation>()
  for (const operation of source.operations) {
    const state = operation.op === 'assign' ? stateOf(operation) : undefined
    if (state !== undefined) assigns.set(state, operation)
  }
  const updates = new Map<Operation, Update>()
  const replaced = new Set<Operation>()
  for (const [weight, assign] of assigns) {
    const found =
      optimizer.kind === 'adam'
        ? adamUpdate(matcher, assigns, weight, optimizer)
        : momentumUpdate(matcher, assigns, weight, optimizer)
    if (!found) continue
    updates.set(assign, found)
    for (const state of found.states) {
      const slotAssign = assigns.get(state)
      if (slotAssign) replaced.add(slotAssign)
    }
  }
  if (updates.size === 0) return { function: source, changes: [] }

  const rewriter = new Rewriter(source)
  const dtypeOf = ([weight = -1]: readonly ValueId[]) => rewriter.sourceType(weight).dtype
  for (const operation of source.operations) {
    const update = updates.get(operation)
    if (update) {
      const decay =
        update.decay === 'none'
          ? [rewriter.scalar(0, dtypeOf(update.operands))]
          : update.decay === undefined
            ? []
            : [rewriter.value(update.decay)]
      const operands = [...update.operands.map((operand) => rewriter.value(operand)), ...decay]
      const results = rewriter.emit(update.op, operands, update.attributes, operation.path)
      update.states.forEach((state, place) => {
        const result = results[place]
        if (result !== undefined) rewriter.assign(state, result, operation.path)
      })
    } else if (!replaced.has(operation)) {
      rewriter.copy(operation)
    }
  }
  const rest = removeDead(rewriter.finish())
  return { function: rest.function, changes: [`${counted(updates.size, 'update')} fused`] }
}

interface Update {
  readonly op: 'adam_update' | 'momentum_update'
  readonly attributes: Readonly<Record<string, number>>
  readonly operands: readonly ValueId[]
  /** lr x weight decay; `none` stands for the constant 0, absent for an operator without it. */
  readonly decay?: ValueId | 'none'
  /** In the order of the operator's results. */
  readonly states: readonly string[]
}

/** p - lr/c1 m1 / (sqrt v1 / sqrt c2 + epsilon), with m1 and v1 assigned to the weight's slots: see `apply_optimizer`. */
function adamUpdate(
  matcher: Matcher,
  assigns: ReadonlyMap<string, Operation>,
  weight: string,
  { beta1, beta2, epsilon }: Extract<OptimizerRule, { kind: 'adam' }>,
): Update | undefined {
  const states = [weight, `${weight}.adam_m`, `${weight}.adam_v`]
  const [next, nextM, nextV] = states.map((state) => assigns.get(state)?.operands[0])
  const [start, step] = matcher.operands(next, 'sub')
  const [stepSize, ratio] = matcher.operands(step, 'mul')
  const [rate, correction1] = matcher.operands(stepSize, 'div')
  const [newM, spread] = matcher.operands(ratio, 'div')
  const [scaled, epsilonValue] = matcher.operands(spread, 'add')
  const [rootV, root2] = matcher.operands(scaled, 'div')
  const [newV] = matcher.operands(rootV, 'sqrt')
  const [correction2] = matcher.operands(root2, 'sqrt')
  if (newM === undefined || newM !== nextM || newV === undefined || newV !== nextV) return undefined
  if (matcher.number(epsilonValue) !== epsilon) return undefined

  const [oldM, newGradient] = matcher.operands(newM, 'add')
  const [oldV, newSquare] = matcher.operands(newV, 'add')
  const m = matcher.scaledBy(oldM, beta1)
  const gradient = matcher.scaledBy(newGradient, 1 - beta1)
  const v = matcher.scaledBy(oldV, beta2)
  const [squared] = matcher.operands(matcher.scaledBy(newSquare, 1 - beta2), 'square')
  if (gradient === undefined || squared !== gradient) return undefined
  if (!matcher.reads(m, `${weight}.adam_m`) || !matcher.reads(v, `${weight}.adam_v`)) return undefined

  const [decayed, loss] = matcher.operands(start, 'sub')
  const [same, decay] = matcher.operands(loss, 'mul')
  const shrinks = decayed !== undefined && decayed === same
  const parameter = shrinks ? decayed : start
  if (!matcher.reads(parameter, weight)) return undefined
  const operands = [parameter, m, v, gradient, rate, correction1, correction2]
  if (!allKnown(operands)) return undefined
  return {
    op: 'adam_update',
    attributes: { beta1, beta2, epsilon },
    operands,
    decay: shrinks && decay !== undefined ? decay : 'none',
    states,
  }
}

function momentumUpdate(
  matcher: Matcher,
  assigns: ReadonlyMap<string, Operation>,
  weight: string,
  { momentum }: Extract<OptimizerRule, { kind: 'sgd' }>,
): Update | undefined {
  const states = [weight, `${weight}.momentum`]
  const [next, nextBuffer] = states.map((state) => assigns.get(state)?.operands[0])
  const [parameter, step] = matcher.operands(next, 'sub')
  const [rate, direction] = matcher.operands(step, 'mul')
  if (direction === undefined || direction !== nextBuffer || !matcher.reads(parameter, weight)) return undefined
  const [oldBuffer, gradient] = matcher.operands(direction, 'add')
  const buffer = matcher.scaledBy(oldBuffer, momentum)
  const operands = [parameter, buffer, gradient, rate]
  if (!matcher.reads(buffer, `${weight}.momentum`) || !allKnown(operands)) return undefined
  return { op: 'momentum_update', attributes: { momentum }, operands, states }
}

function allKnown(values: readonly (ValueId | undefined)[]): values is readonly ValueId[] {
  return values.every((value) => value !== undefined)
}

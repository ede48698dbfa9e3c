import type { IrFunction, IrModule, Operation, StateVariable, ValueId } from '../ir/types.js'
import { averageOf } from '../plan/state-names.js'
import { stateOf } from './analysis.js'
import { counted, type FunctionResult, type Pass, type PassResult, rewriteFunctions } from './pass.js'
import { Rewriter } from './rewriter.js'

/**
 * An exponential moving average of every trained weight, average = decay average + (1 - decay) weight after each update, which begins as
 * the weight does; `eval_step` and `predict` compute with the averages. State: `<weight>.average`. Running statistics stay as they are.
 */
export const averageWeights: Pass = {
  name: 'average_weights',
  summary: 'keep averages of the weights, which evaluation computes with',
  place: 'after the updates, whose results it averages',
  run: (module, { averageDecay, weights }) => {
    if (averageDecay === undefined) return { module, changes: [] }
    const trained = assignedIn(module, new Set(weights))
    return trained.length === 0 ? { module, changes: [] } : withAverages(module, trained, averageDecay)
  },
}

/** Of the weights those that a training step moves, as their state is declared. */
function assignedIn(module: IrModule, weights: ReadonlySet<string>): readonly StateVariable[] {
  const step = module.functions.find(({ name }) => name === 'train_step')
  const assigned = new Set(
    (step?.operations ?? []).flatMap((each) => (each.op === 'assign' ? (stateOf(each) ?? []) : [])),
  )
  return module.state.filter(({ name }) => weights.has(name) && assigned.has(name))
}

function withAverages(module: IrModule, trained: readonly StateVariable[], decay: number): PassResult {
  const names = new Set(trained.map(({ name }) => name))
  const averages = trained.map(({ name, type }): StateVariable => ({ name: averageOf(name), type, kind: 'statistic' }))
  const moved = rewriteFunctions(module, (source) => moving(source, names, decay), ['train_step'])
  const begun = rewriteFunctions(moved.module, (source) => moving(source, names, 0), ['init'])
  const evaluated = rewriteFunctions(begun.module, (source) => reading(source, names), ['eval_step', 'predict'])
  return {
    module: { ...evaluated.module, state: [...module.state, ...averages] },
    changes: [`train_step: ${counted(trained.length, 'weight')} averaged, with a decay of ${decay}`],
  }
}

/** Behind each assignment of a weight that of its average. A decay of 0 makes both the same, whatever the average was. */
function moving(source: IrFunction, weights: ReadonlySet<string>, decay: number): FunctionResult {
  const rewriter = new Rewriter(source)
  const after: [weight: string, value: ValueId][] = []
  for (const operation of source.operations) {
    rewriter.copy(operation)
    const [value] = operation.operands
    const weight = assignedBy(operation, weights)
    if (weight !== undefined && value !== undefined) after.push([weight, rewriter.value(value)])
  }
  for (const [weight, value] of after) {
    const type = rewriter.type(value)
    const times = (factor: number, of: ValueId): ValueId =>
      rewriter.one('mul', [of, rewriter.scalar(factor, type.dtype)], {}, weight)
    const next =
      decay === 0
        ? value
        : rewriter.one(
            'add',
            [times(decay, rewriter.read(averageOf(weight), type, weight)), times(1 - decay, value)],
            {},
            weight,
          )
    rewriter.assign(averageOf(weight), next, weight)
  }
  return { function: rewriter.finish(), changes: [`${after.length} averages`] }
}

function assignedBy(operation: Operation, weights: ReadonlySet<string>): string | undefined {
  const state = operation.op === 'assign' ? stateOf(operation) : undefined
  return state !== undefined && weights.has(state) ? state : undefined
}

/** The function of the averages. */
function reading(source: IrFunction, weights: ReadonlySet<string>): FunctionResult {
  const rewriter = new Rewriter(source)
  let count = 0
  for (const operation of source.operations) {
    const state = operation.op === 'read' ? stateOf(operation) : undefined
    const [result] = operation.results
    if (state === undefined || !weights.has(state) || result === undefined) rewriter.copy(operation)
    else {
      rewriter.replace(result, rewriter.read(averageOf(state), rewriter.sourceType(result), operation.path))
      count += 1
    }
  }
  return { function: rewriter.finish(), changes: [`${count} averages read`] }
}

import type { IrFunction, IrModule, Operation, ValueId } from '../ir/types.js'
import { stateOf } from './analysis.js'
import { counted, type FunctionResult, type Pass, rewriteFunctions } from './pass.js'
import { Rewriter } from './rewriter.js'

/** Drops operations and inputs that reach no output and no state, then state that nothing but its own start and update touches. */
export const dce: Pass = {
  name: 'dce',
  summary: 'drop what reaches no output and no state',
  place: 'last: every pass before it leaves behind what it replaced',
  run: (module) => {
    const swept = rewriteFunctions(module, removeDead)
    const state = removeDeadState(swept.module)
    return { module: state.module, changes: [...swept.changes, ...state.changes] }
  },
}

export function removeDead(source: IrFunction): FunctionResult {
  const live = new Set<ValueId>(source.outputs.map((output) => output.value))
  const kept = new Set<Operation>()
  for (let place = source.operations.length - 1; place >= 0; place -= 1) {
    const operation = source.operations[place]
    if (!operation || !(operation.op === 'assign' || operation.results.some((result) => live.has(result)))) continue
    kept.add(operation)
    for (const operand of operation.operands) live.add(operand)
  }
  const dropped = source.operations.length - kept.size
  const unused = source.inputs.filter((input) => !live.has(input.value))
  if (dropped === 0 && unused.length === 0) return { function: source, changes: [] }
  const rewriter = new Rewriter({ ...source, inputs: source.inputs.filter((input) => live.has(input.value)) })
  for (const operation of source.operations) if (kept.has(operation)) rewriter.copy(operation)
  return {
    function: rewriter.finish(),
    changes: [
      ...(dropped > 0 ? [`dropped ${counted(dropped, 'operation')}`] : []),
      ...(unused.length > 0 ? [`dropped the unused input ${unused.map((input) => input.name).join(', ')}`] : []),
    ],
  }
}

/** State that no function reads is nobody's: its start and its updates go too. */
function removeDeadState(module: IrModule): { readonly module: IrModule; readonly changes: readonly string[] } {
  const read = new Set<string | undefined>()
  for (const { operations } of module.functions)
    for (const operation of operations) if (operation.op === 'read') read.add(stateOf(operation))
  const dead = new Set(module.state.filter((variable) => !read.has(variable.name)).map((variable) => variable.name))
  if (dead.size === 0) return { module, changes: [] }
  const { module: swept } = rewriteFunctions(module, (source) => {
    const rewriter = new Rewriter(source)
    for (const operation of source.operations) {
      if (operation.op === 'assign' && dead.has(stateOf(operation) ?? '')) continue
      rewriter.copy(operation)
    }
    const removed = removeDead(rewriter.finish())
    return { function: removed.function, changes: ['dead state'] }
  })
  return {
    module: { ...swept, state: module.state.filter((variable) => !dead.has(variable.name)) },
    changes: [`dropped state that no function reads: ${[...dead].join(', ')}`],
  }
}

import type { IrFunction, Operation, ValueId } from '../ir/types.js'
import type { TrainingDescription } from '../lower/training.js'
import { constantValue, isSource, liveValues } from './analysis.js'
import { removeDead } from './dce.js'
import { counted, type FunctionResult, type Pass, rewriteFunctions } from './pass.js'
import { Rewriter } from './rewriter.js'

/**
 * A term whose static weight is zero is no term: 0 x is 0 here, whatever x may be, and x + 0 is x. What only such terms used is gone
 * with its outputs and running statistics: a pipeline with weight 0 is the plain one.
 */
export const pruneZeroTerms: Pass = {
  name: 'prune_zero_terms',
  summary: 'drop loss terms whose static weight is zero, and what only they used',
  place: 'first: no gradient is to be made for a term that weighs nothing',
  run: (module, training) => rewriteFunctions(module, (source) => prune(source, training), ['train_step']),
}

function prune(source: IrFunction, { loss }: TrainingDescription): FunctionResult {
  const total = source.outputs.find((output) => output.name === loss)
  if (!total) return { function: source, changes: [] }
  const before = liveValues(source, [total.value])
  const { operations, outputs } = withoutZeroTerms(source)
  const newTotal = outputs.find((output) => output.name === loss)?.value ?? total.value
  const after = liveValues({ ...source, operations, outputs }, [newTotal])
  const pruned = dependents(
    operations,
    (operation) => !isSource(operation) && operation.results.some((result) => before.has(result) && !after.has(result)),
  )
  if (pruned.size === 0) return { function: source, changes: [] }

  const gone = outputs.filter((output) => pruned.has(output.value))
  const rewriter = new Rewriter(source)
  for (const operation of operations) {
    if (operation.op === 'assign' && operation.operands.some((operand) => pruned.has(operand))) continue
    rewriter.copy(operation)
  }
  const kept = outputs.filter((output) => !pruned.has(output.value))
  const rest = removeDead(rewriter.finish(kept.map(({ name, value }) => ({ name, value: rewriter.value(value) }))))
  const dropped = source.operations.length - rest.function.operations.length
  const names = gone.length > 0 ? gone.map((output) => output.name).join(', ') : 'a product with zero'
  return { function: rest.function, changes: [`${names}: weight 0, pruned with ${counted(dropped, 'operation')}`] }
}

/** Everything computed from the operations that the predicate finds, they with it. */
function dependents(operations: readonly Operation[], starts: (operation: Operation) => boolean): ReadonlySet<ValueId> {
  const reached = new Set<ValueId>()
  for (const operation of operations) {
    if (!starts(operation) && !operation.operands.some((operand) => reached.has(operand))) continue
    for (const result of operation.results) reached.add(result)
  }
  return reached
}

/** The same values, with products by zero as constants and sums with them as the other summand. */
function withoutZeroTerms(source: IrFunction): Pick<IrFunction, 'operations' | 'outputs'> {
  const zeros = new Set<ValueId>()
  const stands = new Map<ValueId, ValueId>()
  const now = (value: ValueId) => stands.get(value) ?? value
  const shapeOf = (value: ValueId) => source.types.get(value)?.shape.join() ?? ''
  const operations = source.operations.map((operation): Operation => {
    const operands = operation.operands.map(now)
    const [result] = operation.results
    const [left, right] = operands
    const current = { ...operation, operands }
    if (constantValue(operation) === 0 && result !== undefined) zeros.add(result)
    if (result === undefined || left === undefined) return current
    const zeroLeft = zeros.has(left)
    const zeroRight = right !== undefined && zeros.has(right)
    const vanishes =
      operation.op === 'mul'
        ? zeroLeft || zeroRight
        : ['div', 'neg', 'reduce_mean', 'reduce_sum'].includes(operation.op) && zeroLeft
    if (vanishes) {
      zeros.add(result)
      const type = source.types.get(result)
      return {
        op: 'constant',
        operands: [],
        attributes: { value: 0, shape: type?.shape ?? [], dtype: type?.dtype ?? 'f32' },
        results: [result],
        ...(operation.path === undefined ? {} : { path: operation.path }),
      }
    }
    const same = (value: ValueId | undefined) => value !== undefined && shapeOf(value) === shapeOf(result)
    if (operation.op === 'add' && zeroLeft && same(right) && right !== undefined) stands.set(result, right)
    else if ((operation.op === 'add' || operation.op === 'sub') && zeroRight && same(left)) stands.set(result, left)
    if (operation.op === 'add' && zeroLeft && zeroRight) zeros.add(result)
    return current
  })
  return { operations, outputs: source.outputs.map(({ name, value }) => ({ name, value: now(value) })) }
}

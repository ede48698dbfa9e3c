import type { IrFunction, Operation, ValueId } from '../ir/types.js'

/** The operation that makes each value; inputs have none. */
export function definitions(source: Pick<IrFunction, 'operations'>): ReadonlyMap<ValueId, Operation> {
  const made = new Map<ValueId, Operation>()
  for (const operation of source.operations) for (const result of operation.results) made.set(result, operation)
  return made
}

/** How often each value is an operand or an output. */
export function countUses(source: IrFunction): ReadonlyMap<ValueId, number> {
  const counts = new Map<ValueId, number>()
  const count = (value: ValueId) => counts.set(value, (counts.get(value) ?? 0) + 1)
  for (const operation of source.operations) operation.operands.forEach(count)
  for (const output of source.outputs) count(output.value)
  return counts
}

/** Values that the roots are computed from, the roots with them. One walk from the last operation to the first. */
export function liveValues(source: IrFunction, roots: Iterable<ValueId>): ReadonlySet<ValueId> {
  const live = new Set<ValueId>(roots)
  for (let place = source.operations.length - 1; place >= 0; place -= 1) {
    const operation = source.operations[place]
    if (operation?.results.some((result) => live.has(result)))
      for (const operand of operation.operands) live.add(operand)
  }
  return live
}

/** What an operation that stands for no computation gives: the same in every step or fed. */
export function isSource(operation: Operation): boolean {
  return operation.operands.length === 0
}

export function stateOf(operation: Operation): string | undefined {
  const { state } = operation.attributes
  return typeof state === 'string' ? state : undefined
}

/** The number of a `constant`, whatever its shape. */
export function constantValue(operation: Operation | undefined): number | undefined {
  if (operation?.op !== 'constant') return undefined
  const { value } = operation.attributes
  return typeof value === 'number' ? value : undefined
}

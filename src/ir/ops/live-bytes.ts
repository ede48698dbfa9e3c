import type { IrFunction, Operation, ValueId } from '../types.js'
import { bytesOf } from './cost.js'
import type { OpDefinition } from './definition.js'
import { opDefinitions } from './definitions.js'
import * as elementwise from './elementwise.js'
import * as shaping from './shaping.js'

/** Operators that an engine computes in the place of an operand that nothing else needs. */
const inPlace: ReadonlySet<OpDefinition> = new Set<OpDefinition>([...Object.values(elementwise), shaping.reshape])
/** Their results are no buffers of the step: state, and what the graph holds. */
const unallocated: ReadonlySet<string> = new Set(['read', 'assign', 'constant', 'literal'])

/**
 * Bytes of the values that are alive together at most, in the order in which operations become ready, first come first served, as an
 * engine runs them. A value dies with its last use.
 */
export function peakLiveBytes({ operations, outputs, types }: IrFunction): number {
  const uses = new Map<ValueId, number>()
  const use = (value: ValueId): void => void uses.set(value, (uses.get(value) ?? 0) + 1)
  for (const { operands } of operations) for (const value of new Set(operands)) use(value)
  for (const { value } of outputs) use(value)
  const held = new Map<ValueId, number>()
  let [live, peak] = [0, 0]
  const hold = (value: ValueId, bytes: number): void => {
    live += bytes - (held.get(value) ?? 0)
    held.set(value, bytes)
  }
  for (const operation of inReadyOrder(operations)) {
    const { op, operands, results } = operation
    for (const result of results) {
      const type = types.get(result)
      const bytes = type === undefined || unallocated.has(op) ? 0 : bytesOf(type)
      const reused = inPlace.has(opDefinitions[op])
        ? operands.find((value) => uses.get(value) === 1 && bytes > 0 && held.get(value) === bytes)
        : undefined
      if (reused !== undefined) hold(reused, 0)
      hold(result, bytes)
    }
    peak = Math.max(peak, live)
    for (const value of new Set(operands)) {
      const left = (uses.get(value) ?? 0) - 1
      uses.set(value, left)
      if (left === 0) hold(value, 0)
    }
    for (const result of results) if (!uses.has(result)) hold(result, 0)
  }
  return peak
}

function inReadyOrder(operations: readonly Operation[]): readonly Operation[] {
  const producer = new Map(operations.flatMap((operation) => operation.results.map((result) => [result, operation])))
  const consumers = new Map<Operation, Operation[]>()
  const waiting = new Map<Operation, number>()
  for (const operation of operations) {
    const before = new Set(operation.operands.flatMap((value) => producer.get(value) ?? []))
    waiting.set(operation, before.size)
    for (const each of before) consumers.set(each, [...(consumers.get(each) ?? []), operation])
  }
  const order = operations.filter((operation) => waiting.get(operation) === 0)
  // The list grows while it is walked.
  for (const done of order) {
    for (const operation of consumers.get(done) ?? []) {
      const left = (waiting.get(operation) ?? 0) - 1
      waiting.set(operation, left)
      if (left === 0) order.push(operation)
    }
  }
  return order
}

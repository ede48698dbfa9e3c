import type { CheckedNode, TensorType as CheckedType } from '../check/checked.js'
import { invariant } from '../diagnostics/invariant.js'
import type { ValueId } from '../ir/types.js'
import type { Emitter } from './emitter.js'

/** `train`: batch statistics, dropout, running statistics are assigned. `inference`: running statistics, no dropout. */
export type LoweringPhase = 'train' | 'inference'

/** What a rule sees of the function that it lowers into. */
export interface LoweringContext {
  readonly phase: LoweringPhase
  readonly seed: number
  readonly emit: Emitter
}

/** An operand as it was lowered, with its checked type (which leaves the batch out). */
export interface Operand {
  readonly value: ValueId
  readonly type: CheckedType
}

/** Turns one primitive into IR operations and gives the value that stands for it. One per primitive, found through `table.ts`. */
export type LoweringRule = (node: CheckedNode, operands: readonly Operand[], context: LoweringContext) => ValueId

/** The first operand of a primitive that has exactly one. */
export function only(operands: readonly Operand[]): Operand {
  const [operand] = operands
  invariant(operand !== undefined && operands.length === 1, `one operand is due, not ${operands.length}`)
  return operand
}

export function pair(operands: readonly Operand[]): readonly [Operand, Operand] {
  const [first, second] = operands
  invariant(first && second && operands.length === 2, `two operands are due, not ${operands.length}`)
  return [first, second]
}

export function numberOf(node: CheckedNode, name: string): number {
  const value = node.attributes[name]
  invariant(typeof value === 'number', `${node.op} at ${node.path} lacks the number ${name}`)
  return value
}

export function numbersOf(node: CheckedNode, name: string, length: number): readonly number[] {
  const value = node.attributes[name]
  invariant(
    Array.isArray(value) && value.length === length,
    `${node.op} at ${node.path} lacks ${length} numbers ${name}`,
  )
  return value
}

export function flagOf(node: CheckedNode, name: string): boolean {
  const value = node.attributes[name]
  invariant(typeof value === 'boolean', `${node.op} at ${node.path} lacks the flag ${name}`)
  return value
}

export function wordOf(node: CheckedNode, name: string): string {
  const value = node.attributes[name]
  invariant(typeof value === 'string', `${node.op} at ${node.path} lacks the word ${name}`)
  return value
}

/** Name of the node's parameter at a place of the primitive's order. */
export function parameterOf(node: CheckedNode, place: number): string {
  const name = node.parameters[place]
  invariant(name !== undefined, `${node.op} at ${node.path} lacks parameter ${place}`)
  return name
}

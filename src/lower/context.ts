import type { TensorType as CheckedType, NodeOf } from '../check/checked.js'
import { type ModelPrimitive, type ParameterNameOf, primitives } from '../check/primitives/table.js'
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
export type LoweringRule<Op extends ModelPrimitive> = (
  node: NodeOf<Op>,
  operands: readonly Operand[],
  context: LoweringContext,
) => ValueId

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

/** Name of the state that is this weight or statistic of the node. */
export function parameterOf<Op extends ModelPrimitive>(
  { op, path, parameters }: NodeOf<Op>,
  parameter: ParameterNameOf<Op>,
): string {
  const name = parameters[Object.keys(primitives[op].parameters).indexOf(parameter)]
  invariant(name !== undefined, `${op} at ${path} lacks its ${parameter}`)
  return name
}

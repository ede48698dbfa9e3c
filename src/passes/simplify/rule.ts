import type { Operation, TensorType, ValueId } from '../../ir/types.js'
import { own } from '../../source/own.js'
import { constantValue } from '../analysis.js'
import type { Rewriter } from '../rewriter.js'

/**
 * Looks at an operation of the source whose operands are written already (`operands` are new values) and gives the new value that
 * stands for its one result, or undefined. Whatever it gives has the result's type.
 */
export type Rule = (site: Site) => ValueId | undefined

export interface Site {
  readonly operation: Operation
  readonly operands: readonly ValueId[]
  /** Type of the operation's result. */
  readonly type: TensorType
  readonly rewriter: Rewriter
}

export function numberOf(value: ValueId | undefined, rewriter: Rewriter): number | undefined {
  return value === undefined ? undefined : constantValue(rewriter.definition(value))
}

export function sameShape(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((side, axis) => side === right[axis])
}

/** Whether the value has the type of the site's result, so that it can stand for it. */
export function fits({ type, rewriter }: Site, value: ValueId): boolean {
  const own = rewriter.type(value)
  return own.dtype === type.dtype && sameShape(own.shape, type.shape)
}

/** Operands of the operation that made a new value, if it is of this operator. */
export function madeBy(value: ValueId | undefined, op: Operation['op'], rewriter: Rewriter): Operation | undefined {
  const operation = value === undefined ? undefined : rewriter.definition(value)
  return operation?.op === op ? operation : undefined
}

export function integers(operation: Operation, name: string): readonly number[] {
  const value = own(operation.attributes, name)
  if (!Array.isArray(value)) return []
  return value.flatMap((item: unknown) => (typeof item === 'number' ? [item] : []))
}

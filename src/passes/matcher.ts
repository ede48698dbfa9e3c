import type { IrFunction, Operation, ValueId } from '../ir/types.js'
import { constantValue, definitions, stateOf } from './analysis.js'

/** Reads a function backwards from values. Every question about an unknown value has the empty answer, so that patterns can be written straight down. */
export class Matcher {
  private readonly made: ReadonlyMap<ValueId, Operation>

  constructor(source: Pick<IrFunction, 'operations'>) {
    this.made = definitions(source)
  }

  definition(value: ValueId | undefined): Operation | undefined {
    return value === undefined ? undefined : this.made.get(value)
  }

  /** Operands of the operation that made the value, if it is of this operator. */
  operands(value: ValueId | undefined, op: Operation['op']): readonly ValueId[] {
    const operation = this.definition(value)
    return operation?.op === op ? operation.operands : []
  }

  number(value: ValueId | undefined): number | undefined {
    return constantValue(this.definition(value))
  }

  reads(value: ValueId | undefined, state: string): boolean {
    const operation = this.definition(value)
    return operation?.op === 'read' && stateOf(operation) === state
  }

  /** The other factor of a product with the number given. */
  scaledBy(value: ValueId | undefined, factor: number): ValueId | undefined {
    const [left, right] = this.operands(value, 'mul')
    return this.number(right) === factor ? left : undefined
  }
}

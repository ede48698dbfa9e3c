import type { DType } from '../types.js'
import type { OpDefinitions } from './definitions.js'
import type { OpName } from './table.js'

/** What an attribute of each kind is. */
interface AttributeTypes {
  readonly int: number
  readonly number: number
  readonly bool: boolean
  readonly string: string
  readonly dtype: DType
  readonly ints: readonly number[]
  readonly numbers: readonly number[]
  readonly pairs: readonly (readonly [number, number])[]
}

/** Attributes of an operator by name, each with its type, from its definition. */
export type OpAttributes<Op extends OpName> = {
  readonly [Name in keyof OpDefinitions[Op]['attributes']]: OpDefinitions[Op]['attributes'][Name] extends keyof AttributeTypes
    ? AttributeTypes[OpDefinitions[Op]['attributes'][Name]]
    : never
}

/** Operators without attributes. */
export type PlainOpName = { [Op in OpName]: keyof OpAttributes<Op> extends never ? Op : never }[OpName]

/** The last argument of what writes an operation: left out where the operator has no attributes. */
export type AttributeArguments<Op extends OpName> = Op extends PlainOpName
  ? readonly []
  : readonly [attributes: OpAttributes<Op>]

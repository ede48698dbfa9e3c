import { CompilerBug, invariant } from '../../diagnostics/invariant.js'
import { own } from '../../source/own.js'
import type { Attributes, TensorType } from '../types.js'
import { isOfKind } from './attributes.js'
import { opDefinitions } from './definitions.js'
import { showType } from './shape.js'
import type { OpName } from './table.js'

const noState = () => undefined

/**
 * Types of an operation's results. `stateType` finds the type of a state variable: only `read` asks. A wrong number of operands, a
 * missing, unknown or mistyped attribute, or operands that do not fit are a `CompilerBug` that names the operator and its operands.
 */
export function inferTypes(
  op: OpName,
  operands: readonly TensorType[],
  attributes: Attributes,
  stateType: (name: string) => TensorType | undefined = noState,
): readonly TensorType[] {
  try {
    checkForm(op, operands.length, attributes)
    return opDefinitions[op].types(operands, attributes, stateType)
  } catch (error) {
    if (!(error instanceof CompilerBug)) throw error
    throw new CompilerBug(`${op}(${operands.map(showType).join(', ')}): ${error.message}`)
  }
}

function checkForm(op: OpName, operandCount: number, attributes: Attributes): void {
  const definition = opDefinitions[op]
  const expected = definition.operands.length
  invariant(
    definition.isVariadic ? operandCount >= expected : operandCount === expected,
    `takes ${definition.isVariadic ? 'at least ' : ''}${expected} operands (${definition.operands.join(', ')}), not ${operandCount}`,
  )
  for (const [name, kind] of Object.entries(definition.attributes)) {
    const value = own(attributes, name)
    invariant(value !== undefined, `attribute ${name} is missing`)
    invariant(isOfKind(value, kind), `attribute ${name} = ${JSON.stringify(value)} is not of kind ${kind}`)
  }
  for (const name of Object.keys(attributes)) invariant(name in definition.attributes, `has no attribute ${name}`)
}

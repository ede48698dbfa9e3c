import { CompilerBug, invariant } from '../diagnostics/invariant.js'
import { textOf } from './ops/attributes.js'
import { opDefinitions } from './ops/definitions.js'
import { inferTypes } from './ops/infer.js'
import { sameType, showType } from './ops/shape.js'
import type { IrFunction, IrModule, NamedValue, TensorType, ValueId } from './types.js'

/**
 * Throws a `CompilerBug` where a module is not what `types.ts` says: names that repeat, values that are made twice, used before they
 * are made or have no or another type than their operation gives, state that is unknown, of another type, or assigned twice.
 */
export function verifyModule(module: IrModule): void {
  requireUnique(
    module.state.map(({ name }) => name),
    `state of ${module.name}`,
  )
  requireUnique(
    module.functions.map(({ name }) => name),
    `functions of ${module.name}`,
  )
  const state = new Map(module.state.map(({ name, type }) => [name, type]))
  for (const source of module.functions) verifyFunction(source, state)
}

export function verifyFunction(source: IrFunction, state: ReadonlyMap<string, TensorType>): void {
  const made = new Set<ValueId>()
  const assigned = new Set<string>()
  const make = (value: ValueId, where: string): TensorType => {
    const type = source.types.get(value)
    invariant(type, `${where}: %${value} has no type`)
    invariant(!made.has(value), `${where}: %${value} is made twice`)
    made.add(value)
    return type
  }
  const use = (value: ValueId, where: string): TensorType => {
    const type = source.types.get(value)
    invariant(made.has(value) && type, `${where}: %${value} is used and not made before`)
    return type
  }

  requireUnique(namesOf(source.inputs), `inputs of ${source.name}`)
  requireUnique(namesOf(source.outputs), `outputs of ${source.name}`)
  for (const { name, value } of source.inputs) make(value, `${source.name}: input ${name}`)
  source.operations.forEach((operation, place) => {
    const { op, operands, attributes, results } = operation
    const where = `${source.name}: operation ${place}, ${op}`
    const operandTypes = operands.map((operand) => use(operand, where))
    const types = inferred(where, () => inferTypes(op, operandTypes, attributes, (name) => state.get(name)))
    invariant(types.length === results.length, `${where}: has ${types.length} results, not ${results.length}`)
    results.forEach((result, at) => {
      const stated = make(result, where)
      const type = types[at]
      invariant(
        type && sameType(type, stated),
        `${where}: %${result} is ${type ? showType(type) : 'nothing'}, stated as ${showType(stated)}`,
      )
    })
    if (opDefinitions[op].effect !== 'assigns_state') return
    const name = textOf(attributes, 'state')
    const type = state.get(name)
    const [value] = operandTypes
    invariant(type && value, `${where}: no state is called ${JSON.stringify(name)}`)
    invariant(sameType(type, value), `${where}: ${name} is ${showType(type)}, not ${showType(value)}`)
    invariant(!assigned.has(name), `${where}: ${name} is assigned twice`)
    assigned.add(name)
  })
  for (const { name, value } of source.outputs) use(value, `${source.name}: output ${name}`)
  invariant(
    made.size === source.types.size,
    `${source.name}: ${source.types.size - made.size} types belong to no value`,
  )
}

function inferred<Result>(where: string, infer: () => Result): Result {
  try {
    return infer()
  } catch (error) {
    if (!(error instanceof CompilerBug)) throw error
    throw new CompilerBug(`${where}: ${error.message}`)
  }
}

const namesOf = (values: readonly NamedValue[]) => values.map(({ name }) => name)

function requireUnique(names: readonly string[], what: string): void {
  const known = new Set<string>()
  for (const name of names) {
    invariant(!known.has(name), `${what}: ${JSON.stringify(name)} is there twice`)
    known.add(name)
  }
}

import { invariant } from '../../diagnostics/invariant.js'
import { own } from '../../source/own.js'
import { textOf } from '../ops/attributes.js'
import { sameShape, showShape, sizeOf } from '../ops/shape.js'
import type { IrModule, Operation, TensorType, ValueId } from '../types.js'
import { toBf16 } from './bf16.js'
import type { Tensor } from './rule.js'
import { interpretRules } from './rules.js'

/** Row-major values; integers and bool as numbers. */
export interface Value {
  readonly shape: readonly number[]
  readonly data: Float64Array
}

export interface InterpretOptions {
  /** Rounds every bf16 value to bfloat16; otherwise bf16 is computed in float64 like f32. */
  readonly roundBf16?: boolean
}

export interface Interpreted {
  readonly outputs: Readonly<Record<string, Value>>
  /** State at exit: what was given, with what the function assigned. */
  readonly state: ReadonlyMap<string, Float64Array>
}

/**
 * Runs a function of a module in float64: the meaning that every target, pass and gradient is tested against. `state` needs what the
 * function reads. Inputs or state that are missing or of another shape are a `CompilerBug`.
 */
export function interpret(
  module: IrModule,
  functionName: string,
  inputs: Readonly<Record<string, Value>>,
  state: ReadonlyMap<string, Float64Array> = new Map(),
  { roundBf16 = false }: InterpretOptions = {},
): Interpreted {
  const source = module.functions.find(({ name }) => name === functionName)
  invariant(source, `${module.name} has no function ${functionName}`)
  const values = new Map<ValueId, Tensor>()
  const after = new Map(state)
  const lastUse = lastUses(source.operations)
  const kept = new Set(source.outputs.map(({ value }) => value))

  const typeOf = (value: ValueId): TensorType => {
    const type = source.types.get(value)
    invariant(type, `%${value} has no type`)
    return type
  }
  const tensorOf = (value: ValueId): Tensor => {
    const tensor = values.get(value)
    invariant(tensor, `%${value} is used before it is made`)
    return tensor
  }
  const keep = (value: ValueId, data: Float64Array | undefined, what: string): void => {
    const type = typeOf(value)
    invariant(data?.length === sizeOf(type.shape), `${what}: ${data?.length} values for ${showShape(type.shape)}`)
    values.set(value, { type, data: roundBf16 && type.dtype === 'bf16' ? data.map(toBf16) : data })
  }

  for (const { name, value } of source.inputs) {
    const input = own(inputs, name)
    invariant(input, `input ${name} is not given`)
    const { shape } = typeOf(value)
    invariant(sameShape(input.shape, shape), `input ${name} is ${showShape(shape)}, not ${showShape(input.shape)}`)
    keep(value, input.data, `input ${name}`)
  }
  source.operations.forEach((operation, place) => {
    const { op, operands, attributes, results } = operation
    const [first] = operands
    if (op === 'assign') {
      invariant(first !== undefined, 'assign has an operand')
      after.set(textOf(attributes, 'state'), tensorOf(first).data)
    } else if (op === 'read') {
      const [result] = results
      invariant(result !== undefined, 'read has a result')
      keep(result, state.get(textOf(attributes, 'state')), `state ${textOf(attributes, 'state')}`)
    } else {
      const data = interpretRules[op](operands.map(tensorOf), attributes, results.map(typeOf))
      for (const [at, result] of results.entries()) keep(result, data[at], op)
    }
    for (const value of [...operands, ...results])
      if ((lastUse.get(value) ?? place) <= place && !kept.has(value)) values.delete(value)
  })
  const outputs = source.outputs.map(({ name, value }): readonly [string, Value] => {
    const { type, data } = tensorOf(value)
    return [name, { shape: type.shape, data }]
  })
  return { outputs: Object.fromEntries(outputs), state: after }
}

/** Place of the last operation that takes each value: its memory is free after that. */
export function lastUses(operations: readonly Operation[]): ReadonlyMap<ValueId, number> {
  const last = new Map<ValueId, number>()
  operations.forEach(({ operands }, place) => {
    for (const operand of operands) last.set(operand, place)
  })
  return last
}

import { interpret, type Value } from '../../../src/ir/interpret/run.js'
import { sizeOf } from '../../../src/ir/ops/shape.js'
import type { IrModule, TensorType } from '../../../src/ir/types.js'
import { DrawStream } from './draws.js'

/**
 * Runs both modules in float64 on the same drawn inputs and state, and names every output and every state of a function that both
 * have and that differ by more than rounding. What only one of them has is the pass's business, not compared here.
 */
export function differences(before: IrModule, after: IrModule, tolerance = 1e-9): readonly string[] {
  const draws = new DrawStream(7)
  const given = new Map<string, Value>()
  const state = new Map<string, Float64Array>()
  for (const { name, type } of [...before.state, ...after.state])
    if (!state.has(name))
      state.set(name, name.includes('adam') ? draws.filled(sizeOf(type.shape), 0) : draws.tensor(type))
  const inputsOf = (module: IrModule, name: string): Record<string, Value> => {
    const source = module.functions.find((candidate) => candidate.name === name)
    const inputs: Record<string, Value> = {}
    for (const input of source?.inputs ?? []) {
      const type = source?.types.get(input.value) ?? { dtype: 'f32', shape: [] }
      const value = given.get(input.name) ?? { shape: type.shape, data: draws.tensor(type as TensorType) }
      given.set(input.name, value)
      inputs[input.name] = value
    }
    return inputs
  }
  const found: string[] = []
  const compare = (what: string, a: Float64Array | undefined, b: Float64Array | undefined) => {
    if (!a || !b) return
    const same = a.length === b.length && a.every((value, place) => close(value, b[place] ?? Number.NaN, tolerance))
    if (!same) found.push(`${what}: ${a.join()} became ${b.join()}`)
  }
  for (const { name } of before.functions) {
    if (!after.functions.some((candidate) => candidate.name === name)) continue
    const first = interpret(before, name, inputsOf(before, name), state)
    const second = interpret(after, name, inputsOf(after, name), state)
    for (const [output, { data }] of Object.entries(first.outputs))
      compare(`${name} ${output}`, data, second.outputs[output]?.data)
    for (const { name: variable } of before.state) {
      if (!after.state.some((candidate) => candidate.name === variable)) continue
      if (assigns(before, name, variable) !== assigns(after, name, variable)) continue
      compare(`${name} state ${variable}`, first.state.get(variable), second.state.get(variable))
    }
  }
  return found
}

function assigns(module: IrModule, name: string, variable: string): boolean {
  const source = module.functions.find((candidate) => candidate.name === name)
  return source?.operations.some(({ op, attributes }) => op === 'assign' && attributes.state === variable) ?? false
}

function close(a: number, b: number, tolerance: number): boolean {
  return Object.is(a, b) || Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b))
}

import { invariant } from '../../diagnostics/invariant.js'
import { interpret, type Value } from '../../ir/interpret/run.js'
import { own } from '../../source/own.js'
import type { ParityEngine } from './engines.js'

/** The reference interpreter, float64. */
export const interpreterEngine: ParityEngine = {
  name: 'interpreter',
  load: ({ module, initial }) => {
    let state: ReadonlyMap<string, Float64Array> = new Map(
      [...initial].map(([name, values]) => [name, Float64Array.from(values)]),
    )
    return {
      run: (name, inputs) => {
        const source = module.functions.find((fn) => fn.name === name)
        invariant(source !== undefined, `the module has no function ${name}`)
        const values = source.inputs.map(({ name: input, value }): readonly [string, Value] => [
          input,
          { shape: source.types.get(value)?.shape ?? [], data: Float64Array.from(own(inputs, input) ?? []) },
        ])
        const result = interpret(module, name, Object.fromEntries(values), state)
        state = result.state
        return Object.fromEntries(Object.entries(result.outputs).map(([output, { data }]) => [output, data]))
      },
      state: () => state,
      close: () => undefined,
    }
  },
}

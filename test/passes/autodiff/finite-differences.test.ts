import { describe, expect, it } from 'vitest'
import { FunctionBuilder } from '../../../src/ir/builder.js'
import { interpret, type Value } from '../../../src/ir/interpret/run.js'
import { isFloat } from '../../../src/ir/ops/shape.js'
import { type OpName, opNames } from '../../../src/ir/ops/table.js'
import type { IrModule } from '../../../src/ir/types.js'
import { verifyModule } from '../../../src/ir/verifier.js'
import { differentiate } from '../../../src/passes/autodiff/differentiate.js'
import { gradientRules } from '../../../src/passes/autodiff/rules.js'
import { randomValue, relativeError } from '../../ir/helpers.js'
import { type GradientCase, gradientCases } from './cases.js'

interface Differentiated {
  readonly module: IrModule
  readonly values: Readonly<Record<string, Value>>
  /** Operands whose gradient is an output, `d<place>`. */
  readonly places: readonly number[]
}

/** loss = sum(result * w) with a random w, so that no two values of the result weigh the same. */
function differentiated(
  op: OpName,
  { shapes, attributes = {}, range, dtypes, fixed = [] }: GradientCase,
): Differentiated {
  const builder = new FunctionBuilder('main')
  const values: Record<string, Value> = {}
  const operands = shapes.map((shape, place) => {
    const dtype = dtypes?.[place] ?? 'f32'
    const value = randomValue(`${op} ${place}`, shape, ...(range ?? [-1, 1]))
    const name = `x${place}`
    values[name] = dtype === 'bool' ? { shape, data: value.data.map((_x, i) => i % 2) } : value
    return builder.input(name, { dtype, shape })
  })
  const [result = -1] = builder.emit(op, operands, attributes)
  const type = builder.type(result)
  const y = type.dtype === 'f32' ? result : builder.one('cast', [result], { dtype: 'f32' })
  values.w = randomValue(`${op} w`, type.shape)
  const weighted = builder.one('mul', [y, builder.input('w', { dtype: 'f32', shape: type.shape })])
  const axes = type.shape.map((_side, axis) => axis)
  const loss = builder.one('reduce_sum', [weighted], { axes, keep_dims: false })
  builder.output('loss', loss)
  const places = operands.flatMap((operand, place) =>
    isFloat(builder.type(operand).dtype) && !fixed.includes(place) ? [place] : [],
  )
  const wrt = places.map((place) => operands[place] ?? -1)
  differentiate(builder, builder.operations, loss, wrt).forEach((gradient, at) => {
    builder.output(`d${places[at]}`, gradient)
  })
  return { module: { name: op, state: [], functions: [builder.build()] }, values, places }
}

function numericGradient({ module, values }: Differentiated, name: string): Float64Array {
  const step = 1e-5
  const input = values[name]
  if (!input) throw new Error(`no ${name}`)
  const lossAt = (place: number, delta: number): number => {
    const data = input.data.slice()
    data[place] = (data[place] ?? 0) + delta
    return interpret(module, 'main', { ...values, [name]: { ...input, data } }).outputs.loss?.data[0] ?? Number.NaN
  }
  return input.data.map((_x, place) => (lossAt(place, step) - lossAt(place, -step)) / (2 * step))
}

describe('gradients against central differences', () => {
  for (const op of opNames) {
    const cases = gradientCases[op]
    if (typeof cases === 'string') {
      it(`${op} is declared ${cases}`, () => expect(gradientRules[op]).toBe(cases))
      continue
    }
    it(`${op} has a rule and a case`, () => {
      expect(gradientRules[op]).toBeTypeOf('function')
      expect(cases.length).toBeGreaterThan(0)
    })
    it.each(cases)(`${op}: $what`, (one) => {
      const whole = differentiated(op, one)
      verifyModule(whole.module)
      const { outputs } = interpret(whole.module, 'main', whole.values)
      expect(whole.places.length).toBeGreaterThan(0)
      for (const place of whole.places) {
        const gradient = outputs[`d${place}`]
        const numeric = numericGradient(whole, `x${place}`)
        expect(gradient?.shape).toEqual(one.shapes[place])
        expect(numeric.some((x) => Math.abs(x) > 1e-3)).toBe(true)
        expect(relativeError(gradient?.data ?? new Float64Array(0), numeric)).toBeLessThan(1e-6)
      }
    })
  }
})

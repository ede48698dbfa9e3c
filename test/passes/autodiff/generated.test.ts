import fc from 'fast-check'
import { expect, it } from 'vitest'
import { FunctionBuilder } from '../../../src/ir/builder.js'
import { interpret, type Value } from '../../../src/ir/interpret/run.js'
import type { ValueId } from '../../../src/ir/types.js'
import { verifyModule } from '../../../src/ir/verifier.js'
import { differentiate } from '../../../src/passes/autodiff/differentiate.js'
import { randomValue } from '../../ir/helpers.js'

const kinds = ['tanh', 'sigmoid', 'softmax', 'add', 'mul', 'maximum', 'matmul', 'mean', 'concat', 'stopped'] as const

/** Steps of a program over tensors [3,3]: each takes values made before, so that values are shared, repeated and left unused. */
const programs = fc.array(fc.tuple(fc.constantFrom(...kinds), fc.nat(), fc.nat()), { minLength: 1, maxLength: 14 })

type Program = readonly (readonly [(typeof kinds)[number], number, number])[]

function write(builder: FunctionBuilder, program: Program, inputs: readonly ValueId[]): ValueId {
  const values = [...inputs]
  for (const [kind, i, j] of program) {
    const a = values[i % values.length] ?? 0
    const b = values[j % values.length] ?? 0
    switch (kind) {
      case 'matmul':
        values.push(builder.one('matmul', [a, b], { transpose_a: i % 2 === 0, transpose_b: j % 2 === 0 }))
        break
      case 'mean': {
        const mean = builder.one('reduce_mean', [a], { axes: [i % 2], keep_dims: true })
        values.push(builder.one('sub', [b, mean]))
        break
      }
      case 'concat': {
        const both = builder.one('concat', [a, b], { axis: 0 })
        values.push(builder.one('slice', [both], { begin: [j % 4, 0], size: [3, 3] }))
        break
      }
      case 'stopped':
        // Times a half: finite differences do see through stop_gradient, so what is stopped is constant in the inputs.
        values.push(builder.one('mul', [a, builder.one('stop_gradient', [builder.constant(0.5)])]))
        break
      case 'tanh':
      case 'sigmoid':
      case 'softmax':
        values.push(builder.one(kind, [a]))
        break
      default:
        values.push(builder.one(kind, [a, b]))
    }
  }
  return builder.one('reduce_sum', [values.at(-1) ?? 0], { axes: [0, 1], keep_dims: false })
}

it('gradients of generated programs agree with the slope along a direction', () => {
  const names = ['x', 'y'] as const
  const inputs: Record<string, Value> = {}
  for (const name of names) inputs[name] = randomValue(`generated ${name}`, [3, 3])
  const directions = names.map((name) => randomValue(`direction ${name}`, [3, 3]))
  fc.assert(
    fc.property(programs, (program) => {
      const builder = new FunctionBuilder('main')
      const operands = names.map((name) => builder.input(name, { dtype: 'f32', shape: [3, 3] }))
      const loss = write(builder, program, operands)
      builder.output('loss', loss)
      differentiate(builder, builder.operations, loss, operands).forEach((gradient, place) => {
        builder.output(`d${place}`, gradient)
      })
      const module = { name: 'generated', state: [], functions: [builder.build()] }
      verifyModule(module)
      const lossAt = (step: number): number => {
        const moved = names.map((name, place): [string, Value] => {
          const data = inputs[name]?.data.map((x, i) => x + step * (directions[place]?.data[i] ?? 0))
          return [name, { shape: [3, 3], data: data ?? new Float64Array(9) }]
        })
        return interpret(module, 'main', Object.fromEntries(moved)).outputs.loss?.data[0] ?? Number.NaN
      }
      const { outputs } = interpret(module, 'main', inputs)
      const slope = directions.reduce(
        (sum, { data }, place) => data.reduce((part, d, i) => part + d * (outputs[`d${place}`]?.data[i] ?? 0), sum),
        0,
      )
      const numeric = (lossAt(1e-5) - lossAt(-1e-5)) / 2e-5
      // A product of products may be large, or all but constant: relative where it is large.
      expect(Math.abs(slope - numeric)).toBeLessThan(1e-6 * Math.max(1, Math.abs(lossAt(0)), Math.abs(numeric)))
    }),
    { numRuns: 300, seed: 1 },
  )
})

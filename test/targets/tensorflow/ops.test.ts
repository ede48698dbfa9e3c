import { expect, it } from 'vitest'
import { FunctionBuilder } from '../../../src/ir/builder.js'
import { interpret, type Value } from '../../../src/ir/interpret/run.js'
import { type OpName, opNames } from '../../../src/ir/ops/table.js'
import type { Attribute, IrModule, ValueId } from '../../../src/ir/types.js'
import { rewriteDilatedGradients } from '../../../src/passes/dilated_gradients.js'
import { loadEngine } from '../../../src/train/engine-binding.js'
import { describeNative } from '../../support/native.js'
import { type OpCase, opCases } from '../op-cases.js'
import { generator, onEngine, relativeError } from './on-engine.js'

/** bf16 keeps 8 bits: sums of a few dozen terms round to within this. */
const bf16Tolerance = 4e-2
const f32Tolerance = 1e-5
/** Sums of a few dozen terms, in another order than the interpreter's. */
const f64Tolerance = 1e-12

/** The case in float64. */
function float64Program(op: OpName, { operands, attributes }: OpCase): IrModule {
  const builder = new FunctionBuilder('f')
  const wide = (dtype: Attribute | undefined) => (dtype === 'f32' ? 'f64' : dtype)
  const values = operands.map(({ type }, index): ValueId => {
    if (type.dtype === 'i32') return builder.input(`x${index}`, type)
    const fed = builder.input(`x${index}`, { ...type, dtype: 'f64' })
    return type.dtype === 'bool' ? builder.one('greater', [fed, builder.constant(0.5, [], 'f64')]) : fed
  })
  const { dtype } = attributes
  const widened = dtype === undefined ? attributes : { ...attributes, dtype: wide(dtype) ?? dtype }
  for (const [index, value] of builder.emit(op, values, widened).entries()) builder.output(`y${index}`, value)
  return forTheEngine({ name: op, state: [], functions: [builder.build()] })
}

function program(op: OpName, { operands, attributes }: OpCase, narrow: readonly number[]): IrModule {
  const builder = new FunctionBuilder('f')
  const values = operands.map(({ type }, index): ValueId => {
    const fed = builder.input(`x${index}`, type.dtype === 'bool' ? { ...type, dtype: 'f32' } : type)
    if (type.dtype === 'bool') return builder.one('greater', [fed, builder.constant(0.5)])
    return narrow.includes(index) ? builder.one('cast', [fed], { dtype: 'bf16' }) : fed
  })
  for (const [index, value] of builder.emit(op, values, attributes).entries()) builder.output(`y${index}`, value)
  return forTheEngine({ name: op, state: [], functions: [builder.build()] })
}

/** As the passes leave it that TensorFlow needs on a CPU. */
function forTheEngine(module: IrModule): IrModule {
  return rewriteDilatedGradients(module).module
}

function inputs({ operands }: OpCase, random: () => number): Readonly<Record<string, Value>> {
  const entries = operands.map(({ type, range: [low, high] }, index): readonly [string, Value] => {
    const size = type.shape.reduce((product, length) => product * length, 1)
    const isWhole = type.dtype === 'i32' || type.dtype === 'bool'
    const draw = () => (isWhole ? low + Math.floor(random() * (high - low + 1)) : low + random() * (high - low))
    return [`x${index}`, { shape: type.shape, data: Float64Array.from({ length: size }, () => Math.fround(draw())) }]
  })
  return Object.fromEntries(entries)
}

describeNative('every operator on the native engine is what the interpreter says', ({ directory }) => {
  function largestError(op: OpName, opCase: OpCase, module: IrModule): number {
    const given = inputs(opCase, generator(op.length))
    const expected = interpret(module, 'f', given, new Map(), { roundBf16: true }).outputs
    const [fn] = module.functions
    const arrays = { f32: Float32Array, f64: Float64Array, i32: Int32Array, bf16: Float32Array, bool: Float32Array }
    const feeds = fn?.inputs.map(({ name, value }) => [
      name,
      arrays[fn.types.get(value)?.dtype ?? 'f32'].from(given[name]?.data ?? []),
    ])
    return onEngine(loadEngine(directory), module, (session) => {
      const actual = session.run('f', Object.fromEntries(feeds ?? []))
      expect(session.liveTensors).toBe(0)
      return Math.max(...Object.entries(expected).map(([name, { data }]) => relativeError(actual[name] ?? [], data)))
    })
  }

  it.each(opNames)('%s', (op) => {
    const cases = opCases[op]
    if (typeof cases === 'string') return
    expect(cases.length).toBeGreaterThan(0)
    for (const opCase of cases) {
      const attributes = JSON.stringify(opCase.attributes)
      expect(largestError(op, opCase, program(op, opCase, [])), `float32 ${attributes}`).toBeLessThan(f32Tolerance)
      if (opCase.bf16 !== undefined) {
        const narrow = program(op, opCase, opCase.bf16)
        expect(largestError(op, opCase, narrow), `bf16 ${attributes}`).toBeLessThan(bf16Tolerance)
      }
      // Random numbers are float32 by definition, and so is what is rounded to bf16.
      if (op.startsWith('random_') || opCase.attributes.dtype === 'bf16') continue
      const wide = float64Program(op, opCase)
      expect(largestError(op, opCase, wide), `float64 ${attributes}`).toBeLessThan(f64Tolerance)
    }
  })

  it.each([
    { size: [2, 2], strides: [2, 2], padding: [0, 0, 0, 0], pooled: [3, 3] },
    { size: [3, 3], strides: [2, 2], padding: [1, 1, 1, 1], pooled: [4, 3] },
    { size: [3, 2], strides: [2, 1], padding: [1, 0, 0, 1], pooled: [3, 6] },
  ] as const)('max_pool and its gradient, %o', ({ pooled: [down, across], ...attributes }) => {
    for (const dtype of ['f32', 'f64', 'bf16'] as const) {
      const builder = new FunctionBuilder('f')
      const narrow = (value: ValueId) => (dtype === 'f32' ? value : builder.one('cast', [value], { dtype }))
      const x = narrow(builder.input('x', { dtype: 'f32', shape: [2, 7, 6, 3] }))
      const y = builder.one('max_pool', [x], attributes)
      const dy = narrow(builder.input('dy', { dtype: 'f32', shape: [2, down, across, 3] }))
      builder.output('y', y)
      builder.output('dx', builder.one('max_pool_grad', [x, y, dy], attributes))
      const module: IrModule = { name: 'pool', state: [], functions: [builder.build()] }
      const random = generator(5)
      // Few different values, so that windows have ties: the first one in row-major order takes the gradient.
      const xs = Float64Array.from({ length: 252 }, () => Math.floor(random() * 3) - 3)
      const dys = Float64Array.from({ length: 6 * down * across }, () => Math.round(random() * 16) / 8)
      const expected = interpret(module, 'f', {
        x: { shape: [2, 7, 6, 3], data: xs },
        dy: { shape: [2, down, across, 3], data: dys },
      }).outputs
      const actual = onEngine(loadEngine(directory), module, (session) =>
        session.run('f', { x: Float32Array.from(xs), dy: Float32Array.from(dys) }),
      )
      for (const name of ['y', 'dx'] as const)
        expect(relativeError(actual[name] ?? [], expected[name]?.data ?? [])).toBe(0)
    }
  })
})

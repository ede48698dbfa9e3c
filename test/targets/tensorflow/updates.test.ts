import { expect, it } from 'vitest'
import { FunctionBuilder } from '../../../src/ir/builder.js'
import { interpret, type Value } from '../../../src/ir/interpret/run.js'
import type { IrModule, StateVariable, ValueId } from '../../../src/ir/types.js'
import { emitGraph } from '../../../src/targets/tensorflow/emit.js'
import { loadEngine } from '../../../src/train/engine-binding.js'
import { describeNative } from '../../support/native.js'
import { generator, onEngine, relativeError } from './on-engine.js'

const shape = [3, 5]
type Float = 'f32' | 'f64'
const arrays = { f32: Float32Array, f64: Float64Array } as const
const vector =
  (dtype: Float = 'f32') =>
  (name: string): StateVariable => ({ name, kind: 'weight', type: { dtype, shape } })

function scalarInputs(builder: FunctionBuilder, names: readonly string[], dtype: Float = 'f32'): readonly ValueId[] {
  return names.map((name) => builder.input(name, { dtype, shape: [] }))
}

/** A step of Adam; `alsoOutput` makes the new weight an output too, so that it may not be changed in place unseen. */
function adam(decays: boolean, alsoOutput: boolean, dtype: Float = 'f32'): IrModule {
  const state = ['p', 'm', 'v'].map(vector(dtype))
  const builder = new FunctionBuilder('step', state)
  const old = ['p', 'm', 'v'].map((name) => builder.read(name))
  const g = builder.input('g', { dtype, shape })
  const scalars = scalarInputs(builder, ['lr', 'c1', 'c2'], dtype)
  const decay = decays ? builder.input('decay', { dtype, shape: [] }) : builder.constant(0, [], dtype)
  const attributes = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
  const updated = builder.emit('adam_update', [...old, g, ...scalars, decay], attributes)
  for (const [index, name] of ['p', 'm', 'v'].entries()) builder.assign(name, updated[index] ?? -1)
  if (alsoOutput) builder.output('next', updated[0] ?? -1)
  builder.output('before', old[0] ?? -1)
  return { name: 'adam', state, functions: [builder.build()] }
}

function momentum(dtype: Float = 'f32'): IrModule {
  const state = ['p', 'm'].map(vector(dtype))
  const builder = new FunctionBuilder('step', state)
  const [lr = -1] = scalarInputs(builder, ['lr'], dtype)
  const g = builder.input('g', { dtype, shape })
  const updated = builder.emit('momentum_update', [builder.read('p'), builder.read('m'), g, lr], { momentum: 0.9 })
  for (const [index, name] of ['p', 'm'].entries()) builder.assign(name, updated[index] ?? -1)
  return { name: 'momentum', state, functions: [builder.build()] }
}

/** Two states change places: reads see what was there at entry, whatever is assigned. */
function swap(dtype: Float = 'f32'): IrModule {
  const state = ['p', 'm'].map(vector(dtype))
  const builder = new FunctionBuilder('step', state)
  builder.assign('m', builder.one('neg', [builder.read('p')]))
  builder.assign('p', builder.read('m'))
  builder.output('sum', builder.one('add', [builder.read('p'), builder.read('m')]))
  return { name: 'swap', state, functions: [builder.build()] }
}

const scalar = (value: number): Value => ({ shape: [], data: Float64Array.of(value) })

describeNative('state on the native engine', ({ directory }) => {
  function expectSame(module: IrModule, steps: number): void {
    const dtype = module.state[0]?.type.dtype === 'f64' ? 'f64' : 'f32'
    const tolerance = dtype === 'f64' ? 1e-13 : 1.5e-5
    const random = generator(3)
    const draw = () => Float64Array.from({ length: 15 }, () => Math.fround(random() - 0.5))
    let state: ReadonlyMap<string, Float64Array> = new Map(module.state.map(({ name }) => [name, draw().map(Math.abs)]))
    onEngine(loadEngine(directory), module, (session) => {
      session.setState([...state].map(([name, values]) => ({ name, values: arrays[dtype].from(values) })))
      for (let step = 1; step <= steps; step++) {
        const inputs: Readonly<Record<string, Value>> = {
          g: { shape, data: draw() },
          lr: scalar(0.01),
          c1: scalar(1 - 0.9 ** step),
          c2: scalar(1 - 0.999 ** step),
          decay: scalar(1e-3),
        }
        const expected = interpret(module, 'step', inputs, state)
        state = expected.state
        const feeds = Object.entries(inputs).map(([name, { data }]) => [name, arrays[dtype].from(data)])
        const actual = session.run('step', Object.fromEntries(feeds))
        for (const [name, { data }] of Object.entries(expected.outputs)) {
          expect(relativeError(actual[name] ?? [], data), `${name} at step ${step}`).toBeLessThan(tolerance)
        }
        for (const { name, values } of session.state()) {
          expect(relativeError(values, state.get(name) ?? []), `${name} after step ${step}`).toBeLessThan(tolerance)
        }
        expect(session.liveTensors).toBe(0)
      }
    })
  }

  it.each([
    ['Adam', adam(false, false)],
    ['AdamW', adam(true, false)],
    ['Adam whose result is used again', adam(false, true)],
    ['AdamW whose result is used again', adam(true, true)],
    ['momentum', momentum()],
    ['two states that change places', swap()],
    ['AdamW in float64', adam(true, false, 'f64')],
    ['AdamW in float64 whose result is used again', adam(true, true, 'f64')],
    ['momentum in float64', momentum('f64')],
    ['two states in float64 that change places', swap('f64')],
  ])('%s', (_name, module) => expectSame(module, 4))

  it('sets some of the state and leaves the rest', () => {
    onEngine(loadEngine(directory), swap(), (session) => {
      session.setState(['p', 'm'].map((name) => ({ name, values: new Float32Array(15).fill(2) })))
      expect(session.setState([{ name: 'm', values: new Float32Array(15).fill(3) }])).toBe(1)
      expect([...session.state()].map(({ values }) => values[0])).toEqual([2, 3])
    })
  })

  it('does not keep hold of the memory that it was given', () => {
    onEngine(loadEngine(directory), swap(), (session) => {
      const values = new Float32Array(new SharedArrayBuffer(60)).fill(2)
      session.setState(['p', 'm'].map((name) => ({ name, values })))
      values.fill(9)
      expect([...session.state()].map((state) => state.values[0])).toEqual([2, 2])
    })
  })

  it('waits for who reads the weight by way of a reshape, which hands on its buffer', () => {
    const state = ['p', 'm', 'v'].map(vector())
    const builder = new FunctionBuilder('step', state)
    const old = ['p', 'm', 'v'].map((name) => builder.read(name))
    const flat = builder.one('reshape', [old[0] ?? -1], { shape: [15, 1] })
    const late = builder.one('after', [flat, builder.input('g', { dtype: 'f32', shape })])
    const g = builder.one('reshape', [builder.one('neg', [late])], { shape })
    const updated = builder.emit(
      'adam_update',
      [...old, g, ...scalarInputs(builder, ['lr', 'c1', 'c2']), builder.constant(0)],
      { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    )
    for (const [index, name] of ['p', 'm', 'v'].entries()) builder.assign(name, updated[index] ?? -1)
    const { nodes } = emitGraph({ name: 'adam', state, functions: [builder.build()] })
    const inputs = nodes.find(({ op }) => op === 'ResourceApplyAdam')?.input ?? []
    const negated = nodes.find(({ op }) => op === 'Neg')?.name
    expect(negated).toBeDefined()
    expect(inputs).toContain(`^${negated}`)
  })

  it('writes each weight once, in place', () => {
    const ops = emitGraph(adam(true, false)).nodes.map(({ op }) => op)
    expect(ops.filter((op) => op === 'ResourceApplyAdam')).toHaveLength(1)
    // One for `set_0` of each state, none for the step.
    expect(ops.filter((op) => op === 'AssignVariableOp')).toHaveLength(3)
  })
})

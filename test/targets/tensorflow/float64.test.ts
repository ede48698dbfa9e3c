import { describe, expect, it } from 'vitest'
import { FunctionBuilder } from '../../../src/ir/builder.js'
import { interpret, type Value } from '../../../src/ir/interpret/run.js'
import { type OpName, opNames } from '../../../src/ir/ops/table.js'
import type { IrModule, StateVariable, ValueId } from '../../../src/ir/types.js'
import { emitGraph } from '../../../src/targets/tensorflow/emit.js'
import { isComputedInFloat64, largestWork } from '../../../src/targets/tensorflow/float64.js'
import { loadEngine } from '../../../src/train/engine-binding.js'
import { describeNative } from '../../support/native.js'
import { generator, onEngine, relativeError } from './on-engine.js'
import { type OpCase, opCases } from './op-cases.js'

/** What is fetched is float32: its rounding, and nothing else. */
const rounding = 1e-7

const same = { strides: [1, 1], dilations: [1, 1], padding: [1, 1, 1, 1] }

/** One convolution and its batch norm. */
function unit(builder: FunctionBuilder, x: ValueId, kernel: ValueId, channels: number): ValueId {
  const product = builder.one('conv2d', [x, kernel], same)
  const ones = builder.constant(1, [channels])
  const zeros = builder.constant(0, [channels])
  const [y = -1] = builder.emit('batch_norm_train', [product, ones, zeros], { epsilon: 1e-5 })
  return y
}

/** `depth` units of 4 channels with the inputs x and k. */
function network(side: number, channels: number, depth: number, narrow = false): IrModule {
  const builder = new FunctionBuilder('f')
  const fed = builder.input('x', { dtype: 'f32', shape: [2, side, side, channels] })
  const kernel = builder.input('k', { dtype: 'f32', shape: [3, 3, channels, channels] })
  const [x, k] = narrow ? [fed, kernel].map((value) => builder.one('cast', [value], { dtype: 'bf16' })) : [fed, kernel]
  let y = x ?? -1
  for (let layer = 0; layer < depth; layer += 1) y = builder.one('relu', [unit(builder, y, k ?? -1, channels)])
  builder.output('y', y)
  return { name: 'network', state: [], functions: [builder.build()] }
}

function drawn(shape: readonly number[], random: () => number, low = -1, high = 1): Value {
  const size = shape.reduce((product, side) => product * side, 1)
  return { shape, data: Float64Array.from({ length: size }, () => Math.fround(low + random() * (high - low))) }
}

const typesOfConvolutions = (module: IrModule): readonly unknown[] =>
  emitGraph(module).nodes.flatMap(({ op, attr }) => (op === 'Conv2D' ? [attr.T] : []))

describe('what is computed in float64', () => {
  const [float32, float64, bfloat16] = [{ type: 1 }, { type: 2 }, { type: 14 }]

  it('is a training step of little work', () => {
    expect(typesOfConvolutions(network(8, 4, 2))).toEqual([float64, float64])
  })

  it('ends where the work is more', () => {
    // 2 FLOPs for each of 2 x 64 x 64 x 4 x 4 x 9 products: so many layers fit.
    const fitting = Math.floor(largestWork / (2 * 2 * 64 * 64 * 4 * 4 * 9))
    const computed = (depth: number) => network(64, 4, depth).functions.map(isComputedInFloat64)
    expect(computed(fitting)).toEqual([true])
    expect(computed(fitting + 1)).toEqual([false])
    expect(typesOfConvolutions(network(256, 64, 1))).toEqual([float32])
  })

  it('is not what was asked for in bf16', () => {
    expect(typesOfConvolutions(network(8, 4, 1, true))).toEqual([bfloat16])
  })
})

describeNative('float64 on the native engine', ({ directory }) => {
  const engine = () => loadEngine(directory)

  /** Largest relative error of the outputs and the state after one call. */
  function largestError(
    module: IrModule,
    inputs: Readonly<Record<string, Value>>,
    state: ReadonlyMap<string, Float64Array> = new Map(),
  ): number {
    const expected = interpret(module, 'f', inputs, state)
    const types = new Map(module.functions[0]?.inputs.map(({ name, value }) => [name, value]))
    const isWhole = (name: string) => module.functions[0]?.types.get(types.get(name) ?? -1)?.dtype === 'i32'
    const feeds = Object.entries(inputs).map(([name, { data }]) => [
      name,
      isWhole(name) ? Int32Array.from(data) : Float32Array.from(data),
    ])
    return onEngine(engine(), module, (session) => {
      session.setState([...state].map(([name, values]) => ({ name, values: Float32Array.from(values) })))
      const actual = session.run('f', Object.fromEntries(feeds))
      const outputs = Object.entries(expected.outputs).map(([name, { data }]) =>
        relativeError(actual[name] ?? [], data),
      )
      const after = [...session.state()].map(({ name, values }) =>
        relativeError(values, expected.state.get(name) ?? []),
      )
      return Math.max(...outputs, ...after)
    })
  }

  it('does not lose digits through twenty norms of two values a channel', () => {
    const random = generator(7)
    // All pixels of an image but for a thousandth the same, so that each norm magnifies what was rounded.
    const x = drawn([2, 2, 2, 4], random, 1, 1.001)
    expect(largestError(network(2, 4, 20), { x, k: drawn([3, 3, 4, 4], random) })).toBeLessThan(rounding)
  })

  /** The operator beside a convolution and its batch norm, which is what makes the function one of float64. */
  function beside(op: OpName, { operands, attributes }: OpCase): IrModule {
    const builder = new FunctionBuilder('f')
    const map = builder.input('map', { dtype: 'f32', shape: [2, 4, 4, 2] })
    builder.output('unit', unit(builder, map, builder.constant(0.5, [3, 3, 2, 2]), 2))
    const values = operands.map(({ type }, index): ValueId => {
      const fed = builder.input(`x${index}`, type.dtype === 'bool' ? { ...type, dtype: 'f32' } : type)
      return type.dtype === 'bool' ? builder.one('greater', [fed, builder.constant(0.5)]) : fed
    })
    for (const [index, value] of builder.emit(op, values, attributes).entries()) builder.output(`y${index}`, value)
    return { name: op, state: [], functions: [builder.build()] }
  }

  // The random numbers are float32 everywhere; a batch norm of inference or with statistics given is no training step.
  const others: readonly string[] = ['random_uniform', 'random_normal', 'batch_norm_inference', 'batch_norm_grad']
  // Updates write float32 variables, and compute in float32.
  const updates: readonly string[] = ['adam_update', 'momentum_update']

  /** What keeps its whole function from float64: rounding to bf16, and gradients that the library has in float32 only. */
  const stays = (op: OpName, { attributes }: OpCase) =>
    attributes.dtype === 'bf16' || (/^conv2d_.*_grad$/.test(op) && `${attributes.dilations}` !== '1,1')

  it.each(opNames.filter((op) => !others.includes(op) && typeof opCases[op] !== 'string'))('%s', (op) => {
    const cases = opCases[op]
    if (typeof cases === 'string') return
    for (const opCase of cases) {
      const random = generator(op.length)
      const fed = opCase.operands.map(({ type, range: [low, high] }, index): readonly [string, Value] => {
        const isWhole = type.dtype === 'i32' || type.dtype === 'bool'
        const { shape, data } = drawn(type.shape, random, low, isWhole ? high + 1 : high)
        return [`x${index}`, { shape, data: isWhole ? data.map((value) => Math.min(Math.floor(value), high)) : data }]
      })
      const module = beside(op, opCase)
      expect(module.functions.map(isComputedInFloat64)).toEqual([!stays(op, opCase)])
      if (stays(op, opCase)) continue
      const inputs = { map: drawn([2, 4, 4, 2], random), ...Object.fromEntries(fed) }
      const limit = updates.includes(op) ? 1e-5 : rounding
      expect(largestError(module, inputs), JSON.stringify(opCase.attributes)).toBeLessThan(limit)
    }
  })

  it('updates its float32 weights in place, and gives the gradient of its batch norm', () => {
    const shape = [3, 3, 2, 2]
    const state = ['p', 'm', 'v'].map(
      (name): StateVariable => ({ name, kind: 'weight', type: { dtype: 'f32', shape } }),
    )
    const builder = new FunctionBuilder('f', state)
    const [p = -1, m = -1, v = -1] = ['p', 'm', 'v'].map((name) => builder.read(name))
    const x = builder.input('x', { dtype: 'f32', shape: [2, 4, 4, 2] })
    const dy = builder.input('dy', { dtype: 'f32', shape: [2, 4, 4, 2] })
    const product = builder.one('conv2d', [x, p], same)
    const scale = builder.constant(1, [2])
    const norm = { epsilon: 1e-5 }
    const [y = -1, mean = -1, variance = -1] = builder.emit('batch_norm_train', [product, scale, scale], norm)
    const gradients = builder.emit('batch_norm_grad', [dy, product, scale, mean, variance], norm)
    const [dx = -1, dscale = -1, doffset = -1] = gradients
    const g = builder.one('conv2d_filter_grad', [x, dx], { ...same, kernel_shape: shape })
    const scalars = ['lr', 'c1', 'c2', 'decay'].map((name) => builder.input(name, { dtype: 'f32', shape: [] }))
    const attributes = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
    const updated = builder.emit('adam_update', [p, m, v, g, ...scalars], attributes)
    for (const [index, name] of ['p', 'm', 'v'].entries()) builder.assign(name, updated[index] ?? -1)
    for (const [name, value] of Object.entries({ y, dx, dscale, doffset, g })) builder.output(name, value)
    const module: IrModule = { name: 'step', state, functions: [builder.build()] }

    const random = generator(11)
    const scalar = (value: number): Value => ({ shape: [], data: Float64Array.of(value) })
    const inputs = {
      x: drawn([2, 4, 4, 2], random),
      dy: drawn([2, 4, 4, 2], random),
      lr: scalar(0.01),
      c1: scalar(0.5),
      c2: scalar(0.25),
      decay: scalar(0.125),
    }
    const before = new Map(['p', 'm', 'v'].map((name) => [name, drawn(shape, random, 0.25, 1).data] as const))
    expect(largestError(module, inputs, before)).toBeLessThan(1e-6)
    const ops = emitGraph(module).nodes.map(({ op }) => op)
    expect(ops.filter((op) => op === 'ResourceApplyAdam')).toHaveLength(1)
  })

  it('is not needed for large maps, which the fused kernels see in groups', () => {
    const shape = [2, 128, 128, 8]
    const builder = new FunctionBuilder('f')
    const [x, dy] = ['x', 'dy'].map((name) => builder.input(name, { dtype: 'f32', shape }))
    const [scale, offset] = ['scale', 'offset'].map((name) => builder.input(name, { dtype: 'f32', shape: [8] }))
    const norm = { epsilon: 1e-5 }
    const operands = [x ?? -1, scale ?? -1, offset ?? -1]
    const [y = -1, mean = -1, variance = -1] = builder.emit('batch_norm_train', operands, norm)
    const gradients = builder.emit('batch_norm_grad', [dy ?? -1, x ?? -1, scale ?? -1, mean, variance], norm)
    for (const [index, value] of [y, mean, variance, ...gradients].entries()) builder.output(`y${index}`, value)
    const module: IrModule = { name: 'norm', state: [], functions: [builder.build()] }
    expect(emitGraph(module).nodes.filter(({ op }) => op.startsWith('FusedBatchNorm'))).toHaveLength(4)
    const random = generator(13)
    const inputs = {
      x: drawn(shape, random),
      dy: drawn(shape, random),
      scale: drawn([8], random),
      offset: drawn([8], random),
    }
    expect(largestError(module, inputs)).toBeLessThan(3e-6)
  })
})

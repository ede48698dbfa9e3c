import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as runtime from 'onnxruntime-web'
import { describe, expect, it } from 'vitest'
import { FunctionBuilder } from '../../src/ir/builder.js'
import { anyBatch, type FrozenFunction, freeze } from '../../src/ir/frozen.js'
import { interpret, type Value } from '../../src/ir/interpret/run.js'
import { type OpName, opNames } from '../../src/ir/ops/table.js'
import type { IrModule, StateVariable, TensorType } from '../../src/ir/types.js'
import { OnnxBuilder } from '../../src/targets/onnx/builder.js'
import { elementOf, RuleContext } from '../../src/targets/onnx/context.js'
import { emitOperations } from '../../src/targets/onnx/emit.js'
import { encodeModel, type OnnxSize } from '../../src/targets/onnx/proto.js'
import { rules } from '../../src/targets/onnx/rules.js'
import { emitInference } from '../../src/targets/tensorflow/emit.js'
import { loadEngine } from '../../src/train/engine-binding.js'
import { openSession } from '../../src/train/session.js'
import { describeNative } from '../support/native.js'
import { type OpCase, opCases } from './op-cases.js'
import { generator, relativeError } from './tensorflow/on-engine.js'

runtime.env.wasm.numThreads = 1
const tolerance = 1e-5

const f32 = (shape: readonly number[]) => ({ type: { dtype: 'f32', shape }, range: [0.1, 3] }) as const
/** What the cases of all targets have not: what keeps the images apart. */
const ofImages: Partial<Record<OpName, readonly OpCase[]>> = {
  reshape: [
    { operands: [f32([2, 6, 7, 3])], attributes: { shape: [2, 126] } },
    { operands: [f32([2, 12])], attributes: { shape: [2, 2, 3, 2] } },
  ],
  matmul: [
    { operands: [f32([4, 5]), f32([6, 5])], attributes: { transpose_a: false, transpose_b: true } },
    { operands: [f32([4, 5, 3]), f32([4, 5, 6])], attributes: { transpose_a: true, transpose_b: false } },
  ],
  slice: [{ operands: [f32([3, 5])], attributes: { begin: [0, 1], size: [3, 2] } }],
  concat: [{ operands: [f32([2, 4]), f32([2, 3])], attributes: { axis: 1 } }],
  ...Object.fromEntries(
    (['reduce_sum', 'reduce_mean', 'reduce_max'] as const).map((op) => [
      op,
      [
        [[1, 2, 3], false],
        [[1, 2], false],
        [[3], false],
        [[1], false],
        [[1, 3], false],
        [[3], true],
      ].map(([axes, keep_dims]) => ({
        operands: [f32([2, 6, 7, 3])],
        attributes: { axes: axes as number[], keep_dims: keep_dims as boolean },
      })),
    ]),
  ),
}

interface Frozen {
  readonly module: IrModule
  readonly function: FrozenFunction
  readonly inputs: Readonly<Record<string, Value>>
  readonly state: ReadonlyMap<string, Float64Array>
  /** Of each input. */
  readonly types: ReadonlyMap<string, TensorType>
}

/** Operands that begin with the images are inputs, the others weights. Undefined where none does, or the result is not one of images. */
function frozenCase(op: OpName, { operands, attributes }: OpCase): Frozen | undefined {
  const random = generator(op.length)
  const state: StateVariable[] = operands.flatMap(({ type }, index) =>
    type.dtype === 'f32' ? [{ name: `w${index}`, kind: 'weight' as const, type }] : [],
  )
  const builder = new FunctionBuilder('f', state)
  const [images] = resultShape(op, { operands, attributes })
  const inputs: Record<string, Value> = {}
  const weights = new Map<string, Float64Array>()
  const types = new Map<string, TensorType>()
  const values = operands.map(({ type, range: [low, high] }, index) => {
    const size = type.shape.reduce((product, side) => product * side, 1)
    const whole = type.dtype !== 'f32'
    const data = Float64Array.from({ length: size }, () =>
      whole ? low + Math.floor(random() * (high - low + 1)) : Math.fround(low + random() * (high - low)),
    )
    const isKernel = index > 0 && (op === 'conv2d' || op === 'batch_norm_inference')
    if (type.shape.length > 0 && type.shape[0] === images && !isKernel && !(index > 0 && op === 'after')) {
      inputs[`x${index}`] = { shape: type.shape, data }
      types.set(`x${index}`, type)
      return builder.input(`x${index}`, type)
    }
    weights.set(`w${index}`, data)
    if (whole) return builder.constant(0, type.shape, type.dtype)
    return builder.one('read', [], { state: `w${index}` })
  })
  if (types.size === 0 || images === undefined) return undefined
  builder.output('y', builder.one(op, values, attributes))
  const fn = builder.build()
  return {
    module: { name: op, state, functions: [fn] },
    function: freeze(fn, weights),
    inputs,
    state: weights,
    types,
  }
}

function resultShape(op: OpName, { operands, attributes }: OpCase): readonly number[] {
  const builder = new FunctionBuilder('f')
  const [result] = builder.emit(
    op,
    operands.map(({ type }, index) => builder.input(`x${index}`, type)),
    attributes,
  )
  return result === undefined ? [] : builder.shape(result)
}

/** All images, then the first alone. */
function ofFirst(values: Float64Array, images: number): Float64Array {
  return values.subarray(0, values.length / images)
}

async function onRuntime(
  { function: fn, inputs, types }: Frozen,
  images: readonly number[],
): Promise<ArrayLike<number>[]> {
  const builder = new OnnxBuilder()
  for (const { name } of [...fn.inputs, ...fn.outputs]) builder.reserve(name)
  const context = new RuleContext(builder, fn)
  for (const { name, value } of fn.inputs) context.hold(value, { name, layout: 'as_ir' })
  emitOperations(context)
  const sized = (shape: readonly number[]) => shape.map((side, axis): OnnxSize => (axis === 0 ? 'images' : side))
  const info = ({ name, value }: { readonly name: string; readonly value: number }) => {
    const { dtype, shape } = context.type(value)
    expect(shape[0]).toBe(anyBatch)
    return { name, element: elementOf[dtype], shape: sized(shape), doc: '' }
  }
  const bytes = encodeModel({
    name: 'f',
    version: '0',
    nodes: builder.nodes,
    initializers: builder.initializers,
    inputs: fn.inputs.map(info),
    outputs: fn.outputs.map(info),
    metadata: {},
  })
  const session = await runtime.InferenceSession.create(bytes, { logSeverityLevel: 3 })
  const results: ArrayLike<number>[] = []
  for (const count of images) {
    const feeds = Object.entries(inputs).map(([name, { shape, data }]) => {
      const values = count === shape[0] ? data : ofFirst(data, shape[0] ?? 1)
      const dims = [count, ...shape.slice(1)]
      switch (types.get(name)?.dtype) {
        case 'i32':
          return [name, new runtime.Tensor('int32', Int32Array.from(values), dims)] as const
        case 'bool':
          return [name, new runtime.Tensor('bool', Uint8Array.from(values), dims)] as const
        default:
          return [name, new runtime.Tensor('float32', Float32Array.from(values), dims)] as const
      }
    })
    const outputs = await session.run(Object.fromEntries(feeds))
    results.push(Array.from((outputs.y?.data ?? []) as ArrayLike<number>, Number))
  }
  await session.release()
  return results
}

function expected({ module, inputs, state }: Frozen): readonly [images: number, values: Float64Array] {
  const { y } = interpret(module, 'f', inputs, state).outputs
  return [y?.shape[0] ?? 0, y?.data ?? new Float64Array()]
}

const inference = opNames.filter((op) => rules[op] !== 'never')

function casesOf(op: OpName): readonly Frozen[] {
  const cases = opCases[op]
  const all = [...(typeof cases === 'string' ? [] : cases), ...(ofImages[op] ?? [])]
  return all.flatMap((each) => (each.attributes.dtype === 'bf16' ? [] : (frozenCase(op, each) ?? [])))
}

describe('every operator of a frozen function in ONNX Runtime is what the interpreter says, for any number of images', () => {
  it('is every operator but those that train and those that freezing computes', () => {
    expect(opNames.filter((op) => !inference.includes(op))).toMatchInlineSnapshot(`
      [
        "read",
        "assign",
        "constant",
        "literal",
        "gaussian_band",
        "random_uniform",
        "random_normal",
        "relu_grad",
        "conv2d_input_grad",
        "conv2d_filter_grad",
        "max_pool_grad",
        "avg_pool_grad",
        "resize_bilinear_grad",
        "resize_nearest_grad",
        "batch_norm_train",
        "batch_norm_grad",
        "adam_update",
        "momentum_update",
      ]
    `)
  })

  it.each(inference)('%s', async (op) => {
    const cases = casesOf(op)
    expect(cases.length).toBeGreaterThan(0)
    for (const frozen of cases) {
      const [images, values] = expected(frozen)
      const [all, first] = await onRuntime(frozen, [images, 1])
      expect(relativeError(all ?? [], values)).toBeLessThan(tolerance)
      expect(relativeError(first ?? [], ofFirst(values, images))).toBeLessThan(tolerance)
    }
  })
})

describeNative('and so it is in a frozen SavedModel', ({ directory: engine }) => {
  it.each(inference)('%s', (op) => {
    for (const frozen of casesOf(op)) {
      const { function: fn, inputs, types } = frozen
      if ([...types.values()].some(({ dtype }) => dtype === 'bool')) continue
      const [images, values] = expected(frozen)
      const folder = mkdtempSync(join(tmpdir(), 'draemc-test-'))
      writeFileSync(join(folder, 'saved_model.pb'), emitInference(fn).bytes)
      for (const count of [images, 1]) {
        const planned = fn.inputs.map(({ name }) => {
          const { dtype, shape } = types.get(name) ?? { dtype: 'f32', shape: [] }
          return {
            name,
            dtype: dtype === 'i32' ? ('i32' as const) : ('f32' as const),
            shape: [count, ...shape.slice(1)],
          }
        })
        const outputs = [{ name: 'y', dtype: 'f32' as const, shape: [] }]
        const session = openSession(
          folder,
          { functions: { f: { inputs: planned, outputs } }, state: [] },
          loadEngine(engine),
        )
        const feeds = planned.map(({ name, dtype }) => {
          const { data } = inputs[name] ?? { data: new Float64Array() }
          const part = count === images ? data : ofFirst(data, images)
          return [name, dtype === 'i32' ? Int32Array.from(part) : Float32Array.from(part)] as const
        })
        const { y } = session.run('f', Object.fromEntries(feeds))
        session.close()
        expect(relativeError(y ?? [], count === images ? values : ofFirst(values, images))).toBeLessThan(tolerance)
      }
      rmSync(folder, { recursive: true })
    }
  })
})

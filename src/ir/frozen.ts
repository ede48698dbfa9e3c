import { invariant } from '../diagnostics/invariant.js'
import type { Tensor } from './interpret/rule.js'
import { interpretRules } from './interpret/rules.js'
import { lastUses } from './interpret/run.js'
import { isDType, textOf } from './ops/attributes.js'
import { sizeOf } from './ops/shape.js'
import type { OpName } from './ops/table.js'
import type { Attributes, DType, IrFunction, NamedValue, Operation, TensorType, ValueId } from './types.js'

/** First side of what depends on an input: any number of images. */
export const anyBatch = -1

/** Row-major values of a tensor that is the same for every input. */
export interface Constant {
  readonly type: TensorType
  readonly data: Float32Array | Int32Array | Uint8Array
}

/**
 * A function of images alone: state has the values of a checkpoint, and what depends on nothing else is computed, in float64 and then
 * rounded to float32. What depends on an input has `anyBatch` as its first side, and every float is f32.
 */
export interface FrozenFunction {
  readonly name: string
  readonly inputs: readonly NamedValue[]
  /** Those that depend on an input, in order. */
  readonly operations: readonly Operation[]
  readonly outputs: readonly NamedValue[]
  readonly types: ReadonlyMap<ValueId, TensorType>
  /** What the operations take beside. */
  readonly constants: ReadonlyMap<ValueId, Constant>
}

/** What a function gives is the same for every image: there is nothing to apply. */
export class ConstantOutput extends Error {
  override readonly name = 'ConstantOutput'
}

/** @throws ConstantOutput */
export function freeze(fn: IrFunction, state: ReadonlyMap<string, Float64Array>): FrozenFunction {
  const types = new Map<ValueId, TensorType>()
  const constants = new Map<ValueId, Constant>()
  const known = new Map<ValueId, Tensor>()
  const operations: Operation[] = []
  const batch = batchOf(fn)
  const uses = lastUses(fn.operations)
  const perImage = broadcastOperands(fn)

  const typeOf = (value: ValueId): TensorType => {
    const type = fn.types.get(value)
    invariant(type, `%${value} of ${fn.name} has no type`)
    return type
  }
  const depends = (value: ValueId): boolean => types.get(value)?.shape[0] === anyBatch
  const ofAnyBatch = (value: ValueId): void => {
    const { dtype, shape } = typeOf(value)
    invariant(shape.length > 0, `%${value} of ${fn.name} depends on the images, and has no side for them`)
    types.set(value, { dtype: single(dtype), shape: [anyBatch, ...shape.slice(1)] })
  }
  const keep = (value: ValueId): void => {
    const tensor = known.get(value)
    if (tensor === undefined || constants.has(value)) return
    const constant = constantOf(perImage.has(value) ? onceOf(tensor, batch) : tensor)
    types.set(value, constant.type)
    constants.set(value, constant)
  }

  for (const { value } of fn.inputs) ofAnyBatch(value)
  for (const [place, operation] of fn.operations.entries()) {
    const { op, operands, attributes, results } = operation
    if (operands.some(depends)) {
      for (const operand of operands) keep(operand)
      for (const result of results) ofAnyBatch(result)
      operations.push({ ...operation, attributes: withAnyBatch(operation) })
    } else if (op === 'read') {
      const data = state.get(textOf(attributes, 'state'))
      for (const result of results) {
        const type = typeOf(result)
        invariant(data?.length === sizeOf(type.shape), `${textOf(attributes, 'state')} has its values`)
        known.set(result, { type, data })
      }
    } else {
      const tensors = operands.map((operand) => {
        const tensor = known.get(operand)
        invariant(tensor, `%${operand} of ${fn.name} is computed before it is used`)
        return tensor
      })
      const data = interpretRules[op as Computed](tensors, attributes, results.map(typeOf))
      for (const [at, result] of results.entries())
        known.set(result, { type: typeOf(result), data: data[at] ?? new Float64Array() })
    }
    for (const value of [...operands, ...results]) if ((uses.get(value) ?? place) <= place) known.delete(value)
  }
  for (const { name, value } of fn.outputs)
    if (!depends(value)) throw new ConstantOutput(`${name} is the same for every image`)
  return { name: fn.name, inputs: fn.inputs, operations, outputs: fn.outputs, types, constants }
}

type Computed = keyof typeof interpretRules

function batchOf({ inputs, types }: IrFunction): number {
  const [first] = inputs
  return first === undefined ? 0 : (types.get(first.value)?.shape[0] ?? 0)
}

function single(dtype: DType): DType {
  return dtype === 'f64' || dtype === 'bf16' ? 'f32' : dtype
}

/** Which attribute is a shape that begins with the images. */
const shapeAttributes: Partial<Record<OpName, string>> = { reshape: 'shape', broadcast_to: 'shape', slice: 'size' }

function withAnyBatch({ op, attributes }: Operation): Attributes {
  const shape = shapeAttributes[op]
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => {
      if (name === 'dtype' && isDType(value)) return [name, single(value)]
      return [name, name === shape && Array.isArray(value) ? [anyBatch, ...value.slice(1)] : value]
    }),
  )
}

/** Operators whose operands are not aligned with each other side by side. */
const products: readonly OpName[] = ['conv2d', 'matmul']

/** Values that are only taken by operators that broadcast. */
function broadcastOperands({ operations }: IrFunction): ReadonlySet<ValueId> {
  const all = new Set(operations.flatMap(({ operands }) => operands))
  for (const { op, operands } of operations) if (products.includes(op)) for (const value of operands) all.delete(value)
  return all
}

/** A constant that is written out for each image of a batch, once. */
function onceOf(tensor: Tensor, batch: number): Tensor {
  const [images, ...rest] = tensor.type.shape
  const size = sizeOf(rest)
  if (images !== batch || rest.length === 0) return tensor
  if (!tensor.data.every((value, at) => value === tensor.data[at % size])) return tensor
  return { type: { ...tensor.type, shape: [1, ...rest] }, data: tensor.data.subarray(0, size) }
}

function constantOf({ type, data }: Tensor): Constant {
  const dtype = single(type.dtype)
  return {
    type: { dtype, shape: type.shape },
    data: dtype === 'i32' ? Int32Array.from(data) : dtype === 'bool' ? Uint8Array.from(data) : Float32Array.from(data),
  }
}

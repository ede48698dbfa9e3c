import { bytesPerValue, toFloat64 } from '../../plan/safetensors.js'
import { refuse } from '../error.js'
import { shown } from '../pickle/machine.js'
import { integerOf, type PickleValue } from '../pickle/values.js'
import type { WeightTensor } from '../tensors.js'
import { type Storages, storageOf } from './storage.js'

const mostAxes = 16

/**
 * `_rebuild_tensor_v2(storage, offset, size, stride, ...)`: a view of a storage. Undefined for what is no tensor.
 *
 * @throws WeightsError for a view that reaches beyond its storage.
 */
export function tensorOf(name: string, value: PickleValue, storages: Storages): WeightTensor | undefined {
  if (value.kind !== 'built' || !value.name.startsWith('torch._utils._rebuild_tensor')) return undefined
  const [storage, offsetValue, sizeValue, strideValue] = value.args
  const reference = storageOf(storage)
  const offset = integerOf(offsetValue)
  const shape = sizesOf(sizeValue)
  const strides = sizesOf(strideValue)
  if (offset === undefined || offset < 0 || shape === undefined || strides?.length !== shape.length)
    return refuse(`the tensor \`${shown(name)}\` of it has a broken shape`)
  const count = shape.reduce((product, side) => product * side, 1)
  const last = shape.reduce((at, side, axis) => at + Math.max(0, side - 1) * (strides[axis] ?? 0), offset)
  if (!Number.isSafeInteger(count) || (count > 0 && !(last < reference.count)))
    return refuse(`the tensor \`${shown(name)}\` of it reaches beyond its storage`)
  // A stride of 0 repeats values: what a file says must not become more than the file is.
  if (count > reference.count) return refuse(`the tensor \`${shown(name)}\` of it has more values than its storage`)
  const { dtype } = reference
  return {
    name,
    dtype,
    shape,
    read: () => {
      const size = bytesPerValue[dtype]
      const span = count === 0 ? 0 : last - offset + 1
      const data = storages(reference).read(offset * size, span * size)
      const values = toFloat64({ dtype, shape: [span], data })
      return isRowMajor(shape, strides) ? values : gathered(values, shape, strides)
    },
  }
}

function sizesOf(value: PickleValue | undefined): readonly number[] | undefined {
  if (value?.kind !== 'tuple' && value?.kind !== 'list') return undefined
  const sizes = value.items.map(integerOf)
  const known = sizes.filter((size) => size !== undefined && size >= 0)
  return known.length === sizes.length && known.length <= mostAxes ? (known as readonly number[]) : undefined
}

function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    const side = shape[axis] ?? 1
    if (side !== 1 && strides[axis] !== expected) return false
    expected *= side
  }
  return true
}

function gathered(values: Float64Array, shape: readonly number[], strides: readonly number[]): Float64Array {
  const result = new Float64Array(shape.reduce((product, side) => product * side, 1))
  const places = shape.map(() => 0)
  let at = 0
  for (let index = 0; index < result.length; index += 1) {
    result[index] = values[at] ?? 0
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      at += strides[axis] ?? 0
      places[axis] = (places[axis] ?? 0) + 1
      if ((places[axis] ?? 0) < (shape[axis] ?? 0)) break
      at -= (strides[axis] ?? 0) * (shape[axis] ?? 0)
      places[axis] = 0
    }
  }
  return result
}

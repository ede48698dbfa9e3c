import type { DType } from '../../ir/types.js'
import type { AttrValue, ShapeProto, TensorProto } from './proto.js'

/** Numbers of tensorflow/core/framework/types.proto. */
export const dataType = {
  float: 1,
  double: 2,
  int32: 3,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  resource: 20,
  uint64: 23,
} as const

const byDType: Readonly<Record<DType, number>> = {
  f32: dataType.float,
  f64: dataType.double,
  i32: dataType.int32,
  bool: dataType.bool,
  bf16: dataType.bfloat16,
}

export function tensorflowType(dtype: DType): number {
  return byDType[dtype]
}

export function shapeProto(shape: readonly number[]): ShapeProto {
  return { dim: shape.map((size) => ({ size })) }
}

export const attr = {
  type: (dtype: DType): AttrValue => ({ type: byDType[dtype] }),
  rawType: (type: number): AttrValue => ({ type }),
  shape: (shape: readonly number[]): AttrValue => ({ shape: shapeProto(shape) }),
  int: (i: number): AttrValue => ({ i }),
  float: (f: number): AttrValue => ({ f }),
  bool: (b: boolean): AttrValue => ({ b }),
  string: (text: string): AttrValue => ({ s: new TextEncoder().encode(text) }),
  ints: (i: readonly number[]): AttrValue => ({ list: { i } }),
  tensor: (tensor: TensorProto): AttrValue => ({ tensor }),
}

/** A tensor of one repeated number; TensorFlow repeats the last value given over the whole shape. */
export function filledTensor(dtype: DType, shape: readonly number[], value: number): TensorProto {
  const base = { dtype: byDType[dtype], tensorShape: shapeProto(shape) }
  switch (dtype) {
    case 'f32':
      return { ...base, floatVal: [value] }
    case 'f64':
      return { ...base, doubleVal: [value] }
    case 'i32':
      return { ...base, intVal: [value] }
    case 'bool':
      return { ...base, boolVal: [value !== 0] }
    case 'bf16':
      return { ...base, halfVal: [bfloat16Bits(value)] }
  }
}

export function floatTensor(shape: readonly number[], values: readonly number[]): TensorProto {
  return { dtype: dataType.float, tensorShape: shapeProto(shape), tensorContent: littleEndian(values, 'setFloat32') }
}

export function doubleTensor(shape: readonly number[], values: readonly number[]): TensorProto {
  return { dtype: dataType.double, tensorShape: shapeProto(shape), tensorContent: littleEndian(values, 'setFloat64') }
}

export function intTensor(shape: readonly number[], values: readonly number[]): TensorProto {
  return { dtype: dataType.int32, tensorShape: shapeProto(shape), tensorContent: littleEndian(values, 'setInt32') }
}

/** One uint64, given as 16 hex digits. */
export function keyTensor(hex: string): TensorProto {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(`0x${hex}`), true)
  return { dtype: dataType.uint64, tensorShape: shapeProto([1]), tensorContent: bytes }
}

function littleEndian(values: readonly number[], set: 'setFloat32' | 'setFloat64' | 'setInt32'): Uint8Array {
  const width = set === 'setFloat64' ? 8 : 4
  const bytes = new Uint8Array(values.length * width)
  const view = new DataView(bytes.buffer)
  for (const [index, value] of values.entries()) view[set](index * width, value, true)
  return bytes
}

/** Upper half of the float32, rounded to nearest even, as the engine's Cast does. */
export function bfloat16Bits(value: number): number {
  const view = new DataView(new ArrayBuffer(4))
  view.setFloat32(0, value)
  const bits = view.getUint32(0)
  if (Number.isNaN(value)) return 0x7fc0
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff
}

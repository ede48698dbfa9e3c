import { invariant } from '../../diagnostics/invariant.js'
import type { DType, TensorType } from '../types.js'

export type Shape = readonly number[]

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, side) => product * side, 1)
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((side, axis) => side === b[axis])
}

export function sameType(a: TensorType, b: TensorType): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape)
}

export function showShape(shape: Shape): string {
  return `[${shape.join(',')}]`
}

export function showType({ dtype, shape }: TensorType): string {
  return `${dtype}${showShape(shape)}`
}

/** NumPy's rule: aligned at the last axis, a side of 1 repeats. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_side, axis) => {
    const first = a[axis - rank + a.length] ?? 1
    const second = b[axis - rank + b.length] ?? 1
    invariant(first === second || first === 1 || second === 1, `${showShape(a)} and ${showShape(b)} do not broadcast`)
    return first === 1 ? second : first
  })
}

/** Distance in values between neighbours along each axis, row-major. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length).fill(1)
  for (let axis = shape.length - 2; axis >= 0; axis -= 1)
    strides[axis] = (strides[axis + 1] ?? 1) * (shape[axis + 1] ?? 1)
  return strides
}

/** The axes of a reduction, checked and ascending. */
export function checkedAxes(axes: readonly number[], rank: number): readonly number[] {
  invariant(
    axes.every((axis, place) => axis >= 0 && axis < rank && (place === 0 || axis > (axes[place - 1] ?? -1))),
    `axes [${axes.join(',')}] are ascending and below the rank ${rank}`,
  )
  return axes
}

export function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): Shape {
  const reduced = new Set(axes)
  if (keepDims) return shape.map((side, axis) => (reduced.has(axis) ? 1 : side))
  return shape.filter((_side, axis) => !reduced.has(axis))
}

export function only(types: readonly TensorType[]): TensorType {
  const [type] = types
  invariant(type !== undefined && types.length === 1, 'one operand')
  return type
}

export function at(types: readonly TensorType[], place: number): TensorType {
  const type = types[place]
  invariant(type, `operand ${place} is there`)
  return type
}

export function isFloat(dtype: DType): boolean {
  return dtype === 'f32' || dtype === 'f64' || dtype === 'bf16'
}

export function requireFloat({ dtype }: TensorType, what = 'the operand'): DType {
  invariant(isFloat(dtype), `${what} is f32, f64 or bf16, not ${dtype}`)
  return dtype
}

export function requireSameDType(a: TensorType, b: TensorType): DType {
  invariant(a.dtype === b.dtype, `${a.dtype} and ${b.dtype} do not mix: cast one`)
  return a.dtype
}

export function requireSameType(a: TensorType, b: TensorType, what: string): void {
  invariant(sameType(a, b), `${what}: ${showType(a)} against ${showType(b)}`)
}

/** A tensor of four axes: [N, H, W, C], or a kernel [h, w, in, out]. */
export function fourAxes(shape: Shape, what: string): readonly [number, number, number, number] {
  const [first, second, third, fourth] = shape
  invariant(
    shape.length === 4 && first !== undefined && second !== undefined && third !== undefined && fourth !== undefined,
    `${what} has four axes, not ${showShape(shape)}`,
  )
  return [first, second, third, fourth]
}

/** Sides of the window's result along one axis, rounded down. */
export function windowCount(side: number, before: number, after: number, extent: number, stride: number): number {
  const room = side + before + after - extent
  invariant(room >= 0, `a window of ${extent} does not fit ${side} with padding ${before} and ${after}`)
  return Math.floor(room / stride) + 1
}

export function requireShape(shape: Shape): Shape {
  invariant(
    shape.every((side) => Number.isInteger(side) && side >= 0),
    `${showShape(shape)} is no shape`,
  )
  return shape
}

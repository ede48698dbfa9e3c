import type { FixtureTensor } from './fixture.js'

/** Axes of ours in PyTorch's: NHWC from NCHW for maps, HWIO from OIHW for kernels, (in, out) from (out, in) for dense weights. */
const fromMap = [0, 2, 3, 1]
const fromKernel = [2, 3, 1, 0]

/** A map [N,C,H,W] as ours [N,H,W,C]; vectors and scalars as they are. */
export function ourMap(tensor: FixtureTensor): FixtureTensor {
  return tensor.shape.length === 4 ? transposed(tensor, fromMap) : tensor
}

/** A weight: a convolution kernel [O,I,H,W] as [H,W,I,O], a dense one [O,I] as [I,O], the rest as it is. */
export function ourWeight(tensor: FixtureTensor): FixtureTensor {
  if (tensor.shape.length === 4) return transposed(tensor, fromKernel)
  return tensor.shape.length === 2 ? transposed(tensor, [1, 0]) : tensor
}

function transposed({ shape, values }: FixtureTensor, permutation: readonly number[]): FixtureTensor {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1))
  const newShape = permutation.map((axis) => shape[axis] ?? 1)
  const newStrides = permutation.map((axis) => strides[axis] ?? 1)
  const result = new Float64Array(values.length)
  const index = newShape.map(() => 0)
  let source = 0
  for (let place = 0; place < result.length; place++) {
    result[place] = values[source] ?? 0
    for (let axis = index.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1
      source += newStrides[axis] ?? 0
      if (next < (newShape[axis] ?? 1)) {
        index[axis] = next
        break
      }
      source -= (newStrides[axis] ?? 0) * (newShape[axis] ?? 1)
      index[axis] = 0
    }
  }
  return { shape: newShape, values: result }
}

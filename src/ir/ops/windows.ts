import { invariant } from '../../diagnostics/invariant.js'
import type { Attributes } from '../types.js'
import { numberOf, numbersOf, paddingOf, stepsOf } from './attributes.js'
import { pure } from './definition.js'
import {
  at,
  fourAxes,
  only,
  requireFloat,
  requireSameDType,
  requireSameType,
  sameShape,
  showShape,
  sizeOf,
  windowCount,
} from './shape.js'

/** Shape of a pooling of x [N,H,W,C]. */
function pooledShape(x: readonly number[], attributes: Attributes) {
  const [batch, height, width, channels] = fourAxes(x, 'x')
  const [sizeY, sizeX] = stepsOf(attributes, 'size')
  const [strideY, strideX] = stepsOf(attributes, 'strides')
  const [top, bottom, left, right] = paddingOf(attributes)
  return [
    batch,
    windowCount(height, top, bottom, sizeY, strideY),
    windowCount(width, left, right, sizeX, strideX),
    channels,
  ]
}

const windowSize = (attributes: Attributes) => sizeOf(stepsOf(attributes, 'size'))
const pooling = { size: 'ints', strides: 'ints', padding: 'ints' } as const

export const maxPool = pure({
  summary:
    'maximum of each window; padding [top, bottom, left, right] that is never the maximum, what does not fill a window is left out',
  operands: ['x'],
  attributes: pooling,
  typeRule: 'float x [N,H,W,C]; [N,floor((H+t+b-h)/s)+1,..,C]',
  types: (operands, attributes) => {
    const x = only(operands)
    return [{ dtype: requireFloat(x), shape: pooledShape(x.shape, attributes) }]
  },
  flops: (_operands, results, attributes) => sizeOf(at(results, 0).shape) * windowSize(attributes),
})

export const maxPoolGrad = pure({
  summary: 'gradient of max_pool by x: to the first maximum of the window in row-major order',
  operands: ['x', 'y', 'dy'],
  results: ['dx'],
  attributes: pooling,
  typeRule: 'y and dy as max_pool gives of x; the type of x',
  types: (operands, attributes) => {
    const x = at(operands, 0)
    const y = at(operands, 1)
    requireSameDType(x, y)
    requireSameType(y, at(operands, 2), 'value against gradient')
    const pooled = pooledShape(x.shape, attributes)
    invariant(sameShape(pooled, y.shape), `max_pool gives ${showShape(pooled)}, y is ${showShape(y.shape)}`)
    return [x]
  },
  flops: (operands, _results, attributes) => sizeOf(at(operands, 1).shape) * windowSize(attributes),
})

export const avgPool = pure({
  summary: 'mean of each window; padding [top, bottom, left, right] of zeros that count',
  operands: ['x'],
  attributes: pooling,
  typeRule: 'float x [N,H,W,C]; [N,floor((H+t+b-h)/s)+1,..,C]',
  types: (operands, attributes) => {
    const x = only(operands)
    return [{ dtype: requireFloat(x), shape: pooledShape(x.shape, attributes) }]
  },
  flops: (_operands, results, attributes) => sizeOf(at(results, 0).shape) * windowSize(attributes),
})

export const avgPoolGrad = pure({
  summary: 'gradient of avg_pool by x',
  operands: ['dy'],
  results: ['dx'],
  attributes: { ...pooling, input_shape: 'ints' },
  typeRule: 'dtype of dy; input_shape',
  types: (operands, attributes) => {
    const dy = only(operands)
    const shape = numbersOf(attributes, 'input_shape')
    const pooled = pooledShape(shape, attributes)
    invariant(
      sameShape(pooled, dy.shape),
      `avg_pool gives ${showShape(pooled)}, its gradient is ${showShape(dy.shape)}`,
    )
    return [{ dtype: requireFloat(dy), shape }]
  },
  flops: (operands, _results, attributes) => sizeOf(only(operands).shape) * windowSize(attributes),
})

function resizedShape(shape: readonly number[], attributes: Attributes) {
  const [batch, , , channels] = fourAxes(shape, 'x')
  const height = numberOf(attributes, 'height')
  const width = numberOf(attributes, 'width')
  invariant(height >= 1 && width >= 1, `${height}x${width} is no size`)
  return [batch, height, width, channels]
}

const bilinear = { height: 'int', width: 'int', align_corners: 'bool' } as const

export const resizeBilinear = pure({
  summary:
    'bilinear interpolation; align_corners: source = i (in-1)/(out-1), corners on corners; else half-pixel centres, clamped at the border',
  operands: ['x'],
  attributes: bilinear,
  typeRule: 'float x [N,H,W,C]; [N,height,width,C]',
  types: (operands, attributes) => {
    const x = only(operands)
    return [{ dtype: requireFloat(x), shape: resizedShape(x.shape, attributes) }]
  },
  flops: (_operands, results) => 8 * sizeOf(at(results, 0).shape),
})

export const resizeBilinearGrad = pure({
  summary: 'gradient of resize_bilinear by x; height and width are those of x',
  operands: ['dy'],
  results: ['dx'],
  attributes: bilinear,
  typeRule: 'float dy [N,H,W,C]; [N,height,width,C]',
  types: (operands, attributes) => {
    const dy = only(operands)
    return [{ dtype: requireFloat(dy), shape: resizedShape(dy.shape, attributes) }]
  },
  flops: (operands) => 8 * sizeOf(only(operands).shape),
})

const nearest = { height: 'int', width: 'int' } as const

function requireMultiple(small: readonly number[], large: readonly number[]): void {
  const [, height, width] = fourAxes(small, 'the smaller')
  const [, largeHeight, largeWidth] = fourAxes(large, 'the larger')
  invariant(
    largeHeight % height === 0 && largeWidth % width === 0,
    `${largeHeight}x${largeWidth} is no multiple of ${height}x${width}`,
  )
}

export const resizeNearest = pure({
  summary: 'repeats each value by an integer factor',
  operands: ['x'],
  attributes: nearest,
  typeRule: 'float x [N,H,W,C], height and width multiples of its sides; [N,height,width,C]',
  types: (operands, attributes) => {
    const x = only(operands)
    const shape = resizedShape(x.shape, attributes)
    requireMultiple(x.shape, shape)
    return [{ dtype: requireFloat(x), shape }]
  },
  flops: () => 0,
})

export const resizeNearestGrad = pure({
  summary: 'gradient of resize_nearest by x; height and width are those of x',
  operands: ['dy'],
  results: ['dx'],
  attributes: nearest,
  typeRule: 'float dy [N,H,W,C], its sides multiples of height and width; [N,height,width,C]',
  types: (operands, attributes) => {
    const dy = only(operands)
    const shape = resizedShape(dy.shape, attributes)
    requireMultiple(shape, dy.shape)
    return [{ dtype: requireFloat(dy), shape }]
  },
  flops: (operands) => sizeOf(only(operands).shape),
})

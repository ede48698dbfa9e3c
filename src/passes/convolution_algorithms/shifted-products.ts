import { single } from '../../ir/builder.js'
import type { OpName } from '../../ir/ops/table.js'
import type { Attributes, ValueId } from '../../ir/types.js'
import type { Algorithm } from './algorithm.js'

/**
 * The gradient by the kernel as one matrix product a tap. With x padded as the convolution pads it and dy padded by zeros to the
 * same rows and columns, both as matrices of pixels by channels, a tap is x shifted by a number of pixels, transposed, times dy:
 * where a shift runs into the next row or image, dy is zero. A shift is a slice of rows, which moves nothing.
 */
export const shiftedProducts: Algorithm = {
  summary: 'gradients by the kernel as one matrix product a tap, of shifted pixels',
  applies: ({ op, strides, kernel }) =>
    op === 'conv2d_filter_grad' && strides.every((step) => step === 1) && (kernel[0] !== 1 || kernel[1] !== 1),
  open:
    (writer) =>
    ({ x: xShape, kernel, y, padding, dilations }, x, dy, path) => {
      const one = (op: OpName, operands: readonly ValueId[], attributes: Attributes = {}) =>
        single(writer, op, operands, attributes, path)
      const [batch = 1, height = 1, width = 1, inputs = 1] = xShape
      const [, rows = 1, columns = 1, outputs = 1] = y
      const [tapRows = 1, tapColumns = 1] = kernel
      const [top, bottom, left, right] = padding
      const [paddedRows, paddedColumns] = [height + top + bottom, width + left + right]
      const none = [0, 0]
      const shift = (row: number, column: number) => row * dilations[0] * paddedColumns + column * dilations[1]
      // The last taps reach beyond the last pixel; there dy is zero.
      const pixels = batch * paddedRows * paddedColumns - shift(tapRows - 1, tapColumns - 1)
      const flat = (map: ValueId, channels: number) =>
        one('reshape', [map], { shape: [batch * paddedRows * paddedColumns, channels] })
      const cut = (matrix: ValueId, from: number, channels: number) =>
        one('slice', [matrix], { begin: [from, 0], size: [pixels, channels] })
      // Not before dy is there: an engine would pad x while it runs forward, and keep it.
      const late = one('after', [x, dy])
      const paddedX = flat(one('pad', [late], { paddings: [none, [top, bottom], [left, right], none] }), inputs)
      const zeros = [none, [0, paddedRows - rows], [0, paddedColumns - columns], none]
      const paddedDy = cut(flat(one('pad', [dy], { paddings: zeros }), outputs), 0, outputs)
      const taps = Array.from({ length: tapRows * tapColumns }, (_, tap) => {
        const from = shift(Math.floor(tap / tapColumns), tap % tapColumns)
        const product = one('matmul', [cut(paddedX, from, inputs), paddedDy], { transpose_a: true, transpose_b: false })
        return one('reshape', [product], { shape: [1, inputs, outputs] })
      })
      return one('reshape', [one('concat', taps, { axis: 0 })], { shape: kernel })
    },
}

import { single } from '../../ir/builder.js'
import type { OpName } from '../../ir/ops/table.js'
import type { Attributes, ValueId } from '../../ir/types.js'
import type { Algorithm } from './algorithm.js'
import { isDense } from './convolution.js'

/**
 * The gradient by the kernel as one matrix product: the pixels that each place of the output read, gathered, times dy. The same
 * sums as by the definition (the im2col of Chellapilla and others, "High Performance Convolutional Neural Networks for Document
 * Processing", 2006). What is gathered is `rows x columns` times as large as x.
 */
export const gatheredProduct: Algorithm = {
  summary: 'gradients by the kernel as one product of gathered pixels',
  applies: (convolution) =>
    convolution.op === 'conv2d_filter_grad' &&
    isDense(convolution) &&
    (convolution.kernel[0] !== 1 || convolution.kernel[1] !== 1),
  open:
    (writer) =>
    ({ x: xShape, kernel, y, padding }, x, dy, path) => {
      const one = (op: OpName, operands: readonly ValueId[], attributes: Attributes = {}) =>
        single(writer, op, operands, attributes, path)
      const [batch = 1, rows = 1, columns = 1, outputs = 1] = y
      const [height = 1, width = 1, inputs = 1] = kernel
      const [top, bottom, left, right] = padding
      // Not before dy is there: the gathered pixels are large, and an engine would gather them while it runs forward.
      const late = one('after', [x, dy])
      const none = [0, 0]
      const padded = one('pad', [late], { paddings: [none, [top, bottom], [left, right], none] })
      const size = [batch, rows, columns, xShape[3] ?? 1]
      const taps = Array.from({ length: height * width }, (_, tap) =>
        one('slice', [padded], { begin: [0, Math.floor(tap / width), tap % width, 0], size }),
      )
      const pixels = batch * rows * columns
      const gathered = one('reshape', [one('concat', taps, { axis: 3 })], { shape: [pixels, height * width * inputs] })
      const gradients = one('reshape', [dy], { shape: [pixels, outputs] })
      const product = one('matmul', [gathered, gradients], { transpose_a: true, transpose_b: false })
      return one('reshape', [product], { shape: kernel })
    },
}

import type { Algorithm } from './algorithm.js'
import { isDense } from './convolution.js'
import { TransformWriter } from './winograd-transforms.js'

/**
 * Minimal filtering: 16 products for each tile of 2 x 2 outputs in place of 36, as 16 matrix products over all tiles. It pays where
 * the products saved outweigh the transforms, which move every value several times: with many channels. In float32 only; errors
 * are of the size of the definition's (docs/decisions/0008).
 */
export const winograd: Algorithm = {
  summary: 'minimal filtering, 16 products a tile of 2 x 2 in place of 36',
  /** 3 x 3, every step 1, padded by one, even sides. */
  applies: (convolution) => {
    const { dtype, x, kernel, padding } = convolution
    if (dtype !== 'f32' || !isDense(convolution) || kernel[0] !== 3 || kernel[1] !== 3) return false
    return padding.every((side) => side === 1) && (x[1] ?? 1) % 2 === 0 && (x[2] ?? 1) % 2 === 0
  },
  open: (writer) => {
    const transforms = new TransformWriter(writer)
    return ({ op, x }, a, b, path) => {
      const [batch = 1, height = 1, width = 1] = x
      const map = { batch, height, width }
      switch (op) {
        case 'conv2d':
          return transforms.convolution(a, b, map, path)
        case 'conv2d_input_grad':
          return transforms.inputGradient(a, b, map, path)
        case 'conv2d_filter_grad':
          return transforms.filterGradient(a, b, map, path)
      }
    }
  },
}

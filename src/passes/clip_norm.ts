import type { ValueId } from '../ir/types.js'
import type { Rewriter } from './rewriter.js'

/** Euclidean norm of all of them together, at least one. */
export function normOf(rewriter: Rewriter, gradients: readonly ValueId[]): ValueId {
  const squares = gradients.map((gradient) => {
    const axes = rewriter.type(gradient).shape.map((_, axis) => axis)
    const square = rewriter.one('square', [gradient])
    return axes.length === 0 ? square : rewriter.one('reduce_sum', [square], { axes, keep_dims: false })
  })
  return rewriter.one('sqrt', [squares.reduce((sum, square) => rewriter.one('add', [sum, square]))])
}

/**
 * All gradients times min(1, limit / norm), with the norm of all of them together (Pascanu et al. 2013). Where they are all 0 the
 * share is infinite, and they stay. PyTorch's `clip_grad_norm_` adds 1e-6 to the norm.
 */
export function clippedByNorm(rewriter: Rewriter, gradients: readonly ValueId[], limit: number): readonly ValueId[] {
  if (gradients.length === 0) return gradients
  const norm = normOf(rewriter, gradients)
  const number = (value: number): ValueId => rewriter.scalar(value, rewriter.type(norm).dtype)
  const share = rewriter.one('div', [number(limit), norm])
  const factor = rewriter.one('minimum', [share, number(1)])
  return gradients.map((gradient) => rewriter.one('mul', [gradient, factor]))
}

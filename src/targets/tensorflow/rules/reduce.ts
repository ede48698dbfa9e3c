import { attr } from '../data-types.js'
import { flag, numbers, operand, type Rule, resultType } from '../rule.js'

/** Sum, Mean or Max over `axes`. */
export function reduction(op: 'Sum' | 'Mean' | 'Max'): Rule {
  return (operation, context) => {
    const x = operand(operation, 0)
    const { dtype, shape } = context.type(x)
    const axes = numbers(operation, 'axes')
    const keepDims = flag(operation, 'keep_dims')
    const isBiasGradient =
      op === 'Sum' &&
      !keepDims &&
      shape.length > 1 &&
      axes.length === shape.length - 1 &&
      !axes.includes(shape.length - 1)
    if (isBiasGradient) return [context.node(operation, 'BiasAddGrad', [context.tensor(x)], { T: attr.type(dtype) })]
    return [
      context.node(operation, op, [context.tensor(x), context.ints(axes)], {
        T: attr.type(dtype),
        Tidx: attr.type('i32'),
        keep_dims: attr.bool(keepDims),
      }),
    ]
  }
}

export const matmul: Rule = (operation, context) => {
  const [a, b] = [operand(operation, 0), operand(operation, 1)]
  const inputs = [context.tensor(a), context.tensor(b)]
  const [transposeA, transposeB] = [
    attr.bool(flag(operation, 'transpose_a')),
    attr.bool(flag(operation, 'transpose_b')),
  ]
  const from = context.type(a).dtype
  const T = attr.type(from)
  const isMatrix = context.type(a).shape.length === 2 && context.type(b).shape.length === 2
  const product = isMatrix
    ? context.node(operation, 'MatMul', inputs, { T, transpose_a: transposeA, transpose_b: transposeB })
    : context.node(operation, 'BatchMatMulV2', inputs, { T, adj_x: transposeA, adj_y: transposeB })
  return [context.cast(operation, product, from, resultType(operation, context).dtype)]
}

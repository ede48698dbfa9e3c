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

/** TopKV2 sorts what it finds: the last of k is the k-th largest. */
export const kthLargest: Rule = (operation, context) => {
  const x = operand(operation, 0)
  const { dtype, shape } = context.type(x)
  const kept = shape.slice(0, -1)
  const k = Number(operation.attributes.k)
  const [T, int32] = [attr.type(dtype), attr.type('i32')]
  const top = context.node(
    operation,
    'TopKV2',
    [context.tensor(x), context.ints([k], [])],
    { T, Tk: int32, sorted: attr.bool(true) },
    '_top',
  )
  const begin = context.ints([...kept.map(() => 0), k - 1])
  const last = context.node(operation, 'Slice', [top, begin, context.ints([...kept, 1])], { T, Index: int32 }, '_last')
  return [context.node(operation, 'Reshape', [last, context.ints(kept)], { T, Tshape: int32 })]
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

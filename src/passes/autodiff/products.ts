import { flagOf } from '../../ir/ops/attributes.js'
import { type GradientRule, throughFirst } from './rule.js'

/** For Y = A' B', where ' is the transpose if asked: dA' = dY B'^T and dB' = A'^T dY, transposed back by the same flags. */
export const matmul: GradientRule = throughFirst((site, dy) => {
  const a = site.operand(0)
  const b = site.operand(1)
  const ta = flagOf(site.attributes, 'transpose_a')
  const tb = flagOf(site.attributes, 'transpose_b')
  const product = (left: number, right: number, transposeA: boolean, transposeB: boolean) =>
    site.one('matmul', [left, right], { transpose_a: transposeA, transpose_b: transposeB })
  const da = () => (ta ? product(b, dy, tb, true) : product(dy, b, false, !tb))
  const db = () => (tb ? product(dy, a, true, ta) : product(a, dy, !ta, false))
  return [
    site.wants(0) ? site.unbroadcast(da(), site.shape(a)) : undefined,
    site.wants(1) ? site.unbroadcast(db(), site.shape(b)) : undefined,
  ]
})

export const conv2d: GradientRule = throughFirst((site, dy) => {
  const x = site.operand(0)
  const kernel = site.operand(1)
  const byInput = { ...site.attributes, input_shape: site.shape(x) }
  const byKernel = { ...site.attributes, kernel_shape: site.shape(kernel) }
  return [
    site.wants(0) ? site.one('conv2d_input_grad', [kernel, dy], byInput) : undefined,
    site.wants(1) ? site.one('conv2d_filter_grad', [x, dy], byKernel) : undefined,
  ]
})

import { isFloat } from '../../ir/ops/shape.js'
import type { ValueId } from '../../ir/types.js'
import { type GradientRule, type GradientSite, throughFirst, throughOnly } from './rule.js'

export const neg = throughOnly((site, dy) => site.one('neg', [dy]))
export const exp = throughOnly((site, dy) => site.one('mul', [dy, site.result()]))
export const log = throughOnly((site, dy) => site.one('div', [dy, site.operand(0)]))
export const sqrt = throughOnly((site, dy) => site.one('div', [site.scaled(dy, 0.5), site.result()]))

/** d x^(-1/2) = -1/2 x^(-3/2). */
export const rsqrt = throughOnly((site, dy) => {
  const y = site.result()
  return site.one('mul', [site.scaled(dy, -0.5), site.one('mul', [y, site.one('square', [y])])])
})

export const square = throughOnly((site, dy) => site.one('mul', [site.scaled(dy, 2), site.operand(0)]))
/** Zero at zero, as PyTorch has it. */
export const abs = throughOnly((site, dy) => site.one('mul', [dy, site.one('sign', [site.operand(0)])]))
export const relu = throughOnly((site, dy) => site.one('relu_grad', [dy, site.result()]))

export const sigmoid = throughOnly((site, dy) => {
  const y = site.result()
  const slope = site.one('mul', [y, site.one('sub', [site.scalar(1, site.type(y).dtype), y])])
  return site.one('mul', [dy, slope])
})

export const tanh = throughOnly((site, dy) => {
  const y = site.result()
  const slope = site.one('sub', [site.scalar(1, site.type(y).dtype), site.one('square', [y])])
  return site.one('mul', [dy, slope])
})

export const softplus = throughOnly((site, dy) => site.one('mul', [dy, site.one('sigmoid', [site.operand(0)])]))

/** Between float types the gradient is cast back; integers and truth values have none. */
export const cast: GradientRule = throughFirst((site, dy) => {
  const { dtype } = site.type(site.operand(0))
  return isFloat(dtype) && isFloat(site.type(dy).dtype) ? [site.one('cast', [dy], { dtype })] : []
})

/** Both operands of a binary operator, each summed over what it was repeated along. */
function binary(
  left: (site: GradientSite, dy: ValueId) => ValueId,
  right: (site: GradientSite, dy: ValueId) => ValueId,
): GradientRule {
  return throughFirst((site, dy) =>
    [left, right].map((rule, place) =>
      site.wants(place) ? site.unbroadcast(rule(site, dy), site.shape(site.operand(place))) : undefined,
    ),
  )
}

export const add = binary(
  (_site, dy) => dy,
  (_site, dy) => dy,
)
export const sub = binary(
  (_site, dy) => dy,
  (site, dy) => site.one('neg', [dy]),
)
export const mul = binary(
  (site, dy) => site.one('mul', [dy, site.operand(1)]),
  (site, dy) => site.one('mul', [dy, site.operand(0)]),
)
export const div = binary(
  (site, dy) => site.one('div', [dy, site.operand(1)]),
  (site, dy) => site.one('neg', [site.one('div', [site.one('mul', [dy, site.result()]), site.operand(1)])]),
)

/** To the operand that was chosen; at a tie each has half, as PyTorch has it. */
function chosen(first: 'greater' | 'less', second: 'greater' | 'less'): GradientRule {
  const share = (comparison: 'greater' | 'less') => (site: GradientSite, dy: ValueId) => {
    const operands = [site.operand(0), site.operand(1)]
    const zero = site.scalar(0, site.type(dy).dtype)
    const half = site.one('select', [site.one('equal', operands), site.scaled(dy, 0.5), zero])
    return site.one('select', [site.one(comparison, operands), dy, half])
  }
  return binary(share(first), share(second))
}

export const maximum = chosen('greater', 'less')
export const minimum = chosen('less', 'greater')

export const select: GradientRule = throughFirst((site, dy) => {
  const condition = site.operand(0)
  const zero = site.scalar(0, site.type(dy).dtype)
  const part = (place: number, branches: readonly [ValueId, ValueId]) =>
    site.wants(place)
      ? site.unbroadcast(site.one('select', [condition, ...branches]), site.shape(site.operand(place)))
      : undefined
  return [undefined, part(1, [dy, zero]), part(2, [zero, dy])]
})

import { numberOf } from '../../ir/ops/attributes.js'
import type { ValueId } from '../../ir/types.js'
import { type GradientRule, type GradientSite, throughFirst } from './rule.js'

/** Through y alone: batch mean and variance feed the running statistics, which no gradient enters. */
export const batchNormTrain: GradientRule = throughFirst((site, dy) =>
  site.all('batch_norm_grad', [dy, site.operand(0), site.operand(1), site.result(1), site.result(2)], {
    epsilon: numberOf(site.attributes, 'epsilon'),
  }),
)

/** Mean and variance are fixed here: no gradient by them. */
export const batchNormInference: GradientRule = throughFirst((site, dy) => {
  const x = site.operand(0)
  const { dtype, shape } = site.type(x)
  const statistics = site.type(site.operand(4)).dtype
  const epsilon = site.scalar(numberOf(site.attributes, 'epsilon'), statistics)
  const inverse = site.one('rsqrt', [site.one('add', [site.operand(4), epsilon])])
  const cast = (value: ValueId, to: typeof dtype) =>
    site.type(value).dtype === to ? value : site.one('cast', [value], { dtype: to })
  const wide = () => cast(dy, statistics)
  const dx = () => site.one('mul', [dy, cast(site.one('mul', [site.operand(1), inverse]), dtype)])
  const dscale = () => {
    const centred = site.one('sub', [cast(x, statistics), site.operand(3)])
    return site.one('mul', [overBatch(site, site.one('mul', [wide(), centred]), shape.length), inverse])
  }
  return [
    site.wants(0) ? dx() : undefined,
    site.wants(1) ? dscale() : undefined,
    site.wants(2) ? overBatch(site, wide(), shape.length) : undefined,
  ]
})

function overBatch(site: GradientSite, value: ValueId, rank: number): ValueId {
  return site.one('reduce_sum', [value], {
    axes: Array.from({ length: rank - 1 }, (_axis, place) => place),
    keep_dims: false,
  })
}

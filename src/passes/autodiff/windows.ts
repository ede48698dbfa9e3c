import { fourAxes } from '../../ir/ops/shape.js'
import { type GradientSite, throughOnly } from './rule.js'

export const maxPool = throughOnly((site, dy) =>
  site.one('max_pool_grad', [site.operand(0), site.result(), dy], site.attributes),
)

export const avgPool = throughOnly((site, dy) =>
  site.one('avg_pool_grad', [dy], { ...site.attributes, input_shape: site.shape(site.operand(0)) }),
)

function inputSides(site: GradientSite) {
  const [, height, width] = fourAxes(site.shape(site.operand(0)), 'x')
  return { height, width }
}

export const resizeBilinear = throughOnly((site, dy) =>
  site.one('resize_bilinear_grad', [dy], { ...site.attributes, ...inputSides(site) }),
)

export const resizeNearest = throughOnly((site, dy) => site.one('resize_nearest_grad', [dy], inputSides(site)))

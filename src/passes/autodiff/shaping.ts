import { numberOf, numbersOf, pairsOf } from '../../ir/ops/attributes.js'
import { type GradientRule, throughFirst, throughOnly } from './rule.js'

export const reshape = throughOnly((site, dy) => site.reshaped(dy, site.shape(site.operand(0))))

export const transpose = throughOnly((site, dy) => {
  const perm = numbersOf(site.attributes, 'perm')
  return site.one('transpose', [dy], { perm: perm.map((_axis, place) => perm.indexOf(place)) })
})

export const broadcastTo = throughOnly((site, dy) => site.unbroadcast(dy, site.shape(site.operand(0))))

export const concat: GradientRule = throughFirst((site, dy) => {
  const axis = numberOf(site.attributes, 'axis')
  let begin = 0
  return site.operation.operands.map((operand, place) => {
    const size = site.shape(operand)
    const from = size.map((_side, at) => (at === axis ? begin : 0))
    begin += size[axis] ?? 0
    return site.wants(place) ? site.one('slice', [dy], { begin: from, size }) : undefined
  })
})

export const slice = throughOnly((site, dy) => {
  const begin = numbersOf(site.attributes, 'begin')
  const size = numbersOf(site.attributes, 'size')
  const paddings = site.shape(site.operand(0)).map((side, axis) => {
    const before = begin[axis] ?? 0
    return [before, side - before - (size[axis] ?? 0)]
  })
  return site.one('pad', [dy], { paddings })
})

export const pad = throughOnly((site, dy) => {
  const begin = pairsOf(site.attributes, 'paddings').map(([before = 0]) => before)
  return site.one('slice', [dy], { begin, size: site.shape(site.operand(0)) })
})

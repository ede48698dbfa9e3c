import type { DType } from '../../ir/types.js'
import { fits, integers, madeBy, type Rule } from './rule.js'

/** What has the due type already stays as it is. */
export const identity: Rule = (site) => {
  const [x] = site.operands
  return x !== undefined && fits(site, x) ? x : undefined
}

/** A reshape of a reshape is one. */
export const reshape: Rule = (site) => {
  const unchanged = identity(site)
  if (unchanged !== undefined) return unchanged
  const inner = madeBy(site.operands[0], 'reshape', site.rewriter)?.operands[0]
  if (inner === undefined) return undefined
  if (fits(site, inner)) return inner
  return site.rewriter.one('reshape', [inner], { shape: site.type.shape }, site.operation.path)
}

/** Two transposes are one; one that moves nothing is none. */
export const transpose: Rule = ({ operation, operands, rewriter }) => {
  const [x] = operands
  const perm = integers(operation, 'perm')
  if (x !== undefined && perm.every((axis, place) => axis === place)) return x
  const inner = madeBy(x, 'transpose', rewriter)
  const source = inner?.operands[0]
  if (!inner || source === undefined) return undefined
  const innerPerm = integers(inner, 'perm')
  const both = perm.map((axis) => innerPerm[axis] ?? 0)
  if (both.every((axis, place) => axis === place)) return source
  return rewriter.one('transpose', [source], { perm: both }, operation.path)
}

/** To the type that a value had before it was widened: bf16 -> f32 -> bf16 is exact, as is f32 -> f64 -> f32. (Narrowing first is not: it rounds.) */
export const cast: Rule = (site) => {
  const unchanged = identity(site)
  if (unchanged !== undefined) return unchanged
  const { operands, rewriter, type } = site
  const [widened] = operands
  const inner = madeBy(widened, 'cast', rewriter)?.operands[0]
  if (widened === undefined || inner === undefined || rewriter.type(inner).dtype !== type.dtype) return undefined
  return widerThan[type.dtype]?.includes(rewriter.type(widened).dtype) ? inner : undefined
}

/** What holds every value of a type. */
const widerThan: Readonly<Partial<Record<DType, readonly DType[]>>> = { bf16: ['f32', 'f64'], f32: ['f64'] }

/** One operand is no concatenation. */
export const concat: Rule = (site) => (site.operands.length === 1 ? identity(site) : undefined)

/** The sum of a value that was spread out of shape [] is the value times the count. */
export const reduceSum: Rule = (site) => {
  const { operation, operands, rewriter, type } = site
  const unchanged = integers(operation, 'axes').length === 0 ? identity(site) : undefined
  if (unchanged !== undefined) return unchanged
  const spread = madeBy(operands[0], 'broadcast_to', rewriter)
  const inner = spread?.operands[0]
  if (!spread || inner === undefined || rewriter.shape(inner).length > 0) return undefined
  const whole = integers(spread, 'shape')
  const count = integers(operation, 'axes').reduce((product, axis) => product * (whole[axis] ?? 1), 1)
  const sum = rewriter.one('mul', [inner, rewriter.scalar(count, type.dtype)], {}, operation.path)
  return type.shape.length === 0 ? sum : rewriter.one('broadcast_to', [sum], { shape: type.shape }, operation.path)
}

/** What was a relu already has no negative values. */
export const relu: Rule = ({ operands, rewriter }) => (madeBy(operands[0], 'relu', rewriter) ? operands[0] : undefined)

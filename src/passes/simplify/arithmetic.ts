import type { ValueId } from '../../ir/types.js'
import { fits, madeBy, numberOf, type Rule, type Site } from './rule.js'

/** x + 0 is x; x + -y is x - y; a + (b + x) with numbers a, b is one sum. */
export const add: Rule = (site) => {
  const { operands, rewriter } = site
  const [left, right] = operands
  if (left === undefined || right === undefined) return undefined
  if (numberOf(right, rewriter) === 0 && fits(site, left)) return left
  if (numberOf(left, rewriter) === 0 && fits(site, right)) return right
  const negatedRight = madeBy(right, 'neg', rewriter)?.operands[0]
  if (negatedRight !== undefined) return emit(site, 'sub', left, negatedRight)
  const negatedLeft = madeBy(left, 'neg', rewriter)?.operands[0]
  if (negatedLeft !== undefined) return emit(site, 'sub', right, negatedLeft)
  return withoutBroadcast(site, left, right)
}

/** x - 0 is x; 0 - x is -x; x - -y is x + y. */
export const sub: Rule = (site) => {
  const { operands, rewriter } = site
  const [left, right] = operands
  if (left === undefined || right === undefined) return undefined
  if (numberOf(right, rewriter) === 0 && fits(site, left)) return left
  if (numberOf(left, rewriter) === 0 && fits(site, right)) return rewriter.one('neg', [right], {}, site.operation.path)
  const negated = madeBy(right, 'neg', rewriter)?.operands[0]
  if (negated !== undefined) return emit(site, 'add', left, negated)
  return withoutBroadcast(site, left, right)
}

/** x 1 is x; x -1 is -x; (x a) b with numbers a, b is x (a b). */
export const mul: Rule = (site) => {
  const [left, right] = site.operands
  if (left === undefined || right === undefined) return undefined
  return scaled(site, left, right) ?? scaled(site, right, left) ?? withoutBroadcast(site, left, right)
}

function scaled(site: Site, x: ValueId, scale: ValueId): ValueId | undefined {
  const { rewriter, operation } = site
  const number = numberOf(scale, rewriter)
  if (number === undefined) return undefined
  if (number === 1 && fits(site, x)) return x
  if (number === -1 && fits(site, x)) return rewriter.one('neg', [x], {}, operation.path)
  const inner = madeBy(x, 'mul', rewriter)
  if (!inner || !fits(site, x) || rewriter.shape(scale).length > 0) return undefined
  const [first, second] = inner.operands
  if (first === undefined || second === undefined) return undefined
  for (const [base, factor] of [
    [first, second],
    [second, first],
  ] as const) {
    const other = numberOf(factor, rewriter)
    if (other === undefined || !fits(site, base)) continue
    return rewriter.one('mul', [base, rewriter.scalar(other * number, site.type.dtype)], {}, operation.path)
  }
  return undefined
}

/** x / 1 is x; x / a is x (1/a) where that is exact, for a power of two. */
export const div: Rule = (site) => {
  const { operands, rewriter, operation } = site
  const [left, right] = operands
  if (left === undefined || right === undefined) return undefined
  const number = numberOf(right, rewriter)
  if (number === 1 && fits(site, left)) return left
  if (number !== undefined && isPowerOfTwo(number) && fits(site, left))
    return rewriter.one('mul', [left, rewriter.scalar(1 / number, site.type.dtype)], {}, operation.path)
  return withoutBroadcast(site, left, right)
}

/**
 * An operand that is only spread out to the shape that the other one gives the result anyhow need not be: a broadcast value, or a
 * tensor filled with one number.
 */
function withoutBroadcast(site: Site, left: ValueId, right: ValueId): ValueId | undefined {
  const { operation, rewriter } = site
  const small = (value: ValueId, other: ValueId): ValueId | undefined => {
    if (!fits(site, other)) return undefined
    const number = rewriter.shape(value).length > 0 ? numberOf(value, rewriter) : undefined
    if (number !== undefined) return rewriter.scalar(number, site.type.dtype)
    return madeBy(value, 'broadcast_to', rewriter)?.operands[0]
  }
  const smallLeft = small(left, right)
  if (smallLeft !== undefined) return rewriter.one(operation.op, [smallLeft, right], {}, operation.path)
  const smallRight = small(right, left)
  return smallRight === undefined ? undefined : rewriter.one(operation.op, [left, smallRight], {}, operation.path)
}

function emit(site: Site, op: 'add' | 'sub', left: ValueId, right: ValueId): ValueId {
  return site.rewriter.one(op, [left, right], {}, site.operation.path)
}

/** -(-x) is x; -(a - b) is b - a; -(x a) with a number a is x (-a). */
export const neg: Rule = ({ operands, operation, rewriter, type }) => {
  const [x] = operands
  const inner = madeBy(x, 'neg', rewriter)?.operands[0]
  if (inner !== undefined) return inner
  const difference = madeBy(x, 'sub', rewriter)?.operands
  if (difference?.[0] !== undefined && difference[1] !== undefined)
    return rewriter.one('sub', [difference[1], difference[0]], {}, operation.path)
  const product = madeBy(x, 'mul', rewriter)?.operands
  const factor = numberOf(product?.[1], rewriter)
  if (product?.[0] === undefined || factor === undefined || rewriter.shape(product[1] ?? -1).length > 0)
    return undefined
  return rewriter.one('mul', [product[0], rewriter.scalar(-factor, type.dtype)], {}, operation.path)
}

/** By halving and doubling, which are exact: `Math.log2` is not the same everywhere. */
function isPowerOfTwo(number: number): boolean {
  let rest = Math.abs(number)
  if (rest === 0 || !Number.isFinite(rest)) return false
  while (rest > 1) rest /= 2
  while (rest < 1) rest *= 2
  return rest === 1
}

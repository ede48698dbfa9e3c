import type { ModelPrimitive } from '../check/primitives/table.js'
import { invariant } from '../diagnostics/invariant.js'
import type { ValueId } from '../ir/types.js'
import { type LoweringContext, type LoweringRule, pair } from './context.js'

export const l1: LoweringRule<ModelPrimitive> = (_node, operands, { emit }) => {
  const [a, b] = pair(operands)
  return emit.meanOfAll(emit.one('abs', [emit.one('sub', [a.value, b.value])]))
}

export const l2: LoweringRule<'l2'> = (_node, operands, { emit }) => {
  const [a, b] = pair(operands)
  return emit.meanOfAll(emit.one('square', [emit.one('sub', [a.value, b.value])]))
}

/**
 * d^2 / (2 beta) where |d| < beta, else |d| - beta/2; written c (|d| - c/2) / beta with c = min(|d|, beta), which is both
 * without a comparison. beta 0 is l1.
 */
export const smoothL1: LoweringRule<'smooth_l1'> = (node, operands, context) => {
  const { emit } = context
  const { beta } = node.attributes
  if (beta === 0) return l1(node, operands, context)
  const [a, b] = pair(operands)
  const distance = emit.one('abs', [emit.one('sub', [a.value, b.value])])
  const near = emit.one('minimum', [distance, emit.scalar(beta)])
  const rest = emit.one('sub', [distance, emit.one('mul', [near, emit.scalar(0.5)])])
  const product = emit.one('mul', [near, rest])
  return emit.meanOfAll(beta === 1 ? product : emit.one('mul', [product, emit.scalar(1 / beta)]))
}

/**
 * Two classes make both cross entropy and focal a function of u = the wrong class's logit minus the right one's:
 * -log p_t = softplus(u), 1 - p_t = sigmoid(u). Stable for any logits, and no softmax is kept for the gradient.
 */
function wrongness(logits: ValueId, mask: ValueId, { emit }: LoweringContext): ValueId {
  const shape = emit.shapeOf(logits)
  invariant(shape.at(-1) === 2, 'logits of two classes are due')
  const size = [...shape.slice(0, -1), 1]
  const zeros = shape.slice(0, -1).map(() => 0)
  const normal = emit.one('slice', [logits], { begin: [...zeros, 0], size })
  const anomaly = emit.one('slice', [logits], { begin: [...zeros, 1], size })
  const sign = emit.one('sub', [emit.scalar(1), emit.one('mul', [mask, emit.scalar(2)])])
  return emit.one('mul', [sign, emit.one('sub', [anomaly, normal])])
}

/** Weight of each pixel's class; undefined where every pixel weighs 1. */
function pixelWeights(
  [normal, anomaly]: readonly [number, number],
  mask: ValueId,
  { emit }: LoweringContext,
): ValueId | undefined {
  if (normal === anomaly) return normal === 1 ? undefined : emit.scalar(normal)
  const step = emit.one('mul', [mask, emit.scalar(anomaly - normal)])
  return normal === 0 ? step : emit.one('add', [step, emit.scalar(normal)])
}

/** Mean over pixels of w_t (1-p_t)^gamma (-log p_t) (Lin et al. 2017, eq. 5); kornia's mean also divides by the number of classes. */
export const focal: LoweringRule<'focal'> = (node, operands, context) => {
  const { emit } = context
  const [logits, mask] = pair(operands)
  const u = wrongness(logits.value, mask.value, context)
  const entropy = emit.one('softplus', [u])
  const { gamma, class_weights, divide_by_classes } = node.attributes
  const modulated = gamma === 0 ? entropy : emit.one('mul', [power(u, gamma, context), entropy])
  const weights = pixelWeights(class_weights, mask.value, context)
  const pixels = weights === undefined ? modulated : emit.one('mul', [modulated, weights])
  const mean = emit.meanOfAll(pixels)
  return divide_by_classes ? emit.one('mul', [mean, emit.scalar(0.5)]) : mean
}

/** sigmoid(u)^gamma: by multiplication for a small integer, else exp(gamma log sigmoid(u)), whose log never meets 0. */
function power(u: ValueId, gamma: number, { emit }: LoweringContext): ValueId {
  if (!Number.isInteger(gamma) || gamma > 8) {
    const logarithm = emit.one('neg', [emit.one('softplus', [emit.one('neg', [u])])])
    return emit.one('exp', [emit.one('mul', [logarithm, emit.scalar(gamma)])])
  }
  const base = emit.one('sigmoid', [u])
  let result: ValueId | undefined
  let square = base
  for (let rest = gamma; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = result === undefined ? square : emit.one('mul', [result, square])
    if (rest > 1) square = emit.one('square', [square])
  }
  invariant(result !== undefined, 'gamma is at least 1 here')
  return result
}

/** -log p_t, as PyTorch averages it: weighted by class, over the sum of the weights of the batch's pixels. */
export const crossEntropy: LoweringRule<'cross_entropy'> = (node, operands, context) => {
  const { emit } = context
  const [logits, mask] = pair(operands)
  const entropy = emit.one('softplus', [wrongness(logits.value, mask.value, context)])
  const [normal, anomaly] = node.attributes.class_weights
  if (normal === anomaly) return emit.meanOfAll(entropy)
  const weights = pixelWeights([normal, anomaly], mask.value, context)
  invariant(weights !== undefined, 'unequal weights are a tensor')
  return emit.one('div', [emit.meanOfAll(emit.one('mul', [entropy, weights])), emit.meanOfAll(weights)])
}

import { invariant } from '../../diagnostics/invariant.js'
import type { TensorType } from '../types.js'
import { pure } from './definition.js'
import { at, requireSameType, sizeOf } from './shape.js'

function requireLike(p: TensorType, others: readonly (readonly [string, TensorType])[]): void {
  invariant(p.dtype === 'f32' || p.dtype === 'f64', `a weight is f32 or f64, not ${p.dtype}`)
  for (const [name, type] of others) requireSameType(type, p, `${name} against p`)
}

function requireScalars({ dtype }: TensorType, scalars: readonly (readonly [string, TensorType])[]): void {
  for (const [name, type] of scalars) requireSameType(type, { dtype, shape: [] }, `${name} beside p`)
}

export const adamUpdate = pure({
  summary:
    'made by passes: p decay is subtracted from p first (AdamW: decay is lr weight_decay); m = beta1 m + (1-beta1) g; v = beta2 v + (1-beta2) g^2; ' +
    'p = p - lr / correction1 m / (sqrt v / sqrt correction2 + epsilon), correction_i = 1 - beta_i^t as PyTorch writes Adam',
  operands: ['p', 'm', 'v', 'g', 'lr', 'correction1', 'correction2', 'decay'],
  results: ['p', 'm', 'v'],
  attributes: { beta1: 'number', beta2: 'number', epsilon: 'number' },
  typeRule: 'p, m, v, g of one f32 or f64 type, the rest scalars of its dtype; p, m, v as they were',
  types: (operands) => {
    const p = at(operands, 0)
    requireLike(p, [
      ['m', at(operands, 1)],
      ['v', at(operands, 2)],
      ['g', at(operands, 3)],
    ])
    requireScalars(p, [
      ['lr', at(operands, 4)],
      ['correction1', at(operands, 5)],
      ['correction2', at(operands, 6)],
      ['decay', at(operands, 7)],
    ])
    return [p, p, p]
  },
  flops: (operands) => 15 * sizeOf(at(operands, 0).shape),
})

export const momentumUpdate = pure({
  summary: 'made by passes: buffer = momentum buffer + g; p = p - lr buffer',
  operands: ['p', 'buffer', 'g', 'lr'],
  results: ['p', 'buffer'],
  attributes: { momentum: 'number' },
  typeRule: 'p, buffer, g of one f32 or f64 type, lr a scalar of its dtype; p, buffer as they were',
  types: (operands) => {
    const p = at(operands, 0)
    requireLike(p, [
      ['buffer', at(operands, 1)],
      ['g', at(operands, 2)],
    ])
    requireScalars(p, [['lr', at(operands, 3)]])
    return [p, p]
  },
  flops: (operands) => 4 * sizeOf(at(operands, 0).shape),
})

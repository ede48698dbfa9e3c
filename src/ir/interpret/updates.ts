import { numberOf } from '../ops/attributes.js'
import { type InterpretRule, operandAt } from './rule.js'

/** Kingma & Ba 2015 in PyTorch's arrangement; Loshchilov & Hutter 2019 where decay is not zero. */
export const adamUpdate: InterpretRule = (operands, attributes) => {
  const beta1 = numberOf(attributes, 'beta1')
  const beta2 = numberOf(attributes, 'beta2')
  const epsilon = numberOf(attributes, 'epsilon')
  const p = operandAt(operands, 0).data
  const g = operandAt(operands, 3).data
  const [rate = 0, correction1 = 1, correction2 = 1, decay = 0] = [4, 5, 6, 7].map(
    (place) => operandAt(operands, place).data[0] ?? 0,
  )
  const m = operandAt(operands, 1).data.map((old, i) => beta1 * old + (1 - beta1) * (g[i] ?? 0))
  const v = operandAt(operands, 2).data.map((old, i) => beta2 * old + (1 - beta2) * (g[i] ?? 0) * (g[i] ?? 0))
  const stepSize = rate / correction1
  const root2 = Math.sqrt(correction2)
  const next = p.map(
    (old, i) => old - old * decay - (stepSize * (m[i] ?? 0)) / (Math.sqrt(v[i] ?? 0) / root2 + epsilon),
  )
  return [next, m, v]
}

export const momentumUpdate: InterpretRule = (operands, attributes) => {
  const momentum = numberOf(attributes, 'momentum')
  const g = operandAt(operands, 2).data
  const rate = operandAt(operands, 3).data[0] ?? 0
  const buffer = operandAt(operands, 1).data.map((old, i) => momentum * old + (g[i] ?? 0))
  return [operandAt(operands, 0).data.map((old, i) => old - rate * (buffer[i] ?? 0)), buffer]
}

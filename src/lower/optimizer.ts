import { type Halves, halfOf, type ParametersOf, type ValueOf } from '../components/schema.js'
import type { optimizers } from '../components/training.js'
import type { OptimizerRule } from './training.js'

/** How each optimiser moves a weight. */
const rules: Halves<typeof optimizers, [], OptimizerRule> = {
  adam: (parameters) => adam(parameters, false),
  adamw: (parameters) => adam(parameters, true),
  sgd: ({ momentum, weight_decay: weightDecay }) => ({ kind: 'sgd', momentum, weightDecay }),
}

function adam(
  { beta1, beta2, epsilon, weight_decay: weightDecay }: ParametersOf<typeof optimizers.adam>,
  decoupled: boolean,
): OptimizerRule {
  return { kind: 'adam', beta1, beta2, epsilon, weightDecay, decoupled }
}

export function optimizerRule(optimizer: ValueOf<typeof optimizers>): OptimizerRule {
  return halfOf(rules, optimizer)
}

import { invariant } from '../diagnostics/invariant.js'
import type { ComponentValue } from '../plan/settings.js'
import type { OptimizerRule } from './training.js'

/** The rule of a registered optimiser, its parameters already checked and completed by its schema. */
export function optimizerRule({ component, parameters }: ComponentValue): OptimizerRule {
  const number = (name: string, otherwise?: number): number => {
    const value = parameters[name] ?? otherwise
    invariant(typeof value === 'number', `optimiser ${component} lacks the number ${name}`)
    return value
  }
  switch (component) {
    case 'adam':
    case 'adamw':
      return {
        kind: 'adam',
        beta1: number('beta1', 0.9),
        beta2: number('beta2', 0.999),
        epsilon: number('epsilon', 1e-8),
        weightDecay: number('weight_decay', 0),
        decoupled: component === 'adamw',
      }
    case 'sgd':
      return { kind: 'sgd', momentum: number('momentum', 0), weightDecay: number('weight_decay', 0) }
    default:
      invariant(false, `optimiser ${component} has no update rule`)
  }
}

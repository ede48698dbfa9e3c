import type { Initializer } from '../checked.js'
import type { InitializerWord } from '../values/builtin-enums.js'

/** Sizes that an initialiser needs: values that enter and leave one output, each times the kernel's area. */
export interface Fans {
  readonly fanIn: number
  readonly fanOut: number
}

const uniform = (bound: number): Initializer => ({ kind: 'uniform', low: 0 - bound, high: bound })
const normal = (deviation: number): Initializer => ({ kind: 'normal', mean: 0, deviation })

/**
 * `standard`: PyTorch's default (kaiming uniform with a = sqrt 5, which is +-1/sqrt(fan_in)).
 * xavier: Glorot & Bengio 2010; kaiming: He et al. 2015 with the gain of ReLU.
 */
export function kernelInitializer(word: InitializerWord, { fanIn, fanOut }: Fans, deviation: number): Initializer {
  switch (word) {
    case 'xavier_uniform':
      return uniform(Math.sqrt(6 / (fanIn + fanOut)))
    case 'xavier_normal':
      return normal(Math.sqrt(2 / (fanIn + fanOut)))
    case 'kaiming_normal_fan_out':
      return normal(Math.sqrt(2 / fanOut))
    case 'normal':
      return normal(deviation)
    case 'zero':
      return { kind: 'constant', value: 0 }
    default:
      return uniform(1 / Math.sqrt(fanIn))
  }
}

export function biasInitializer(word: InitializerWord, { fanIn }: Fans, deviation: number): Initializer {
  switch (word) {
    case 'zero':
      return { kind: 'constant', value: 0 }
    case 'normal':
      return normal(deviation)
    default:
      return uniform(1 / Math.sqrt(fanIn))
  }
}

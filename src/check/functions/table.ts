import { arithmeticFunctions } from './arithmetic.js'
import { channelFunctions } from './channels.js'
import { elementwiseFunctions } from './elementwise.js'
import { layerFunctions } from './layers.js'
import { lossFunctions } from './losses.js'
import { poolingFunctions } from './pooling.js'
import { reductionFunctions } from './reductions.js'
import type { FunctionRule } from './rule.js'

/** Every function of the language by name; completion, hover and the reference read it too. */
export const functions: ReadonlyMap<string, FunctionRule> = new Map(
  [
    ...layerFunctions,
    ...elementwiseFunctions,
    ...arithmeticFunctions,
    ...channelFunctions,
    ...poolingFunctions,
    ...reductionFunctions,
    ...lossFunctions,
  ].map((rule) => [rule.name, rule]),
)

/** Functions on numbers alone, and of settings: `evaluate/static-call.ts`. */
export const staticFunctionNames = ['div_int', 'env'] as const

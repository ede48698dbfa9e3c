import { arithmeticFunctions } from './arithmetic.js'
import { channelFunctions } from './channels.js'
import { elementwiseFunctions } from './elementwise.js'
import { layerFunctions } from './layers.js'
import { lossFunctions } from './losses.js'
import { poolingFunctions } from './pooling.js'
import { reductionFunctions } from './reductions.js'
import type { FunctionRule } from './rule.js'

/** Every function of the language, in the order of the reference; those on numbers alone are in `static.ts`. */
export const functionGroups: readonly { readonly title: string; readonly functions: readonly FunctionRule[] }[] = [
  { title: 'Layers', functions: layerFunctions },
  { title: 'Element by element', functions: elementwiseFunctions },
  { title: 'Of several tensors', functions: arithmeticFunctions },
  { title: 'Channels', functions: channelFunctions },
  { title: 'Pooling, resizing, borders', functions: poolingFunctions },
  { title: 'Fewer numbers', functions: reductionFunctions },
  { title: 'Losses', functions: lossFunctions },
]

export const functions: ReadonlyMap<string, FunctionRule> = new Map(
  functionGroups.flatMap((group) => group.functions.map((rule) => [rule.name, rule] as const)),
)

import type { Env } from '../evaluation/env.js'
import { arithmeticFunctions } from './arithmetic.js'
import { blockFunctions } from './blocks.js'
import { channelFunctions } from './channels.js'
import { elementwiseFunctions } from './elementwise.js'
import { layerFunctions } from './layers.js'
import { lossFunctions } from './losses.js'
import { poolingFunctions } from './pooling.js'
import { reductionFunctions } from './reductions.js'
import type { FunctionRule } from './rule.js'
import { expectFunctions, staticFunctions } from './static.js'
import { synthesisFunctions } from './synthesis.js'

/** Every function of the language, in the order of the reference. */
export const functionGroups: readonly { readonly title: string; readonly functions: readonly FunctionRule[] }[] = [
  { title: 'Layers', functions: layerFunctions },
  { title: 'Element by element', functions: elementwiseFunctions },
  { title: 'Of several tensors', functions: arithmeticFunctions },
  { title: 'Channels', functions: channelFunctions },
  { title: 'Pooling, resizing, borders', functions: poolingFunctions },
  { title: 'Fewer numbers', functions: reductionFunctions },
  { title: 'Losses', functions: lossFunctions },
  { title: 'How a block is called', functions: blockFunctions },
  { title: 'Syntheses of faults', functions: synthesisFunctions },
  { title: 'Known while checking', functions: [...staticFunctions, ...expectFunctions] },
]

const all = functionGroups.flatMap((group) => group.functions.map((rule) => [rule.name, rule] as const))
const ofExpect: ReadonlySet<string> = new Set(expectFunctions.map(({ name }) => name))

/** Every function that may be called wherever an expression stands. */
export const functions: ReadonlyMap<string, FunctionRule> = new Map(all.filter(([name]) => !ofExpect.has(name)))

/** Those that may be called here: in the condition of an `expect` some more. */
export function functionsIn({ countParameters }: Env): ReadonlyMap<string, FunctionRule> {
  return countParameters === undefined ? functions : new Map(all)
}

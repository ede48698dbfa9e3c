import type { IrModule } from '../../ir/types.js'
import { own } from '../../source/own.js'
import { type Convolution, convolutionOf, flopsOf, keyOf } from './convolution.js'
import { algorithmNames, type RecordedChoice } from './convolution_algorithms.js'
import { algorithmsFor, direct, inFloat32 } from './trial.js'

/** Milliseconds of each trial of a convolution, by `keyOf`. */
export type Times = Readonly<Record<string, Readonly<Record<string, number>>>>

/** Less work than this takes about a millisecond in any way. */
const leastFlops = 2 ** 26
/** How much of the engine's own time an algorithm may take to be chosen: in a whole step its temporaries cost more than they do alone. */
const worthwhile = 0.9
/** Milliseconds that it must save: it is some tens of operations where the engine has one, which costs more in a step full of others. */
const leastSaved = 1

/** The fastest algorithm of each convolution (of those given, else of all that were measured) that is faster than the engine's own operator. */
export function choiceFrom(times: Times, convolutions?: readonly Convolution[]): RecordedChoice {
  return Object.fromEntries(
    (convolutions?.map(keyOf) ?? Object.keys(times)).flatMap((key) => {
      const trials = own(times, key) ?? {}
      const engines = trials[direct] ?? 0
      const limit = Math.min(worthwhile * engines, engines - leastSaved)
      const [best] = algorithmNames
        .flatMap((name) => (trials[name] === undefined ? [] : [{ name, time: trials[name] }]))
        .sort((a, b) => a.time - b.time)
      return best && best.time < limit ? [[key, best.name] as const] : []
    }),
  )
}

/** The different convolutions and gradients of a module. */
export function convolutionsOf(module: IrModule): readonly Convolution[] {
  const found = new Map<string, Convolution>()
  for (const { operations, types } of module.functions) {
    for (const operation of operations) {
      const convolution = convolutionOf(operation, types)
      if (convolution) found.set(keyOf(convolution), convolution)
    }
  }
  return [...found.values()]
}

/** Convolutions that another algorithm or precision might be faster for, and no measurement knows. Float64 is for comparing: by the definition. */
export function unmeasured(convolutions: readonly Convolution[], times: Times): readonly Convolution[] {
  return convolutions.filter(
    (convolution) =>
      own(times, keyOf(convolution)) === undefined &&
      flopsOf(convolution) >= leastFlops &&
      (convolution.dtype === 'bf16' || (convolution.dtype === 'f32' && algorithmsFor(convolution).length > 0)),
  )
}

/** How many times as long bf16 convolutions take as in float32; undefined where none of them was measured. */
export function bf16Ratio(convolutions: readonly Convolution[], times: Times): number | undefined {
  let [narrow, wide] = [0, 0]
  for (const convolution of convolutions) {
    const trials = convolution.dtype === 'bf16' ? own(times, keyOf(convolution)) : undefined
    const [inBf16, other] = [trials?.[direct], trials?.[inFloat32]]
    if (inBf16 === undefined || other === undefined) continue
    narrow += inBf16
    wide += other
  }
  return wide === 0 ? undefined : narrow / wide
}

import { invariant } from '../../diagnostics/invariant.js'
import type { IrFunction, IrModule, Operation } from '../../ir/types.js'
import { own } from '../../source/own.js'
import { counted, type FunctionResult, type Pass, type PassResult, rewriteFunctions } from '../pass.js'
import { Rewriter } from '../rewriter.js'
import type { Algorithm } from './algorithm.js'
import { type Convolution, convolutionOf, keyOf } from './convolution.js'
import { gatheredProduct } from './gathered-product.js'
import { shiftedProducts } from './shifted-products.js'
import { winograd } from './winograd.js'

/** Beside `direct`, the engine's own operator. */
export const algorithms = {
  winograd,
  shifted_products: shiftedProducts,
  gathered_product: gatheredProduct,
} as const satisfies Readonly<Record<string, Algorithm>>

export type AlgorithmName = keyof typeof algorithms

export const algorithmNames = Object.keys(algorithms) as readonly AlgorithmName[]

/** How each convolution is computed; `undefined`: directly. */
export type AlgorithmChoice = (convolution: Convolution) => AlgorithmName | undefined

/** What was chosen, by `keyOf`: a record that a run keeps. */
export type RecordedChoice = Readonly<Record<string, AlgorithmName>>

export const convolutionAlgorithms: Pass = {
  name: 'convolution_algorithms',
  summary: 'convolutions and their gradients by the algorithm that was measured to be fastest; on a CPU only',
  place: 'after gradients, which it rewrites too, and before what tidies up',
  device: 'cpu',
  isForMachine: true,
  run: (module, _, { convolutions = {} }) =>
    Object.keys(convolutions).length === 0
      ? { module, changes: [] }
      : rewriteConvolutions(module, (convolution) => own(convolutions, keyOf(convolution))),
}

export function rewriteConvolutions(module: IrModule, choose: AlgorithmChoice): PassResult {
  return rewriteFunctions(module, (source) => rewritten(source, choose))
}

function rewritten(source: IrFunction, choose: AlgorithmChoice): FunctionResult {
  const chosen = new Map<Operation, { readonly convolution: Convolution; readonly algorithm: AlgorithmName }>()
  for (const operation of source.operations) {
    const convolution = convolutionOf(operation, source.types)
    const algorithm = convolution && choose(convolution)
    if (!convolution || algorithm === undefined) continue
    invariant(algorithms[algorithm].applies(convolution), `${algorithm} cannot compute ${keyOf(convolution)}`)
    chosen.set(operation, { convolution, algorithm })
  }
  if (chosen.size === 0) return { function: source, changes: [] }
  const rewriter = new Rewriter(source)
  const opened = new Map<AlgorithmName, ReturnType<Algorithm['open']>>()
  const counts = new Map<AlgorithmName, number>()
  for (const operation of source.operations) {
    const found = chosen.get(operation)
    if (!found) {
      rewriter.copy(operation)
      continue
    }
    const { convolution, algorithm } = found
    const write = opened.get(algorithm) ?? algorithms[algorithm].open(rewriter)
    opened.set(algorithm, write)
    counts.set(algorithm, (counts.get(algorithm) ?? 0) + 1)
    const [a, b] = operation.operands.map((operand) => rewriter.value(operand))
    const [result] = operation.results
    invariant(a !== undefined && b !== undefined && result !== undefined, `${operation.op} has operands and a result`)
    rewriter.replace(result, write(convolution, a, b, operation.path))
  }
  return {
    function: rewriter.finish(),
    changes: [...counts].map(
      ([algorithm, count]) => `${counted(count, 'convolution')} or gradients of one by ${algorithm}`,
    ),
  }
}

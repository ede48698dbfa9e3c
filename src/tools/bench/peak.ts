import { FunctionBuilder } from '../../ir/builder.js'
import type { IrModule, StateVariable } from '../../ir/types.js'
import { targets } from '../../targets/registry.js'
import type { EngineBinding } from '../../train/engine-binding.js'
import { openSession } from '../../train/session.js'
import { inTemporaryDirectory, median } from './support.js'

export type Precision = 'float32' | 'bf16'

/** Products in a row, so that what surrounds them (a cast, a call) weighs little: about 80 GFLOP. */
const chainOf = (size: number) => Math.min(48, Math.max(2, Math.round(40e9 / size ** 3)))
const sizes = [512, 1024, 1536, 2048, 3072]

/** A graph of square matrix products in the engine. */
export interface ProductGraph {
  readonly size: number
  /** Runs the chain; gives its GFLOP/s. */
  readonly run: () => number
  readonly close: () => void
}

/** Matrix products of several sizes in the same library and precision: the best of them is what the machine can do. */
export function productGraphs(engine: EngineBinding, precision: Precision): readonly ProductGraph[] {
  return sizes.map((size) => {
    const { files, functions, state } = targets.tensorflow.emit(productModule(size, precision), 'cpu')
    const session = inTemporaryDirectory(files, (directory) => openSession(directory, { functions, state }, engine))
    session.run('init', {})
    session.run('products', {})
    return {
      size,
      run: () => {
        const start = performance.now()
        session.run('products', {})
        return (2 * chainOf(size) * size ** 3) / (performance.now() - start) / 1e6
      },
      close: () => session.close(),
    }
  })
}

/** Of rounds that take the sizes in turn: which size is best by its median. */
export function bestSize(rounds: readonly (readonly number[])[]): number {
  const bySize = (rounds[0] ?? []).map((_, size) => median(rounds.map((round) => round[size] ?? 0)))
  return bySize.indexOf(Math.max(...bySize))
}

function productModule(size: number, precision: Precision): IrModule {
  const type = { dtype: 'f32', shape: [size, size] } as const
  const state: readonly StateVariable[] = ['a', 'b'].map((name) => ({ name, kind: 'weight', type }))
  const init = new FunctionBuilder('init', state)
  const step = init.constant(0, [], 'i32')
  for (const { name } of state) {
    const unit = init.one('random_uniform', [step], { shape: type.shape, key: '0123456789abcdef' })
    const centered = init.one('sub', [unit, init.constant(0.5)])
    // A deviation of 1/sqrt(size) keeps the products at their size.
    init.assign(name, init.one('mul', [centered, init.constant(Math.sqrt(12 / size))]))
  }
  const products = new FunctionBuilder('products', state)
  const operand = (name: string) => {
    const value = products.read(name)
    return precision === 'bf16' ? products.one('cast', [value], { dtype: 'bf16' }) : value
  }
  const b = operand('b')
  let product = operand('a')
  for (let count = 0; count < chainOf(size); count++) {
    product = products.one('matmul', [product, b], { transpose_a: false, transpose_b: false })
  }
  products.output('corner', products.one('slice', [product], { begin: [0, 0], size: [1, 1] }))
  return { name: 'products', state, functions: [init.build(), products.build()] }
}

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FunctionBuilder } from '../../src/ir/builder.js'
import type { IrModule } from '../../src/ir/types.js'
import { verifyModule } from '../../src/ir/verifier.js'
import { type Convolution, type ConvolutionOp, keyOf } from '../../src/passes/convolution_algorithms/convolution.js'
import {
  type AlgorithmName,
  algorithmNames,
  algorithms,
  rewriteConvolutions,
} from '../../src/passes/convolution_algorithms/convolution_algorithms.js'
import { bf16Ratio, choiceFrom, convolutionsOf, unmeasured } from '../../src/passes/convolution_algorithms/measured.js'
import { trialModule } from '../../src/passes/convolution_algorithms/trial.js'
import { differences } from './support/execute.js'

const plain = { strides: [1, 1], padding: [1, 1, 1, 1], dilations: [1, 1] }

/** A convolution with its gradients, or without the convolution: what its gradients share with it they then make themselves. */
function convolution([batch, rows, columns, inputs, outputs]: readonly number[], withForward: boolean): IrModule {
  const [n = 1, h = 2, w = 2, c = 1, o = 1] = [batch, rows, columns, inputs, outputs]
  const shapes = { x: [n, h, w, c], kernel: [3, 3, c, o], dy: [n, h, w, o] }
  const builder = new FunctionBuilder('train_step')
  const input = (name: keyof typeof shapes) => builder.input(name, { dtype: 'f32', shape: shapes[name] })
  const [x, kernel, dy] = [input('x'), input('kernel'), input('dy')]
  if (withForward) builder.output('y', builder.one('conv2d', [x, kernel], plain))
  const forInput = { ...plain, input_shape: shapes.x }
  const forKernel = { ...plain, kernel_shape: shapes.kernel }
  builder.output('dx', builder.one('conv2d_input_grad', [kernel, dy], forInput))
  builder.output('dkernel', builder.one('conv2d_filter_grad', [x, dy], forKernel))
  return { name: 'convolution', state: [], functions: [builder.build()] }
}

const wherePossible = (name: AlgorithmName) => (found: Convolution) =>
  algorithms[name].applies(found) ? name : undefined

describe.each(algorithmNames)('%s', (name) => {
  test('gives what the definition gives, whatever the sides, channels, padding and dilations', () => {
    const few = fc.integer({ min: 1, max: 3 })
    const drawn = fc.record({
      op: fc.constantFrom<ConvolutionOp>('conv2d', 'conv2d_input_grad', 'conv2d_filter_grad'),
      isUsual: fc.boolean(),
      sides: fc.tuple(few, fc.integer({ min: 4, max: 7 }), fc.integer({ min: 4, max: 7 }), few, few),
      taps: fc.tuple(few, few),
      dilations: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
      padding: fc.tuple(...[0, 1, 2, 3].map(() => fc.integer({ min: 0, max: 2 }))),
    })
    let applied = 0
    fc.assert(
      fc.property(drawn, ({ op, isUsual, sides: [batch, height, width, inputs, outputs], ...rest }) => {
        const taps = isUsual ? ([3, 3] as const) : rest.taps
        const dilations = isUsual ? ([1, 1] as const) : rest.dilations
        const [top = 0, bottom = 0, left = 0, right = 0] = isUsual ? [1, 1, 1, 1] : rest.padding
        const rows = height + top + bottom - (taps[0] - 1) * dilations[0]
        const columns = width + left + right - (taps[1] - 1) * dilations[1]
        const found: Convolution = {
          op,
          dtype: 'f32',
          x: [batch, height, width, inputs],
          kernel: [...taps, inputs, outputs],
          y: [batch, rows, columns, outputs],
          strides: [1, 1],
          dilations,
          padding: [top, bottom, left, right],
        }
        if (rows < 1 || columns < 1 || !algorithms[name].applies(found)) return
        applied += 1
        const { functions, state } = trialModule(found, 'whole')
        const named = (from: string) => ({
          name: 'trial',
          state,
          functions: functions.flatMap((each) => (each.name === from ? [{ ...each, name: 'trial' }] : [])),
        })
        verifyModule(named(name))
        expect(named(name).functions[0]?.operations.filter((operation) => operation.op === op)).toEqual([])
        expect(differences(named('direct'), named(name), 1e-12)).toEqual([])
      }),
      { numRuns: 150, seed: 5 },
    )
    expect(applied).toBeGreaterThan(10)
  })
})

test('winograd cuts a map into tiles once for the convolution and its gradient by the kernel', () => {
  const pads = (withForward: boolean) =>
    rewriteConvolutions(
      convolution([1, 4, 4, 2, 2], withForward),
      wherePossible('winograd'),
    ).module.functions[0]?.operations.filter(({ op }) => op === 'pad').length
  expect(pads(true)).toBe(2)
  expect(pads(false)).toBe(2)
})

test('what only the backward part needs waits for the gradient', () => {
  const waits = (name: AlgorithmName) => {
    const { module } = rewriteConvolutions(convolution([1, 4, 4, 2, 2], false), wherePossible(name))
    const source = module.functions[0]
    const nameOf = (value: number | undefined) => source?.inputs.find((input) => input.value === value)?.name
    return source?.operations.filter(({ op }) => op === 'after').map(({ operands }) => operands.map(nameOf))
  }
  expect(waits('winograd')).toEqual([
    ['kernel', 'dy'],
    ['x', 'dy'],
  ])
  expect(waits('shifted_products')).toEqual([['x', 'dy']])
  expect(waits('gathered_product')).toEqual([['x', 'dy']])
})

describe('what measured times decide', () => {
  const module = convolution([2, 64, 64, 64, 64], true)
  const found = convolutionsOf(module)
  const [forward = '', , byKernel = ''] = found.map(keyOf)

  test('the fastest algorithm, where it is faster by more than measuring varies', () => {
    const times = {
      [forward]: { direct: 10, winograd: 9.5 },
      [byKernel]: { direct: 10, winograd: 8, shifted_products: 5, gathered_product: 6 },
      other: { direct: 10, winograd: 1 },
      small: { direct: 1, winograd: 0.1 },
    }
    expect(choiceFrom(times, found)).toEqual({ [byKernel]: 'shifted_products' })
    expect(choiceFrom(times)).toEqual({ [byKernel]: 'shifted_products', other: 'winograd' })
  })

  test('what was measured is not measured again, nor what is little work or has one way only', () => {
    expect(unmeasured(found, {}).map(keyOf)).toEqual(found.map(keyOf))
    expect(unmeasured(found, { [byKernel]: { direct: 1 } }).map(keyOf)).not.toContain(byKernel)
    expect(unmeasured(convolutionsOf(convolution([1, 8, 8, 4, 4], true)), {})).toEqual([])
    const strided = found.map((each): Convolution => ({ ...each, strides: [2, 2] }))
    expect(unmeasured(strided, {})).toEqual([])
    expect(
      unmeasured(
        strided.map((each): Convolution => ({ ...each, dtype: 'bf16' })),
        {},
      ),
    ).toHaveLength(3)
  })

  test('how bf16 compares, over all convolutions that have it', () => {
    const narrow = found.map((each): Convolution => ({ ...each, dtype: 'bf16' }))
    const [first = '', second = ''] = narrow.map(keyOf)
    const times = { [first]: { float32: 10, direct: 30 }, [second]: { float32: 10, direct: 10 } }
    expect(bf16Ratio(narrow, times)).toBe(2)
    expect(bf16Ratio(found, times)).toBeUndefined()
  })
})

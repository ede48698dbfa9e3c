import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FunctionBuilder } from '../../src/ir/builder.js'
import type { IrModule } from '../../src/ir/types.js'
import { verifyModule } from '../../src/ir/verifier.js'
import { rewriteConvolutions } from '../../src/passes/winograd/winograd.js'
import { differences } from './support/execute.js'

const plain = { strides: [1, 1], padding: [1, 1, 1, 1], dilations: [1, 1] }

/** A convolution with its gradients, or without the convolution: the gradient by the kernel then makes tiles of its own. */
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

test('minimal filtering gives what the definition gives, whatever the sides and channels', () => {
  const even = fc.integer({ min: 1, max: 4 }).map((half) => 2 * half)
  const few = fc.integer({ min: 1, max: 3 })
  fc.assert(
    fc.property(fc.tuple(few, even, even, few, few), fc.boolean(), (sides, withForward) => {
      const before = convolution(sides, withForward)
      const { module: after, changes } = rewriteConvolutions(before, () => true)
      verifyModule(after)
      const count = withForward ? 3 : 2
      expect(changes).toEqual([`train_step: ${count} convolutions or gradients of one by minimal filtering`])
      expect(after.functions[0]?.operations.filter(({ op }) => op.startsWith('conv2d'))).toEqual([])
      expect(differences(before, after, 1e-12)).toEqual([])
    }),
    { numRuns: 40, seed: 5 },
  )
})

test('a map is cut into tiles once for the convolution and its gradient by the kernel', () => {
  const pads = (withForward: boolean) =>
    rewriteConvolutions(convolution([1, 4, 4, 2, 2], withForward), () => true).module.functions[0]?.operations.filter(
      ({ op }) => op === 'pad',
    ).length
  expect(pads(true)).toBe(2)
  expect(pads(false)).toBe(2)
})

test('what only the backward part needs waits for the gradient', () => {
  const { module } = rewriteConvolutions(convolution([1, 4, 4, 2, 2], false), () => true)
  const source = module.functions[0]
  const nameOf = (value: number | undefined) => source?.inputs.find((input) => input.value === value)?.name
  const waits = source?.operations.filter(({ op }) => op === 'after').map(({ operands }) => operands.map(nameOf))
  expect(waits).toEqual([
    ['kernel', 'dy'],
    ['x', 'dy'],
  ])
})

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { FunctionBuilder } from '../../src/ir/builder.js'
import { interpret } from '../../src/ir/interpret/run.js'
import type { StateVariable, ValueId } from '../../src/ir/types.js'
import { decodeSafetensors, toFloat64 } from '../../src/plan/safetensors.js'
import { moduleOf, relativeError, tensorOf } from './helpers.js'

const { tensors } = decodeSafetensors(readFileSync('test/fixtures/optimizers.safetensors'))

function stored(name: string): Float64Array {
  const tensor = tensors.get(name)
  if (!tensor) throw new Error(`the file has no ${name}`)
  return toFloat64(tensor)
}

const slot = (name: string): StateVariable => ({ name, type: { dtype: 'f32', shape: [7] }, kind: 'slot' })
const scalars = ['lr', 'correction1', 'correction2', 'decay'] as const
type Scalar = (typeof scalars)[number]

type Write = (builder: FunctionBuilder, gradient: ValueId, scalar: (name: Scalar) => ValueId) => void

const adam =
  (l2: number): Write =>
  (builder, gradient, scalar) => {
    const p = builder.read('p')
    const g = builder.one('add', [gradient, builder.one('mul', [p, builder.constant(l2)])])
    const operands = [p, builder.read('slot1'), builder.read('slot2'), g, ...scalars.map(scalar)]
    const [newP = -1, m = -1, v = -1] = builder.emit('adam_update', operands, {
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
    })
    builder.assign('p', newP)
    builder.assign('slot1', m)
    builder.assign('slot2', v)
  }
const sgd =
  (momentum: number, l2: number): Write =>
  (builder, gradient, scalar) => {
    const p = builder.read('p')
    const g = builder.one('add', [gradient, builder.one('mul', [p, builder.constant(l2)])])
    const [newP = -1, buffer = -1] = builder.emit('momentum_update', [p, builder.read('slot1'), g, scalar('lr')], {
      momentum,
    })
    builder.assign('p', newP)
    builder.assign('slot1', buffer)
  }

/** Every optimiser of the file: how it is written, its learning rate, and AdamW's decay. */
const optimizers: Readonly<Record<string, readonly [Write, number, number]>> = {
  'adam_l2_decay1e-1': [adam(0.1), 1e-2, 0],
  'adam_lr1e-2': [adam(0), 1e-2, 0],
  'adamw_lr1e-2_decay1e-1': [adam(0), 1e-2, 0.1],
  'sgd_lr1e-1': [sgd(0, 0), 0.1, 0],
  'sgd_lr1e-1_momentum0.9_decay1e-2': [sgd(0.9, 0.01), 0.1, 0],
}

describe('updates against PyTorch', () => {
  it('has every optimiser of the file', () => {
    const names = [...tensors.keys()].flatMap((name) => (name.endsWith('/after') ? [name.replace('/after', '')] : []))
    expect(Object.keys(optimizers)).toEqual(names.sort())
  })

  it.each(Object.entries(optimizers))('%s', (name, [write, lr, decay]) => {
    const state = ['p', 'slot1', 'slot2'].map(slot)
    const module = moduleOf((builder) => {
      const gradient = builder.input('gradient', { dtype: 'f32', shape: [7] })
      write(builder, gradient, (scalar) => builder.input(scalar, { dtype: 'f32', shape: [] }))
    }, state)
    const gradients = stored('gradients')
    const expected = stored(`${name}/after`)
    let values: ReadonlyMap<string, Float64Array> = new Map([
      ['p', stored('start')],
      ['slot1', new Float64Array(7)],
      ['slot2', new Float64Array(7)],
    ])
    for (let step = 0; step < 6; step += 1) {
      const inputs = {
        gradient: tensorOf([7], [...gradients.subarray(step * 7, step * 7 + 7)]),
        lr: tensorOf([], [lr]),
        correction1: tensorOf([], [1 - 0.9 ** (step + 1)]),
        correction2: tensorOf([], [1 - 0.999 ** (step + 1)]),
        decay: tensorOf([], [lr * decay]),
      }
      values = interpret(module, 'main', inputs, values).state
      const after = values.get('p') ?? new Float64Array(0)
      expect(relativeError(after, expected.subarray(step * 7, step * 7 + 7)), `step ${step}`).toBeLessThan(1e-6)
    }
  })
})

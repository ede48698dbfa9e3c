import { copyFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { PlanState } from '../../src/plan/run-plan.js'
import { type CheckpointMetadata, readCheckpoint, writeCheckpoint } from '../../src/train/checkpoint/file.js'
import type { NamedState } from '../../src/train/step-runner.js'
import { temporaryDirectory } from '../support/draemc.js'

const state: readonly PlanState[] = [
  { name: 'conv.kernel', kind: 'weight', dtype: 'f32', shape: [2, 3, 2] },
  { name: 'conv.kernel/m', kind: 'slot', dtype: 'f64', shape: [2] },
]
const metadata: CheckpointMetadata = {
  format: 2,
  name: 'tiny',
  planHash: 'abc',
  seed: 1,
  epoch: 3,
  step: 17,
  isValidationPending: false,
  tracking: { best: [], validations: 2, epoch: 2 },
  device: 'arithmetic',
  threads: 1,
}

function runner(kernel = Float32Array.from({ length: 12 }, (_, i) => i / 7)) {
  const values: readonly NamedState[] = [
    { name: 'conv.kernel', values: kernel },
    { name: 'conv.kernel/m', values: Float64Array.of(0.1, -1e300) },
  ]
  return { state: () => values }
}

function written(): string {
  const path = join(temporaryDirectory(), 'last.safetensors')
  writeCheckpoint(path, state, runner(), metadata)
  return path
}

describe('a checkpoint', () => {
  test('gives back what was written', () => {
    const file = readCheckpoint(written(), state)
    expect(file.metadata).toEqual(metadata)
    expect([...file.tensors()]).toEqual([...runner().state()])
    expect([...file.tensors(['slot'])].map(({ name }) => name)).toEqual(['conv.kernel/m'])
  })

  test('is refused by name with any one bit flipped', () => {
    const path = written()
    const whole = readFileSync(path)
    for (let at = 0; at < whole.length; at++) {
      const bytes = Buffer.from(whole)
      bytes[at] = (bytes[at] as number) ^ (1 << (at % 8))
      writeFileSync(path, bytes)
      expect(() => readCheckpoint(path, state), `byte ${at}`).toThrow(path)
    }
  })

  test('is refused by name where it is cut short or longer', () => {
    const path = written()
    const whole = readFileSync(path)
    for (const length of [0, 7, 40, 100, whole.length - 1]) {
      copyFileSync(path, `${path}.cut`)
      truncateSync(`${path}.cut`, length)
      expect(() => readCheckpoint(`${path}.cut`, state), `${length} bytes`).toThrow(`${path}.cut`)
    }
    writeFileSync(path, Buffer.concat([whole, Buffer.of(0)]))
    expect(() => readCheckpoint(path, state)).toThrow('has changed since it was written')
  })

  test.each([
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
  ])('with %s is not written, and the one before stays', (shown, value) => {
    const path = written()
    const before = readFileSync(path)
    const kernel = new Float32Array(12)
    kernel[9] = value
    const write = () => writeCheckpoint(path, state, runner(kernel), { ...metadata, step: 18 })
    expect(write).toThrow(
      `conv.kernel has 1 of 12 values that are not finite after step 18 (epoch 3): ${shown} at [1, 1, 1]`,
    )
    expect(readFileSync(path).equals(before)).toBe(true)
    expect(readdirSync(join(path, '..'))).toEqual(['last.safetensors'])
  })

  test('reports before it takes the place of the one before', () => {
    const path = written()
    const before = readFileSync(path)
    let during: Buffer | undefined
    writeCheckpoint(path, state, runner(), { ...metadata, step: 18 }, () => {
      during = readFileSync(path)
    })
    expect(during?.equals(before)).toBe(true)
    expect(readCheckpoint(path, state).metadata.step).toBe(18)
  })
})

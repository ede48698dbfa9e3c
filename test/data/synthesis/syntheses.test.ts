import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findComponent } from '../../../src/components/registry.js'
import type { syntheses } from '../../../src/components/synthesis.js'
import { synthesize } from '../../../src/data/synthesis/table.js'
import type { SynthesisValue } from '../../../src/plan/run-plan.js'
import { RandomStream } from '../../../src/random/stream.js'

interface Made {
  readonly clean: Float32Array
  readonly image: Float32Array
  readonly mask: Float32Array
  readonly severity: number
}

const range = [0, 1] as const
const key = '0123456789abcdef'

/** Every parameter at its default, but for those given. */
function synthesisOf(component: keyof typeof syntheses, given: object = {}): SynthesisValue {
  const { parameters = {} } = findComponent('synthesis', component) ?? {}
  const defaults = Object.fromEntries(Object.entries(parameters).map(([name, schema]) => [name, schema.default]))
  // Defaults and types come from the same declaration.
  return { component, parameters: { ...defaults, ...given } } as SynthesisValue
}

function make(value: SynthesisValue, index: number, always: boolean, [height, width, channels] = [40, 56, 3]): Made {
  const pixels = new RandomStream(key, 1, 0)
  const clean = Float32Array.from({ length: height * width * channels }, () => pixels.uniform())
  const image = clean.slice()
  const mask = new Float32Array(height * width)
  const target = { height, width, channels, image, imageOffset: 0, mask, maskOffset: 0 }
  const scratch = new Float32Array(image.length).fill(7)
  const severity = synthesize(value, target, { draws: new RandomStream(key, 0, index), range, always, scratch })
  return { clean, image, mask, severity }
}

const indices = fc.integer({ min: 0, max: 1e6 })
const sizes = fc.constantFrom<readonly [number, number, number]>([40, 56, 3], [31, 95, 1], [8, 64, 3])
const small = { width: [{ px: 2 }, { px: 7 }] }

const cases: readonly (readonly [string, SynthesisValue, readonly [number, number]])[] = [
  ['additive', synthesisOf('additive', small), [0, 2]],
  ['draem', synthesisOf('draem'), [0.1, 1]],
  ['draem of noise', synthesisOf('draem', { texture: 'noise', cells: [4, 4], opacity: [0.5, 0.5] }), [0.5, 0.5]],
  [
    'draem above a threshold that noise never reaches',
    synthesisOf('draem', { threshold: 0.999, cells: [1, 1] }),
    [0.1, 1],
  ],
  ['cut_paste', synthesisOf('cut_paste'), [0, 0.2]],
]

describe.each(cases)('%s', (_, value, [low, high]) => {
  test('a fault is in the mask and nowhere else, in the range, with a severity that it can have', () => {
    fc.assert(
      fc.property(indices, sizes, (index, size) => {
        const { clean, image, mask, severity } = make(value, index, true, [...size])
        const [, , channels] = size
        expect(severity).toBeGreaterThan(0)
        expect(severity >= low && severity <= high).toBe(true)
        expect(new Set(mask)).toContain(1)
        for (const [pixel, marked] of mask.entries()) {
          expect(marked === 0 || marked === 1).toBe(true)
          for (let at = pixel * channels; at < (pixel + 1) * channels; at += 1) {
            if (marked === 0) expect(image[at]).toBe(clean[at])
            expect((image[at] ?? -1) >= 0 && (image[at] ?? 2) <= 1).toBe(true)
          }
        }
      }),
      { numRuns: 25 },
    )
  })

  test('is a function of its place alone', () => {
    fc.assert(
      fc.property(indices, (index) => {
        const [first, second, other] = [
          make(value, index, true),
          make(value, index, true),
          make(value, index + 1, true),
        ]
        expect(second).toEqual(first)
        expect(other.image).not.toEqual(first.image)
      }),
      { numRuns: 5 },
    )
  })

  test('comes to as many images as its probability says, and leaves the others alone', () => {
    const made = Array.from({ length: 200 }, (_, index) => make(value, index, false, [16, 24, 1]))
    const faulty = made.filter(({ severity }) => severity > 0)
    expect(Math.abs(faulty.length - 100)).toBeLessThan(35)
    for (const { clean, image, mask, severity } of made) {
      if (severity > 0) continue
      expect(image).toEqual(clean)
      expect(mask.every((marked) => marked === 0)).toBe(true)
    }
  })
})

test.each([
  ['additive', synthesisOf('additive', { ...small, severity: [0, 0] })],
  ['draem', synthesisOf('draem', { opacity: [0, 0] })],
])('%s without strength changes nothing', (_, value) => {
  const { clean, image, mask, severity } = make(value, 3, true)
  expect([severity, image, mask.some((marked) => marked !== 0)]).toEqual([0, clean, false])
})

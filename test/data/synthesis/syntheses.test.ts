import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Frame } from '../../../src/data/synthesis/frame.js'
import { type FaultPlace, Synthesizer } from '../../../src/data/synthesis/synthesizer.js'
import { RandomStream } from '../../../src/random/stream.js'
import { compileSynthesis } from '../../support/synthesis.js'

interface Made {
  readonly clean: Float32Array
  readonly image: Float32Array
  readonly mask: Float32Array
  readonly severity: number
}

type Size = readonly [height: number, width: number, channels: 1 | 3]
const sizes: readonly Size[] = [
  [40, 56, 3],
  [31, 95, 1],
  [24, 64, 3],
]

function pixelsOf([height, width, channels]: Size, seed: number): Float32Array {
  const pixels = new RandomStream('0123456789abcdef', seed, 0)
  return Float32Array.from({ length: height * width * channels }, () => pixels.uniform())
}

/** A synthesis for images of each size. */
function makerOf(call: string): (size: Size, place: FaultPlace, seed?: number) => Made {
  const made = new Map<string, Synthesizer>()
  return (size, place, seed = 1) => {
    const [height, width, channels] = size
    const key = `${size} ${seed}`
    const frame: Frame = { height, width, channels, range: [0, 1] }
    const synthesizer =
      made.get(key) ?? new Synthesizer(compileSynthesis(call, { height, width, channels }), frame, seed)
    made.set(key, synthesizer)
    const clean = pixelsOf(size, 1)
    const others = new Map(
      [...synthesizer.imagesFor(place, () => 5)].map(([name, { place }]) => [name, pixelsOf(size, 2 + place)]),
    )
    const image = clean.slice()
    const mask = new Float32Array(height * width)
    const { severity } = synthesizer.make(place, clean.slice(), others, { image, imageOffset: 0, mask, maskOffset: 0 })
    return { clean, image, mask, severity }
  }
}

const held = (index: number): FaultPlace => ({ purpose: 'validation', epoch: 0, index })
const trained = (epoch: number, index: number): FaultPlace => ({ purpose: 'synthesis', epoch, index })
const indices = fc.integer({ min: 0, max: 1e6 })

/** Each preset, with the range of its label. */
const cases: readonly (readonly [string, readonly [number, number]])[] = [
  ['additive(width = 2px .. 7px)', [0, 2]],
  ['additive(width = 10% .. 20%, patches = 3, severity = 0.5 .. 1.0)', [0.5, 1]],
  ['draem()', [0.1, 1]],
  ['draem(texture = noise, cells = 4 .. 4, opacity = 50% .. 50%)', [0.5, 0.5]],
  ['cut_paste()', [0.02, 0.15]],
  ['cut_paste_scar(length = 5px .. 15px)', [0, 1]],
  ['blended_patch(width = 10% .. 20%)', [0.5, 1]],
  ['mix(faults = [additive(width = 2px .. 7px), draem()], weights = [1.0, 3.0])', [0, 2]],
  ['within(faults = cut_paste(area = 10% .. 20%), above = 0.4)', [0.1, 0.2]],
]

describe.each(cases)('%s', (call, [low, high]) => {
  const make = makerOf(call)

  test('a fault is in the mask and nowhere else, in the range, with a severity that it can have', () => {
    fc.assert(
      fc.property(indices, fc.constantFrom(...sizes), (index, size) => {
        const { clean, image, mask, severity } = make(size, held(index))
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
      { numRuns: 10 },
    )
  })

  test('is a function of the seed and its place, whatever was made before', () => {
    const [size] = sizes
    if (size === undefined) throw new Error('no size')
    const fresh = makerOf(call)
    fc.assert(
      fc.property(indices, fc.integer({ min: 0, max: 9 }), (index, epoch) => {
        const first = fresh(size, trained(epoch, index))
        expect(makerOf(call)(size, trained(epoch, index))).toEqual(first)
        const others = [fresh(size, held(index)), fresh(size, held(index + 1)), fresh(size, held(index), 2)]
        expect(new Set(others.map(({ image }) => image.join())).size).toBe(3)
      }),
      { numRuns: 5 },
    )
  })

  test('comes to as many images as its probability says, and leaves the others alone', () => {
    const made = Array.from({ length: 200 }, (_, index) => make([24, 40, 1], trained(0, index)))
    const faulty = made.filter(({ severity }) => severity > 0)
    expect(Math.abs(faulty.length - 100)).toBeLessThan(35)
    for (const { clean, image, mask, severity } of made) {
      if (severity > 0) continue
      expect(image).toEqual(clean)
      expect(mask.every((marked) => marked === 0)).toBe(true)
    }
  })
})

test.each(['additive(width = 2px .. 7px, severity = 0 .. 0)', 'draem(opacity = 0% .. 0%)'])(
  '%s changes nothing',
  (call) => {
    const { clean, image, mask, severity } = makerOf(call)([40, 56, 3], held(3))
    expect([severity, image, mask.some((marked) => marked !== 0)]).toEqual([0, clean, false])
  },
)

describe('additive', () => {
  const size: Size = [32, 48, 1]
  const make = makerOf('additive(width = 4px .. 12px, ratio = 0.4 .. 0.67)')
  const patchOf = ({ mask }: Made) => {
    const on = [...mask.keys()].filter((at) => mask[at] === 1)
    const rows = on.map((at) => Math.floor(at / 48))
    const columns = on.map((at) => at % 48)
    const [top, left] = [Math.min(...rows), Math.min(...columns)]
    return { on, top, left, height: Math.max(...rows) - top + 1, width: Math.max(...columns) - left + 1 }
  }

  test('is one rectangle within the drawn sizes, and the sum of the two places', () => {
    for (let index = 0; index < 100; index += 1) {
      const made = make(size, held(index))
      const { clean, image, severity } = made
      const { on, top, left, height, width } = patchOf(made)
      expect(on.length).toBe(height * width)
      expect(width >= 4 && width <= 12).toBe(true)
      expect(height >= Math.max(1, Math.floor(width * 0.4)) && height <= Math.floor(width * 0.67)).toBe(true)
      // Some place of the clean image, added, explains every pixel of the patch.
      const explains = (fromTop: number, fromLeft: number): boolean =>
        on.every((at) => {
          const row = Math.floor(at / 48) - top + fromTop
          const column = (at % 48) - left + fromLeft
          const sum = Math.min(1, (clean[at] ?? 0) + severity * (clean[row * 48 + column] ?? 0))
          return Math.abs(sum - (image[at] ?? 0)) < 1e-6
        })
      const found: number[] = []
      for (let y = 0; y + height <= 32; y += 1) {
        for (let x = 0; x + width <= 48; x += 1) {
          if (!explains(y, x)) continue
          found.push(Math.max(0, height - Math.abs(y - top)) * Math.max(0, width - Math.abs(x - left)))
        }
      }
      // Source and target share little: of a patch that is not clamped there is one place.
      expect(Math.min(...found)).toBeLessThanOrEqual(0.3 * height * width)
    }
  })

  test('every width is as likely, and every severity', () => {
    const made = Array.from({ length: 3000 }, (_, index) => make(size, held(index)))
    const widths = made.map((each) => patchOf(each).width)
    for (let width = 4; width <= 12; width += 1)
      expect(Math.abs(widths.filter((each) => each === width).length / 3000 - 1 / 9)).toBeLessThan(0.03)
    const severities = made.map(({ severity }) => severity)
    expect(Math.abs(severities.reduce((sum, each) => sum + each, 0) / 3000 - 1)).toBeLessThan(0.05)
    expect(Math.abs(severities.filter((each) => each < 0.5).length / 3000 - 0.25)).toBeLessThan(0.04)
  })
})

test('a new draw moves no other: each has random numbers of its own name', () => {
  const [plain, more] = [
    makerOf('additive(width = 4px .. 12px)'),
    makerOf('additive(width = 4px .. 12px, patches = 2)'),
  ]
  for (let index = 0; index < 20; index += 1)
    expect(more([32, 48, 1], held(index)).severity).toBe(plain([32, 48, 1], held(index)).severity)
})

test('the parts of a mixture come as often as they weigh', () => {
  const make = makerOf(
    'mix(faults = [additive(severity = 1.5 .. 2.0, width = 4px .. 8px), cut_paste()], weights = [1.0, 3.0])',
  )
  const severities = Array.from({ length: 1000 }, (_, index) => make([16, 24, 1], held(index)).severity)
  expect(Math.abs(severities.filter((severity) => severity > 1).length / 1000 - 0.25)).toBeLessThan(0.05)
})

test('a fault that marks nothing is drawn again, and counted', () => {
  const value = compileSynthesis('within(faults = additive(width = 4px .. 6px), above = 0.9)', {
    height: 32,
    width: 32,
  })
  const synthesizer = new Synthesizer(value, { height: 32, width: 32, channels: 1, range: [0, 1] }, 1)
  // One bright pixel: few patches touch it.
  const clean = new Float32Array(1024).fill(0.1)
  clean[500] = 1
  const made = Array.from({ length: 50 }, (_, index) => {
    const target = { image: clean.slice(), imageOffset: 0, mask: new Float32Array(1024), maskOffset: 0 }
    return { ...synthesizer.make(held(index), clean, new Map(), target), marked: target.mask.indexOf(1) }
  })
  for (const { severity, redrawn, marked } of made) {
    expect(redrawn).toBeGreaterThanOrEqual(0)
    expect([severity > 0, redrawn < 20]).toEqual([marked === 500, marked === 500])
  }
  expect(made.some(({ redrawn }) => redrawn > 0)).toBe(true)
})

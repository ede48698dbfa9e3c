import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ParametersOf } from '../../src/components/schema.js'
import type { syntheses } from '../../src/components/synthesis.js'
import { applyFault, drawFault } from '../../src/data/synthesis/additive.js'
import { keyFor } from '../../src/random/key.js'
import { RandomStream } from '../../src/random/stream.js'

type AdditiveParameters = ParametersOf<typeof syntheses.additive>

const key = keyFor(1, 'synthesis')
const defaults: AdditiveParameters = {
  probability: 0.5,
  width: [{ px: 4 }, { px: 12 }],
  ratio: [0.4, 0.67],
  severity: [0, 2],
  patches: 1,
}

interface Sample {
  readonly clean: Float32Array
  readonly image: Float32Array
  readonly mask: Float32Array
  readonly severity: number
}

function synthesise(
  parameters: AdditiveParameters,
  index: number,
  size: { height: number; width: number; channels: number },
): Sample {
  const { height, width, channels } = size
  const count = height * width * channels
  const clean = Float32Array.from({ length: count }, (_, at) => (((at + index) * 7919) % 997) / 997)
  const image = clean.slice()
  const mask = new Float32Array(height * width)
  const draws = new RandomStream(key, 0, index)
  const fault = drawFault(parameters, draws, height, width, false)
  if (fault !== undefined) {
    const target = { ...size, image, imageOffset: 0, mask, maskOffset: 0 }
    applyFault(target, fault, parameters.patches, [0, 1], draws, new Float32Array(count))
  }
  return { clean, image, mask, severity: fault?.severity ?? 0 }
}

const parametersOf = fc.record({
  probability: fc.constantFrom(0, 0.5, 1),
  width: fc
    .tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 30 }))
    .map(([low, more]) => [{ px: low }, { px: low + more }] as const),
  ratio: fc.constantFrom([0.4, 0.67] as const, [0.05, 0.1] as const, [1, 3] as const),
  severity: fc.constantFrom([0, 2] as const, [0, 0] as const, [0.5, 1] as const),
  patches: fc.integer({ min: 1, max: 3 }),
})
const sizeOf = fc.record({
  height: fc.integer({ min: 1, max: 24 }),
  width: fc.integer({ min: 1, max: 24 }),
  channels: fc.constantFrom(1, 3),
})

describe('properties of any sample', () => {
  test('mask and severity agree; what the mask does not cover is untouched; values stay in the range', () => {
    fc.assert(
      fc.property(parametersOf, sizeOf, fc.nat(10_000), (parameters, size, index) => {
        const { clean, image, mask, severity } = synthesise(parameters, index, size)
        expect(mask.includes(1)).toBe(severity > 0)
        expect(severity).toBeLessThanOrEqual(parameters.severity[1])
        image.forEach((value, at) => {
          const before = clean[at] ?? Number.NaN
          if (mask[Math.floor(at / size.channels)] === 0) expect(value).toBe(before)
          // Adding what is not negative, then clamping at 1.
          else expect(value >= before && value <= 1).toBe(true)
        })
        if (severity === 0) expect(image).toEqual(clean)
      }),
      { numRuns: 300 },
    )
  })

  test('the same counters give the same bits', () => {
    const size = { height: 16, width: 20, channels: 3 }
    expect(synthesise(defaults, 7, size)).toEqual(synthesise(defaults, 7, size))
  })
})

describe('one patch', () => {
  test('is one rectangle within the drawn sizes, and the sum of the two places', () => {
    const size = { height: 32, width: 48, channels: 1 }
    let seen = 0
    for (let index = 0; index < 200; index += 1) {
      const { clean, image, mask, severity } = synthesise({ ...defaults, probability: 1 }, index, size)
      const on = [...mask.keys()].filter((at) => mask[at] === 1)
      const rows = on.map((at) => Math.floor(at / size.width))
      const columns = on.map((at) => at % size.width)
      const [top, left] = [Math.min(...rows), Math.min(...columns)]
      const height = Math.max(...rows) - top + 1
      const width = Math.max(...columns) - left + 1
      expect(on.length).toBe(height * width)
      expect(width >= 4 && width <= 12).toBe(true)
      expect(height >= Math.floor(width * 0.4) && height <= Math.floor(width * 0.67)).toBe(true)
      // Some place of the clean image, added, explains every pixel of the patch.
      const explains = (fromTop: number, fromLeft: number): boolean =>
        on.every((at) => {
          const row = Math.floor(at / size.width) - top + fromTop
          const column = (at % size.width) - left + fromLeft
          const sum = Math.min(1, (clean[at] ?? 0) + severity * (clean[row * size.width + column] ?? 0))
          return Math.abs(sum - (image[at] ?? 0)) < 1e-6
        })
      let found = false
      for (let y = 0; y + height <= size.height && !found; y += 1) {
        for (let x = 0; x + width <= size.width && !found; x += 1) found = explains(y, x)
      }
      if (found) seen += 1
    }
    expect(seen).toBe(200)
  })

  test('a patch larger than the image becomes side - 1', () => {
    const size = { height: 8, width: 10, channels: 1 }
    const { mask } = synthesise(
      { ...defaults, probability: 1, width: [{ px: 64 }, { px: 64 }], ratio: [1, 1], severity: [1, 1] },
      3,
      size,
    )
    expect(mask.reduce((sum, value) => sum + value, 0)).toBe(7 * 9)
  })
})

describe('distributions over 20 000 samples', () => {
  const draws = Array.from({ length: 20_000 }, (_, index) =>
    drawFault(defaults, new RandomStream(key, 0, index), 64, 64, false),
  )
  const faults = draws.filter((fault) => fault !== undefined)

  test('the share of faults, the mean severity, every width equally often', () => {
    expect(Math.abs(faults.length / draws.length - 0.5)).toBeLessThan(0.015)
    const mean = faults.reduce((sum, { severity }) => sum + severity, 0) / faults.length
    expect(Math.abs(mean - 1)).toBeLessThan(0.03)
    for (let width = 4; width <= 12; width += 1) {
      const share = faults.filter((fault) => fault.width === width).length / faults.length
      expect(Math.abs(share - 1 / 9)).toBeLessThan(0.02)
    }
    expect(Math.abs(faults.filter(({ severity }) => severity < 0.5).length / faults.length - 0.25)).toBeLessThan(0.02)
  })

  test('validation always has a fault whose severity is above 0', () => {
    for (let index = 0; index < 2000; index += 1) {
      const fault = drawFault({ ...defaults, probability: 0 }, new RandomStream(key, 0, index), 64, 64, true)
      expect(fault !== undefined && fault.severity > 0 && fault.severity <= 2).toBe(true)
    }
  })

  test('source and target seldom overlap by more than 30 %', () => {
    // A blind choice of the target would overlap the source by more in about every tenth sample.
    const overlapping = Array.from({ length: 2000 }, (_, index) => {
      const size = { height: 32, width: 32, channels: 1 }
      const image = new Float32Array(32 * 32).fill(0.25)
      const mask = new Float32Array(32 * 32)
      const stream = new RandomStream(key, 1, index)
      // The image is flat, so the place of the source is taken from the draws themselves.
      const again = new RandomStream(key, 1, index)
      const [top, left] = [again.integer(0, 22), again.integer(0, 22)]
      applyFault(
        { ...size, image, imageOffset: 0, mask, maskOffset: 0 },
        { width: 10, height: 10, severity: 1 },
        1,
        [0, 1],
        stream,
        new Float32Array(100),
      )
      const at = mask.indexOf(1)
      const shared =
        Math.max(0, 10 - Math.abs(Math.floor(at / 32) - top)) * Math.max(0, 10 - Math.abs((at % 32) - left))
      return shared > 0.3 * 100
    })
    expect(overlapping.filter(Boolean).length).toBe(0)
  })
})

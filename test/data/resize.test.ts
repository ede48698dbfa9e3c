import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DecodedImage } from '../../src/data/decode.js'
import { prepareMask } from '../../src/data/mask.js'
import type { Preparation } from '../../src/data/parameters.js'
import { prepareImage } from '../../src/data/prepare.js'
import { type Raster, resize } from '../../src/data/resize.js'

function raster(height: number, width: number, values: readonly number[], channels = 1): Raster {
  return { height, width, channels, values: Float32Array.from(values) }
}

const sizes = fc.record({
  height: fc.integer({ min: 1, max: 9 }),
  width: fc.integer({ min: 1, max: 9 }),
  toHeight: fc.integer({ min: 1, max: 12 }),
  toWidth: fc.integer({ min: 1, max: 12 }),
  channels: fc.constantFrom(1, 3),
  seed: fc.nat(1000),
})

function filled({ height, width, channels, seed }: { height: number; width: number; channels: number; seed: number }) {
  const count = height * width * channels
  return raster(
    height,
    width,
    Array.from({ length: count }, (_, index) => ((index + seed) * 7919) % 101),
    channels,
  )
}

/** Straight from the definition: a pixel's centre is at index + 0.5; the value there is interpolated from clamped neighbours. */
function slowBilinear({ height, width, channels, values }: Raster, toHeight: number, toWidth: number): number[] {
  const read = (row: number, column: number, channel: number): number => {
    const inRow = Math.min(height - 1, Math.max(0, row))
    const inColumn = Math.min(width - 1, Math.max(0, column))
    return values[(inRow * width + inColumn) * channels + channel] ?? Number.NaN
  }
  const result: number[] = []
  for (let row = 0; row < toHeight; row += 1) {
    for (let column = 0; column < toWidth; column += 1) {
      for (let channel = 0; channel < channels; channel += 1) {
        const y = ((row + 0.5) * height) / toHeight - 0.5
        const x = ((column + 0.5) * width) / toWidth - 0.5
        const [top, left] = [Math.floor(y), Math.floor(x)]
        const [down, right] = [y - top, x - left]
        result.push(
          (1 - down) * (1 - right) * read(top, left, channel) +
            (1 - down) * right * read(top, left + 1, channel) +
            down * (1 - right) * read(top + 1, left, channel) +
            down * right * read(top + 1, left + 1, channel),
        )
      }
    }
  }
  return result
}

/** One axis of the antialiased form: a triangle as wide as the scale around the centre, normalised over what is inside. */
function triangleWeights(from: number, to: number, index: number): number[] {
  const scale = Math.max(1, from / to)
  const centre = ((index + 0.5) * from) / to
  const weights = Array.from({ length: from }, (_, source) => Math.max(0, 1 - Math.abs(source + 0.5 - centre) / scale))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => weight / sum)
}

function slowAntialiased({ height, width, channels, values }: Raster, toHeight: number, toWidth: number): number[] {
  const result: number[] = []
  for (let row = 0; row < toHeight; row += 1) {
    const down = triangleWeights(height, toHeight, row)
    for (let column = 0; column < toWidth; column += 1) {
      const across = triangleWeights(width, toWidth, column)
      for (let channel = 0; channel < channels; channel += 1) {
        let sum = 0
        down.forEach((weightDown, y) => {
          across.forEach((weightAcross, x) => {
            sum += weightDown * weightAcross * (values[(y * width + x) * channels + channel] ?? Number.NaN)
          })
        })
        result.push(sum)
      }
    }
  }
  return result
}

function expectClose(found: Float32Array, wanted: readonly number[]): void {
  expect(found.length).toBe(wanted.length)
  const worst = wanted.reduce((most, value, index) => Math.max(most, Math.abs(value - (found[index] ?? Number.NaN))), 0)
  expect(worst).toBeLessThan(1e-4) // of values up to 100
}

describe('bilinear', () => {
  test('numbers by hand: 2 to 4 and 4 to 2', () => {
    expect([...resize(raster(1, 2, [0, 1]), 1, 4, 'bilinear').values]).toEqual([0, 0.25, 0.75, 1])
    expect([...resize(raster(1, 4, [0, 1, 2, 3]), 1, 2, 'bilinear').values]).toEqual([0.5, 2.5])
    // 5 to 2 without antialiasing reads only the neighbours of 0.75 and 3.25.
    expect([...resize(raster(1, 5, [0, 0, 4, 0, 8]), 1, 2, 'bilinear').values]).toEqual([0, 2])
  })

  test('the definition, any sizes', () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const image = filled(size)
        const result = resize(image, size.toHeight, size.toWidth, 'bilinear')
        expectClose(result.values, slowBilinear(image, size.toHeight, size.toWidth))
      }),
    )
  })

  test('antialiased when shrinking: the definition, any sizes; 4 to 2 by hand', () => {
    // Triangles of half width 2 around 1 and 3: weights 1.5, 1.5, .5 and nothing else of 4 pixels, over 3.5.
    const byHand = resize(raster(1, 4, [1, 0, 0, 7]), 1, 2, 'bilinear', true).values
    expect([...byHand].map((value) => Number(value.toFixed(6)))).toEqual([0.428571, 3])
    fc.assert(
      fc.property(sizes, (size) => {
        const image = filled(size)
        const result = resize(image, size.toHeight, size.toWidth, 'bilinear', true)
        expectClose(result.values, slowAntialiased(image, size.toHeight, size.toWidth))
      }),
    )
  })
})

describe('nearest', () => {
  test('numbers by hand', () => {
    expect([...resize(raster(1, 3, [5, 6, 7]), 1, 5, 'nearest').values]).toEqual([5, 5, 6, 6, 7])
    expect([...resize(raster(1, 5, [5, 6, 7, 8, 9]), 1, 2, 'nearest').values]).toEqual([5, 7])
  })

  test('takes the pixel at floor(index x scale)', () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const { height, width, toHeight, toWidth, channels } = size
        const image = filled(size)
        const { values } = resize(image, toHeight, toWidth, 'nearest')
        values.forEach((value, at) => {
          const pixel = Math.floor(at / channels)
          const row = Math.floor((Math.floor(pixel / toWidth) * height) / toHeight)
          const column = Math.floor(((pixel % toWidth) * width) / toWidth)
          expect(value).toBe(image.values[(row * width + column) * channels + (at % channels)])
        })
      }),
    )
  })
})

const preparation: Preparation = {
  height: 4,
  width: 4,
  channels: 3,
  interpolation: 'nearest',
  antialias: false,
  fit: 'keep_aspect',
  padding: 'black',
  range: [0, 1],
  seed: 1,
}

function decoded(height: number, width: number, value: number, depth: 'uint8' | 'float32' = 'uint8'): DecodedImage {
  const values = new Float32Array(height * width).fill(value)
  const layout = { depth, bits: depth === 'uint8' ? 8 : 32, colour: 'grey', extra: 'none', orientation: 1 } as const
  return { header: { kind: 'tiff', lossy: false, height, width, ...layout }, height, width, channels: 1, values }
}

describe('fit', () => {
  test('keep_aspect centres the image between black bars, which are the low end of the range', () => {
    const image = prepareImage(decoded(2, 8, 1), { ...preparation, width: 8, range: [-1, 1] }, 'a.png')
    expect([image.height, image.width, image.channels]).toEqual([4, 8, 1])
    expect([...image.values]).toEqual([...Array(8).fill(-1), ...Array(16).fill(1), ...Array(8).fill(-1)])
  })

  test('noise lies in the range, is the same for a file, and another for another file and seed', () => {
    const noise: Preparation = { ...preparation, padding: 'noise', height: 8, width: 8 }
    const make = (file: string, seed: number) => [...prepareImage(decoded(1, 8, 0.5), { ...noise, seed }, file).values]
    const first = make('a.png', 1)
    expect(make('a.png', 1)).toEqual(first)
    expect(make('b.png', 1)).not.toEqual(first)
    expect(make('a.png', 2)).not.toEqual(first)
    expect(first.filter((value) => value === 0.5)).toHaveLength(8)
    expect(Math.min(...first)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...first)).toBeLessThanOrEqual(1)
    expect(new Set(first).size).toBeGreaterThan(50)
  })

  test('stretch fills the frame; masks stay 0 or 1 and get no noise', () => {
    const stretched = prepareImage(decoded(2, 8, 0.25), { ...preparation, fit: 'stretch' }, 'a.png')
    expect([...stretched.values]).toEqual(Array(16).fill(0.25))
    const { raster } = prepareMask(decoded(2, 4, 3 / 255), { ...preparation, padding: 'noise' })
    expect([...raster.values]).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0])
  })
})

describe('normalisation', () => {
  const minmax: Preparation = { ...preparation, fit: 'stretch', minmax: { low: 0, high: 0.0625 } }

  test('minmax counts in values that are scaled to 0 .. 1 where they are integers, as they are in float files', () => {
    expect(prepareImage(decoded(4, 4, 0.03125, 'float32'), minmax, 'a.tif').highest).toBe(0.5)
    const twelve = prepareImage(decoded(4, 4, Math.fround(2048 / 65_535)), minmax, 'a.tif')
    expect(twelve.highest).toBeCloseTo((16 * 2048) / 65_535, 7)
    expect(twelve.values[0]).toBe(twelve.highest)
  })

  test('a usual mark of missing values outside the range is named, inside it is a value', () => {
    const image = (mark: number): DecodedImage => {
      const made = decoded(2, 2, 0.5, 'float32')
      made.values.set([mark, mark], 1)
      return made
    }
    for (const mark of [-9999, 3.402_823_5e38, -3.402_823_5e38, -32_768]) {
      expect(() => prepareImage(image(mark), preparation, 'a.tif')).toThrow(
        /^holds -?[\d.]+(e\+38)? at row 0, column 1, and at 1 more place, which usually marks missing values$/,
      )
    }
    expect(prepareImage(image(-9999), { ...preparation, range: [-10_000, 1] }, 'a.tif').lowest).toBe(-9999)
    expect(prepareImage(image(-5000), preparation, 'a.tif').lowest).toBe(-5000)
  })
})

describe('channels', () => {
  const colour = (values: readonly number[]): DecodedImage => ({
    ...decoded(1, values.length / 3, 0),
    channels: 3,
    values: Float32Array.from(values, (value) => value / 255),
  })

  test('three equal channels are grey where one is taken', () => {
    const one: Preparation = { ...preparation, height: 1, width: 2, channels: 1 }
    const image = prepareImage(colour([9, 9, 9, 51, 51, 51]), one, 'a.png')
    expect([image.channels, ...image.values]).toEqual([1, Math.fround(9 / 255), Math.fround(51 / 255)])
    expect(() => prepareImage(colour([9, 9, 9, 51, 52, 51]), one, 'a.png')).toThrow(
      'is a colour image, (51, 52, 51) at row 0, column 1, but a pipeline of 1 channel takes grey ones',
    )
  })
})

describe('masks', () => {
  const maskOf = (values: readonly number[]): DecodedImage => ({
    ...decoded(1, values.length, 0),
    values: Float32Array.from(values, (value) => value / 255),
  })
  const content = (values: readonly number[], width = values.length) =>
    prepareMask(maskOf(values), { ...preparation, fit: 'stretch', height: 1, width }).content

  test('what they mark, in the file and after resizing, and the values that they hold', () => {
    expect(content([0, 255, 255, 0])).toEqual({ marked: 'part', levels: [255] })
    expect(content([0, 0, 0, 0])).toEqual({ marked: 'nothing', levels: [] })
    expect(content([1, 1, 1, 1])).toEqual({ marked: 'everything', levels: [1] })
    expect(content([0, 255, 0, 0], 2)).toEqual({ marked: 'lost', levels: [255] })
    expect(content([128, 0, 64, 255, 64])).toEqual({ marked: 'part', levels: [64, 128, 255] })
  })

  test('lossy and coloured ones are errors', () => {
    const lossy = maskOf([0, 255])
    expect(() =>
      prepareMask({ ...lossy, header: { ...lossy.header, kind: 'jpeg', lossy: true } }, preparation),
    ).toThrow('lossy')
    const red = { ...maskOf([0, 0]), channels: 3, values: Float32Array.from([0, 0, 0, 1, 0, 0]) } as const
    expect(() => prepareMask(red, preparation)).toThrow(
      'is a colour image, (255, 0, 0) at row 0, column 1, but a mask takes grey ones',
    )
  })
})

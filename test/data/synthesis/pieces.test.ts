import { describe, expect, test } from 'vitest'
import { perlinNoise } from '../../../src/data/synthesis/perlin.js'
import { type Bytes, photometric } from '../../../src/data/synthesis/photometric.js'
import { rotateMap } from '../../../src/data/synthesis/warps.js'
import { exponential, onCircle, power } from '../../../src/random/exact.js'
import { readFixture } from '../../support/fixture.js'

const pieces = readFixture('test/fixtures/pieces/family_pieces.safetensors')

test.each([
  [1, 1],
  [4, 2],
  [32, 8],
  [8, 32],
] as const)('perlin noise of %i x %i cells is that of the authors of DRAEM', (rows, columns) => {
  const turns = pieces(`perlin_${rows}x${columns}/angles`).map((angle) => angle / (2 * Math.PI))
  const noise = new Float64Array(64 * 64)
  perlinNoise(turns, [rows, columns], [64, 64], noise)
  const expected = pieces(`perlin_${rows}x${columns}/noise`)
  expect(Math.max(...noise.map((value, at) => Math.abs(value - (expected[at] ?? 0))))).toBeLessThan(1e-13)
})

describe('photometric operators are those of Pillow', () => {
  const image = (): Bytes => ({
    height: 24,
    width: 32,
    channels: 3,
    values: Uint8Array.from(pieces('photometric/input')),
  })
  test.each([
    ['invert', (bytes: Bytes) => photometric.invert(bytes)],
    ['solarize_96', (bytes: Bytes) => photometric.solarize(bytes, 96)],
    ['posterize_3bits', (bytes: Bytes) => photometric.posterize(bytes, 3)],
    ['brightness_1.2', (bytes: Bytes) => photometric.brightness(bytes, 1.2)],
    ['autocontrast', (bytes: Bytes) => photometric.autocontrast(bytes)],
    ['equalize', (bytes: Bytes) => photometric.equalize(bytes)],
    ['sharpness_1.7', (bytes: Bytes) => photometric.sharpness(bytes, 1.7)],
  ])('%s', (name, operator) => {
    const bytes = image()
    operator(bytes)
    expect([...bytes.values]).toEqual([...pieces(`photometric/${name}`)])
  })

  test('gamma', () => {
    const bytes = image()
    photometric.gamma(bytes, 0.7)
    const expected = pieces('photometric/gamma_0.7_float')
    expect([...bytes.values]).toEqual([...expected].map((value) => Math.round(255 * value)))
  })
})

test('a map that is turned a quarter clockwise', () => {
  const frame = { height: 3, width: 3, channels: 1, range: [0, 1] } as const
  const to = new Float32Array(9)
  rotateMap(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), 1, frame, 0.25, { top: 0, left: 0, height: 3, width: 3 }, to)
  expect([...to].map((value) => Math.round(1e9 * value) / 1e9)).toEqual([7, 4, 1, 8, 5, 2, 9, 6, 3])
})

test('the circle, powers and exponentials are what Math gives', () => {
  for (let x = 0; x >= -40; x -= 0.37) expect(Math.abs(exponential(x) / Math.exp(x) - 1)).toBeLessThan(1e-12)
  for (let i = -40; i <= 40; i++) {
    const [x, y] = onCircle(i / 32)
    expect(
      Math.abs(x - Math.cos((2 * Math.PI * i) / 32)) + Math.abs(y - Math.sin((2 * Math.PI * i) / 32)),
    ).toBeLessThan(4e-15)
  }
  for (const base of [0, 0.004, 0.3, 1])
    for (const exponent of [0.5, 0.7, 1.9, 2])
      expect(Math.abs(power(base, exponent) - base ** exponent)).toBeLessThan(1e-12)
})

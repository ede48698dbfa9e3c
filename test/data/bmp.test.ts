import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeImage } from '../../src/data/decode.js'
import { FileProblem } from '../../src/data/errors.js'
import { bmpOf } from '../support/bmp.js'

const byte = fc.integer({ min: 0, max: 255 })
const colour = fc.tuple(byte, byte, byte)

async function read(file: Buffer): Promise<readonly number[] | string> {
  try {
    const { channels, values } = await decodeImage(file)
    expect(channels).toBe(3)
    return [...values].map((value) => Math.round(value * 255))
  } catch (error) {
    if (error instanceof FileProblem) return `${error.code}: ${error.message}`
    throw error
  }
}

it('a BMP has the pixels that were written, whatever its bits, its palette, and the order of its rows', async () => {
  const bits = fc.constantFrom(1 as const, 4 as const, 8 as const, 24 as const, 32 as const)
  await fc.assert(
    fc.asyncProperty(
      bits,
      fc.nat(40),
      fc.nat(5),
      fc.boolean(),
      fc.boolean(),
      fc.infiniteStream(colour),
      async (bits, wide, high, isTopDown, isOld, colours) => {
        const [width, height] = [wide + 1, high + 1]
        const drawn = Array.from({ length: width * height }, () => colours.next().value)
        const palette = bits <= 8 ? Array.from({ length: 2 ** bits }, () => colours.next().value) : []
        const pixels = bits <= 8 ? drawn.map(([number]) => number % palette.length) : drawn
        const facts = { bits, palette, isOld, isTopDown: isTopDown && !isOld }
        const expected = pixels.flatMap((pixel) => (typeof pixel === 'number' ? (palette[pixel] ?? []) : pixel))
        expect(await read(bmpOf(width, pixels, facts))).toEqual(expected)
      },
    ),
    { numRuns: 200 },
  )
})

it('32 bits with the usual masks are read, and what is not is refused by what it is', async () => {
  const red = [[255, 0, 7]] as const
  expect(await read(bmpOf(1, red, { bits: 32, compression: 3 }))).toEqual([255, 0, 7])
  const file = bmpOf(1, red, { bits: 32, compression: 3 })
  file.writeUInt32LE(0x3ff, 54)
  expect(await read(file)).toMatch(/^unsupported-image: is a BMP of compression 3; uncompressed ones are read$/)
  const packed = bmpOf(2, [0, 1], { bits: 8, palette: [[0, 0, 0]], compression: 1 })
  expect(await read(packed)).toMatch(/^unsupported-image: is a BMP of compression 1/)
  const sixteen = bmpOf(1, red, { bits: 24 })
  sixteen.writeUInt16LE(16, 28)
  expect(await read(sixteen)).toMatch(/^unsupported-image: is a BMP of 16 bits a pixel/)
  const short = bmpOf(2, [0, 1], { bits: 8, palette: [[1, 2, 3]] })
  expect(await read(short)).toBe('broken-image: is damaged: a pixel has entry 1 of a palette of 1')
  expect(await read(bmpOf(1, red, { bits: 24 }).subarray(0, 56))).toMatch(/^broken-image: is cut off/)
  const huge = bmpOf(1, red, { bits: 24 })
  huge.writeInt32LE(2 ** 30, 18)
  expect(await read(huge)).toMatch(/^too-large/)
})

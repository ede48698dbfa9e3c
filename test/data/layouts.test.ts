import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { decodeImage } from '../../src/data/decode.js'
import { FileProblem } from '../../src/data/errors.js'
import { pngChunk, pngOf, type TiffFacts, tiffOf } from '../support/images.js'

/** What a file comes to: its channels and values in the file's own units, or its code and message. */
async function readAs(file: Buffer, largest: number): Promise<readonly [number, ...number[]] | string> {
  try {
    const { channels, values } = await decodeImage(file)
    return [channels, ...[...values].map((value) => (largest === 1 ? value : Math.round(value * largest)))]
  } catch (error) {
    if (error instanceof FileProblem) return `${error.code}: ${error.message}`
    throw error
  }
}

const size = { width: 2, height: 2 }
const floats = (values: readonly number[]) => Buffer.from(Float32Array.from(values).buffer)
const words = (values: readonly number[]) => Buffer.from(Uint16Array.from(values).buffer)
const grey = (facts: Partial<TiffFacts>, pixels: Buffer) => tiffOf({ ...size, ...facts }, pixels)
const three = { samples: 3, extra: [0, 0], bits: 32, format: 3 } as const

describe('TIFF: read whole, or refused by what it is', () => {
  test('three bands of a grey float file, as tools for maps write them, are three channels', async () => {
    const values = [0.5, 5, -7, 0.25, 5, -7, 0.125, 5, -7, 1, 5, -7]
    expect(await readAs(grey(three, floats(values)), 1)).toEqual([3, ...values])
    const bytes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    expect(await readAs(grey({ samples: 3, extra: [0, 0] }, Buffer.from(bytes)), 255)).toEqual([3, ...bytes])
    expect(await readAs(grey({ ...three, bits: 16, format: 1 }, words(bytes)), 65_535)).toEqual([3, ...bytes])
  })

  test('one or three of the channels of a file, whichever are asked for', async () => {
    const read = async (file: Buffer, part: readonly number[] | 'colours') => {
      const image = await decodeImage(file, part).catch((error: Error) => error.message)
      return typeof image === 'string' ? image : [image.channels, ...[...image.values].map((value) => value * 255)]
    }
    const five = tiffOf(
      { ...size, samples: 5, extra: [0, 0, 0, 0] },
      Buffer.from(Array.from({ length: 20 }, (_, i) => i)),
    )
    expect(await read(five, [2])).toEqual(
      [1, 1, 6, 11, 16].map((value, at) => (at === 0 ? value : expect.closeTo(value, 4))),
    )
    expect((await read(five, [5, 1, 3])).slice(0, 4)).toEqual([3, expect.closeTo(4, 4), 0, expect.closeTo(2, 4)])
    expect(await read(five, 'colours')).toBe('has 5 channels; 1 and 3 are read')
    expect(await read(five, [6])).toBe('has 5 channels, and channel 6 is asked for')
    const rgba = await sharp(Buffer.from([10, 20, 30, 255]), { raw: { width: 1, height: 1, channels: 4 } })
      .png()
      .toBuffer()
    expect(await read(rgba, [3])).toEqual([1, expect.closeTo(30, 4)])
    const grey = await sharp(Buffer.from([10]), { raw: { width: 1, height: 1, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toBuffer()
    expect(await read(grey, [1])).toEqual([1, expect.closeTo(10, 4)])
    expect(await read(grey, [2])).toBe('has 1 channel, and channel 2 is asked for')
  })

  test('planes one after the other: RGB is read, bands of a grey file are refused', async () => {
    const planes = [1, 2, 3, 4, 11, 12, 13, 14, 21, 22, 23, 24]
    const rgb = grey({ samples: 3, photometric: 2, planes: 2 }, Buffer.from(planes))
    expect(await readAs(rgb, 255)).toEqual([3, 1, 11, 21, 2, 12, 22, 3, 13, 23, 4, 14, 24])
    expect(await readAs(grey({ ...three, planes: 2 }, floats(planes)), 1)).toBe(
      'unsupported-image: is a TIFF of 3 channels whose planes stand one after the other (planar configuration 2); channels side by side are read',
    )
  })

  test('1, 2, 4, 8 and 16 bits over the largest that they hold, in either byte order, black or white as 0', async () => {
    for (const photometric of [0, 1]) {
      const seen = (values: readonly number[], largest: number) => [
        1,
        ...values.map((value) => (photometric === 0 ? largest - value : value)),
      ]
      const read = (bits: number, pixels: readonly number[]) =>
        readAs(grey({ bits, photometric }, Buffer.from(pixels)), 2 ** bits - 1)
      expect(await read(1, [0b01_000000, 0b11_000000])).toEqual(seen([0, 1, 1, 1], 1))
      expect(await read(2, [0b01_11_0000, 0b10_00_0000])).toEqual(seen([1, 3, 2, 0], 3))
      expect(await read(4, [0x5a, 0x0f])).toEqual(seen([5, 10, 0, 15], 15))
      expect(await read(8, [0, 7, 200, 255])).toEqual(seen([0, 7, 200, 255], 255))
      for (const isBig of [false, true]) {
        const big = Buffer.from(words([0, 300, 4095, 65_535])).swap16()
        const file = grey({ bits: 16, photometric, order: 'MM', isBig }, big)
        expect(await readAs(file, 65_535)).toEqual(seen([0, 300, 4095, 65_535], 65_535))
      }
    }
  })

  test('whatever else a sample may be is refused by its name', async () => {
    const refused = (facts: Partial<TiffFacts>) => readAs(grey(facts, Buffer.alloc(64)), 1)
    for (const order of ['II', 'MM'] as const) {
      for (const isBig of [false, true]) {
        expect(await refused({ bits: 64, format: 3, order, isBig })).toBe(
          'unsupported-image: is a TIFF of float64 samples; uint1, uint2, uint4, uint8, uint16 and float32 are read',
        )
      }
    }
    expect(await refused({ bits: 12 })).toContain('unsupported-image: is a TIFF of uint12 samples')
    expect(await refused({ bits: 16, format: 2 })).toContain('of int16 samples')
    expect(await refused({ bits: 8, format: 2 })).toContain('of int8 samples')
    expect(await refused({ bits: 32 })).toContain('of uint32 samples')
    expect(await refused({ bits: 16, format: 3 })).toContain('of float16 samples')
    expect(await refused({ compression: 50_000 })).toContain('compressed with Zstandard; uncompressed')
    expect(await refused({ compression: 7 })).toContain('compressed with JPEG, which is lossy')
    expect(await refused({ compression: 12_345 })).toContain('compressed with method 12345')
    expect(await refused({ photometric: 5, samples: 4 })).toContain('in CMYK')
    expect(await refused({ photometric: 6, samples: 3 })).toContain('in YCbCr')
    expect(await refused({ photometric: 0, bits: 32, format: 3 })).toContain('whose white is 0')
    expect(await refused({ samples: 7, extra: [0, 0, 0, 0, 0, 0] })).toContain('of 7 channels')
  })

  test('a palette: greys and colours, exactly or not at all', async () => {
    const entries = (of: (entry: number, channel: number) => number) =>
      [0, 1, 2].flatMap((channel) => Array.from({ length: 256 }, (_, entry) => of(entry, channel)))
    const file = (palette: readonly number[]) => grey({ photometric: 3, palette }, Buffer.from([0, 1, 7, 255]))
    expect(await readAs(file(entries((entry) => 257 * (255 - entry))), 255)).toEqual([
      3, 255, 255, 255, 254, 254, 254, 248, 248, 248, 0, 0, 0,
    ])
    expect(await readAs(file(entries((entry, channel) => 257 * ((entry * (channel + 1)) % 256))), 255)).toEqual([
      3, 0, 0, 0, 1, 2, 3, 7, 14, 21, 255, 254, 253,
    ])
    expect(await readAs(file(entries((entry) => 100 * entry)), 255)).toContain(
      'palette has entries of more than 8 bits',
    )
  })

  test('compressed losslessly', async () => {
    const raw = { width: 2, height: 2, channels: 1 } as const
    for (const compression of ['lzw', 'deflate', 'packbits', 'none'] as const) {
      const file = await sharp(Buffer.from([1, 2, 3, 4]), { raw })
        .toColourspace('b-w')
        .tiff({ compression })
        .toBuffer()
      expect(await readAs(file, 255)).toEqual([1, 1, 2, 3, 4])
    }
  })
})

describe('PNG', () => {
  test('1, 2 and 4 bits, grey and of a palette', async () => {
    expect(await readAs(pngOf({ width: 4, height: 1 }, 1, 0, [[0b0110_0000]]), 1)).toEqual([1, 0, 1, 1, 0])
    expect(await readAs(pngOf({ width: 4, height: 1 }, 2, 0, [[0b00_01_10_11]]), 3)).toEqual([1, 0, 1, 2, 3])
    expect(await readAs(pngOf({ width: 4, height: 1 }, 4, 0, [[0x07, 0xf1]]), 15)).toEqual([1, 0, 7, 15, 1])
    const palette = pngChunk('PLTE', Buffer.from([9, 9, 9, 1, 2, 3]))
    expect(await readAs(pngOf({ width: 2, height: 1 }, 1, 3, [[0b01_000000]], [palette]), 255)).toEqual([
      3, 9, 9, 9, 1, 2, 3,
    ])
  })

  test('several frames are refused: one of them would be a part of the file', async () => {
    const frames = Buffer.alloc(8)
    frames.writeUInt32BE(3)
    const file = pngOf({ width: 2, height: 1 }, 8, 0, [[1, 2]], [pngChunk('acTL', frames)])
    expect(await readAs(file, 255)).toBe('unsupported-image: is a PNG with 3 frames; one image a file is read')
  })

  test('gamma and significant bits change no number', async () => {
    const chunks = [pngChunk('gAMA', Buffer.from([0, 1, 0x86, 0xa0])), pngChunk('sBIT', Buffer.from([6]))]
    expect(await readAs(pngOf({ width: 3, height: 1 }, 8, 0, [[1, 100, 200]], chunks), 255)).toEqual([1, 1, 100, 200])
  })
})

describe('alpha', () => {
  const wide = { width: 2, height: 1 }
  const cases: readonly (readonly [string, (alpha: number) => Buffer, largest: number, channels: 1 | 3])[] = [
    ['PNG grey 8', (alpha) => pngOf(wide, 8, 4, [[10, 255, 20, alpha]]), 255, 1],
    ['PNG grey 16', (alpha) => pngOf(wide, 16, 4, [[0, 10, 255, 255, 0, 20, alpha, alpha]]), 65_535, 1],
    ['PNG RGB', (alpha) => pngOf(wide, 8, 6, [[10, 10, 10, 255, 20, 20, 20, alpha]]), 255, 3],
    ['TIFF grey 8', (alpha) => tiffOf({ ...wide, samples: 2, extra: [2] }, Buffer.from([10, 255, 20, alpha])), 255, 1],
    [
      'TIFF grey 16',
      (alpha) => tiffOf({ ...wide, samples: 2, extra: [1], bits: 16 }, words([10, 65_535, 20, 257 * alpha])),
      65_535,
      1,
    ],
    [
      'TIFF RGB, unspecified',
      (alpha) =>
        tiffOf({ ...wide, samples: 4, photometric: 2, extra: [0] }, Buffer.from([10, 10, 10, 255, 20, 20, 20, alpha])),
      255,
      3,
    ],
    [
      'TIFF grey float',
      (alpha) => tiffOf({ ...wide, samples: 2, extra: [2], bits: 32, format: 3 }, floats([10, 1, 20, alpha / 255])),
      1,
      1,
    ],
    [
      'TIFF RGB float',
      (alpha) =>
        tiffOf(
          { ...wide, samples: 4, photometric: 2, extra: [2], bits: 32, format: 3 },
          floats([10, 10, 10, 1, 20, 20, 20, alpha / 255]),
        ),
      1,
      3,
    ],
  ]
  test.each(cases)(
    '%s: dropped where it is opaque everywhere, an error elsewhere',
    async (_, file, largest, channels) => {
      const values = [10, 20].flatMap((value) => Array.from({ length: channels }, () => value))
      expect(await readAs(file(255), largest)).toEqual([channels, ...values])
      expect(await readAs(file(51), largest)).toMatch(
        /^unsupported-image: has pixels that are not opaque: alpha .* of .* at row 0, column 1$/,
      )
    },
  )

  test('a colour that is transparent', async () => {
    const key = (grey: number) => pngChunk('tRNS', Buffer.from([0, grey]))
    const file = (value: number) => pngOf({ width: 3, height: 1 }, 8, 0, [[1, 2, 2]], [key(value)])
    expect(await readAs(file(9), 255)).toEqual([1, 1, 2, 2])
    expect(await readAs(file(2), 255)).toBe(
      'unsupported-image: has pixels that are not opaque: alpha 0 of 255 at row 0, column 1, and at 1 more place',
    )
  })
})

describe('JPEG', () => {
  const scene = (channels: 1 | 3) => {
    const raw = { width: 16, height: 16, channels } as const
    const pixels = Buffer.from(Array.from({ length: 256 * channels }, (_, at) => 60 + Math.floor(at / channels / 4)))
    return sharp(pixels, { raw }).toColourspace(channels === 1 ? 'b-w' : 'srgb')
  }

  test('grey, colour and progressive are read; the orientation is noted and not followed', async () => {
    const grey = await decodeImage(await scene(1).jpeg({ quality: 95 }).toBuffer())
    expect([grey.header.kind, grey.channels, Math.abs((grey.values[0] ?? 0) * 255 - 60) < 3]).toEqual(['jpeg', 1, true])
    const turned = await decodeImage(
      await scene(3).jpeg({ progressive: true }).withMetadata({ orientation: 6 }).toBuffer(),
    )
    expect([turned.channels, turned.header.orientation]).toEqual([3, 6])
  })

  test('CMYK, 12 bits, lossless, arithmetic and cut-off files', async () => {
    const file = await scene(3).jpeg().toBuffer()
    const cmyk = await scene(3).toColourspace('cmyk').jpeg().toBuffer()
    expect(await readAs(cmyk, 255)).toContain('unsupported-image: is a JPEG of 4 components (CMYK)')
    const frame = file.indexOf(Buffer.from([0xff, 0xc0]))
    const changed = (at: number, value: number) => Buffer.from(file).fill(value, frame + at, frame + at + 1)
    expect(await readAs(changed(4, 12), 255)).toContain('unsupported-image: is a JPEG of 12 bits a sample')
    expect(await readAs(changed(1, 0xc3), 255)).toContain('of a process that is not read (lossless)')
    expect(await readAs(changed(1, 0xc9), 255)).toContain('of a process that is not read (arithmetic-coded)')
    for (const share of [0.5, 0.9, 0.99]) {
      expect(await readAs(file.subarray(0, Math.floor(file.length * share)), 255)).toContain('broken-image: is cut off')
    }
  })
})

describe('WebP', () => {
  const raw = { width: 15, height: 16, channels: 3 } as const
  const pixels = Buffer.from(Array.from({ length: 15 * 16 * 3 }, (_, at) => (at * 37) % 251))
  const scene = () => sharp(pixels, { raw })

  test('a lossless file has the numbers that were written, a lossy one near them; which it is stands in the file', async () => {
    const exact = await decodeImage(await scene().webp({ lossless: true }).toBuffer())
    expect([exact.header.kind, exact.header.lossy, exact.height, exact.width]).toEqual(['webp', false, 16, 15])
    expect([...exact.values].map((value) => Math.round(value * 255))).toEqual([...pixels])
    const smooth = sharp(Buffer.alloc(pixels.length, 60), { raw })
    const near = await decodeImage(await smooth.webp({ quality: 90 }).toBuffer())
    expect([near.header.lossy, near.height, near.width]).toEqual([true, 16, 15])
    expect(Math.abs((near.values[0] ?? 0) * 255 - 60)).toBeLessThan(3)
  })

  test('opacity that is whole is dropped, other is refused; the orientation is noted', async () => {
    const opaque = await scene().webp({ lossless: true }).withMetadata({ orientation: 6 }).toBuffer()
    const { channels, header } = await decodeImage(opaque)
    expect([channels, header.orientation]).toEqual([3, 6])
    const alpha = scene().ensureAlpha(0.5)
    expect(await readAs(await alpha.clone().webp({ lossless: true }).toBuffer(), 255)).toContain('not opaque')
    expect(await readAs(await alpha.clone().webp({ quality: 80 }).toBuffer(), 255)).toContain('not opaque')
  })

  test('several frames, cut-off files, broken frames', async () => {
    const single = await scene().webp({ lossless: true }).toBuffer()
    const extended = Buffer.from('VP8X\x0a\0\0\0\x02\0\0\0\x0e\0\0\x0f\0\0', 'latin1')
    const animated = Buffer.concat([single.subarray(0, 12), extended, single.subarray(12)])
    expect(await readAs(animated, 255)).toContain('unsupported-image: is a WebP of several frames')
    for (const options of [{ lossless: true }, { quality: 90 }]) {
      const file = await scene().webp(options).toBuffer()
      for (const share of [0.5, 0.9, 0.99])
        expect(await readAs(file.subarray(0, Math.floor(file.length * share)), 255)).toContain(
          'broken-image: is cut off',
        )
      const broken = Buffer.from(file).fill(0, 20, 26)
      expect(await readAs(broken, 255)).toContain('broken-image')
    }
    expect(await readAs(Buffer.from('RIFF\x10\0\0\0WEBPVP8L', 'latin1'), 255)).toContain('broken-image')
  })
})

describe('what a file really is', () => {
  const text = (content: string) => Buffer.from(content, 'latin1')
  test.each([
    ['version https://git-lfs.github.com/spec/v1\noid sha256:4d\n', 'a pointer of git-lfs', 'git lfs pull'],
    ['\n<!DOCTYPE html><html>', 'a web page (HTML)', 'download'],
    ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'an SVG', 'convert'],
    ['GIF89a', 'a GIF image', 'convert'],
    ['%PDF-1.7', 'a PDF document', 'convert'],
    ['\x93NUMPY\x01\0', 'a NumPy array', 'convert'],
    ['\0'.repeat(100), 'filled with zeros', 'copy the file again'],
    ['image,severity\n', "no image of a kind that is known; it begins with 'image,severity'", 'convert'],
    ['\x01\x02\x03\x04\x05', 'it begins with 01 02 03 04', 'convert'],
  ])('%j', async (content, what, help) => {
    const problem = await decodeImage(text(content)).catch((error: unknown) => error)
    if (!(problem instanceof FileProblem)) throw new Error('expected a FileProblem')
    expect(problem.code).toBe('not-an-image')
    expect(problem.message).toContain(what)
    expect(problem.help).toContain(help)
  })
})

describe('missing values of float files', () => {
  const file = (values: readonly number[], facts: Partial<TiffFacts> = {}) =>
    grey({ bits: 32, format: 3, ...facts }, floats(values))

  test('NaN and infinity, with the place and the count', async () => {
    const { NaN: nan, POSITIVE_INFINITY: infinity } = Number
    expect(await readAs(file([0, nan, nan, 1]), 1)).toBe(
      'not-finite: holds NaN at row 0, column 1, and at 1 more place',
    )
    expect(await readAs(file([0, 1, -infinity, nan]), 1)).toBe('not-finite: holds -Infinity at row 1, column 0')
  })

  test('the number that the file itself names', async () => {
    expect(await readAs(file([0.5, 0, 0.25, 0], { noData: '0' }), 1)).toBe(
      'missing-values: holds 0 at row 0, column 1, and at 1 more place, which the file says marks missing values',
    )
    expect(await readAs(file([0.5, 1, 0.25, 1], { noData: '0' }), 1)).toEqual([1, 0.5, 1, 0.25, 1])
  })
})

test('an error is of its own file, however many are decoded at once', async () => {
  const whole = await sharp(Buffer.alloc(3 * 64 * 64, 7), { raw: { width: 64, height: 64, channels: 3 } })
    .png()
    .toBuffer()
  const damaged = Buffer.from(whole).fill(0xaa, whole.length - 40, whole.length - 20)
  const jpeg = await sharp(whole).jpeg().toBuffer()
  const files = [
    whole,
    damaged,
    whole.subarray(0, 100),
    jpeg.subarray(0, jpeg.length - 10),
    grey({ compression: 5 }, Buffer.alloc(4, 0xff)),
    grey({}, Buffer.alloc(4)),
    grey({ compression: 8 }, Buffer.alloc(4, 0xff)),
  ]
  const describe = (file: Buffer) => readAs(file, 255).then((result) => (typeof result === 'string' ? result : 'read'))
  const alone: string[] = []
  for (const file of files) alone.push(await describe(file))
  expect(alone.map((result) => result.slice(0, 34))).toEqual([
    'read',
    'broken-image: is damaged: its pixe',
    'broken-image: is cut off: it ends ',
    'broken-image: is cut off: it ends ',
    'broken-image: is damaged: its pixe',
    'read',
    'broken-image: is damaged: its pixe',
  ])
  const together = await Promise.all(
    Array.from({ length: 20 }, () => files)
      .flat()
      .map(describe),
  )
  expect(together).toEqual(Array.from({ length: 20 }, () => alone).flat())
})

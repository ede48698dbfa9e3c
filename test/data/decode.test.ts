import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeImage, readImageFile } from '../../src/data/decode.js'
import { FileProblem } from '../../src/data/errors.js'
import { encodeFloatTiff } from '../../src/data/tiff-write.js'

const bytes = [0, 10, 20, 128, 200, 255, 7, 8, 9, 1, 2, 3]
const words = [0, 10, 300, 1000, 30_000, 65_535, 7, 8, 9, 1, 2, 256]
const grey = { width: 4, height: 3, channels: 1 } as const
const colour = { width: 2, height: 2, channels: 3 } as const

const of8 = (raw: typeof grey | typeof colour) => sharp(Buffer.from(bytes), { raw })
const of16 = (raw: typeof grey | typeof colour) => sharp(Uint16Array.from(words), { raw })
const bytesOver255 = bytes.map((value) => Math.fround(value / 255))
const wordsOver65535 = words.map((value) => Math.fround(value / 65_535))

async function problemOf(work: Promise<unknown>): Promise<FileProblem> {
  const problem = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(problem instanceof FileProblem)) throw new Error(`expected a FileProblem, got ${String(problem)}`)
  return problem
}

describe('values of each kind of file', () => {
  const compressions = ['none', 'lzw', 'deflate'] as const

  test('8-bit grey PNG and TIFF: / 255, one channel', async () => {
    const files = [await of8(grey).toColourspace('b-w').png().toBuffer()]
    for (const compression of compressions) {
      files.push(await of8(grey).toColourspace('b-w').tiff({ compression }).toBuffer())
    }
    for (const file of files) {
      const image = await decodeImage(file)
      expect([image.height, image.width, image.channels, image.depth]).toEqual([3, 4, 1, 'uint8'])
      expect([...image.values]).toEqual(bytesOver255)
    }
  })

  test('16-bit grey PNG and TIFF: / 65535, not cut to 8 bit', async () => {
    const files = [await of16(grey).toColourspace('grey16').png().toBuffer()]
    for (const compression of compressions) {
      files.push(await of16(grey).toColourspace('grey16').tiff({ compression }).toBuffer())
    }
    for (const file of files) {
      const image = await decodeImage(file)
      expect([image.channels, image.depth]).toEqual([1, 'uint16'])
      expect([...image.values]).toEqual(wordsOver65535)
    }
  })

  test('colour is kept as it is, 8 and 16 bit, without gamma', async () => {
    const eight = await decodeImage(await of8(colour).png().toBuffer())
    expect([eight.channels, [...eight.values]]).toEqual([3, bytesOver255])
    const sixteen = await decodeImage(await of16(colour).toColourspace('rgb16').png().toBuffer())
    expect([sixteen.channels, [...sixteen.values]]).toEqual([3, wordsOver65535])
  })

  test('a palette is looked up, alpha is dropped, a colour profile changes nothing', async () => {
    const palette = await decodeImage(await of8(colour).png({ palette: true, colours: 16 }).toBuffer())
    expect([...palette.values]).toEqual(bytesOver255)
    const raw = { width: 2, height: 1, channels: 4 } as const
    const withAlpha = await decodeImage(
      await sharp(Buffer.from([10, 20, 30, 0, 40, 50, 60, 128]), { raw })
        .png()
        .toBuffer(),
    )
    expect([withAlpha.channels, [...withAlpha.values]]).toEqual([
      3,
      [10, 20, 30, 40, 50, 60].map((v) => Math.fround(v / 255)),
    ])
    const profiled = await of8(colour).withIccProfile('p3', { attach: true }).png().toBuffer()
    const stored = await sharp(profiled, { ignoreIcc: true }).raw().toBuffer()
    expect([...(await decodeImage(profiled)).values]).toEqual([...stored].map((v) => Math.fround(v / 255)))
  })

  test('float32 TIFF: the values themselves, also outside 0 .. 1', async () => {
    const values = Float32Array.from([0, 0.1, 0.25, -0.5, 1.5, 1e-20, 3e8, 1 / 3, 0.9, 1, 2, 3])
    const image = await decodeImage(encodeFloatTiff(3, 4, values))
    expect([image.height, image.width, image.channels, image.depth]).toEqual([3, 4, 1, 'float32'])
    expect(image.values).toEqual(values)
  })
})

describe('files that cannot be used', () => {
  test('NaN and infinity in a float file, with the place', async () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const problem = await problemOf(decodeImage(encodeFloatTiff(2, 3, Float32Array.from([0, 0, 0, 0, bad, 0]))))
      expect(problem.code).toBe('not-finite')
      expect(problem.message).toContain('row 1, column 1')
    }
  })

  test('truncated PNG and TIFF', async () => {
    const noise = Buffer.from(Array.from({ length: 64 * 64 }, (_, index) => (index * 7919) % 251))
    const image = sharp(noise, { raw: { width: 64, height: 64, channels: 1 } }).toColourspace('b-w')
    for (const file of [await image.clone().png().toBuffer(), encodeFloatTiff(64, 64, new Float32Array(64 * 64))]) {
      for (const share of [0.3, 0.6, 0.9]) {
        const part = file.subarray(0, Math.floor(file.length * share))
        expect((await problemOf(decodeImage(Buffer.from(part)))).code).toBe('broken-image')
      }
    }
  })

  test('a file of another format, whatever it is called', async () => {
    const jpeg = await of8(colour).jpeg().toBuffer()
    const svg = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
    )
    for (const file of [jpeg, svg, Buffer.from('image,severity\n')]) {
      expect((await problemOf(decodeImage(file))).code).toBe('not-an-image')
    }
    expect((await problemOf(decodeImage(Buffer.alloc(0)))).code).toBe('empty-file')
  })

  test('a small file that declares a huge image', async () => {
    const problem = await problemOf(decodeImage(pngThatDeclares(60_000, 60_000)))
    expect(problem.code).toBe('too-large')
    expect(problem.message).toContain('60000 x 60000')
    expect((await problemOf(decodeImage(pngThatDeclares(20_000, 1)))).code).toBe('too-large')
  })

  test('64 bits a channel, in either byte order and as a BigTIFF', async () => {
    for (const file of [float64Tiff('II', false), float64Tiff('MM', false), float64Tiff('II', true)]) {
      const problem = await problemOf(decodeImage(file))
      expect([problem.code, problem.message]).toEqual([
        'unsupported-image',
        'has 64 bits a channel; at most 32 are read',
      ])
      expect(problem.help).toContain('float32')
      expect((await problemOf(decodeImage(file.subarray(0, 30)))).code).toBe('broken-image')
    }
  })

  test('several images in one file', async () => {
    const first = encodeFloatTiff(3, 4, new Float32Array(12))
    const second = encodeFloatTiff(3, 4, new Float32Array(12))
    const directory = second.readUInt32LE(4)
    second.writeUInt32LE(second.readUInt32LE(directory + 2 + 12 * 5 + 8) + first.length, directory + 2 + 12 * 5 + 8)
    first.writeUInt32LE(first.length + directory, first.length - 4) // the first directory's link to the next
    expect((await problemOf(decodeImage(Buffer.concat([first, second])))).code).toBe('unsupported-image')
  })

  test('any bytes behind a right beginning give a problem or an image', async () => {
    const starts = [await of8(grey).toColourspace('b-w').png().toBuffer(), encodeFloatTiff(3, 4, new Float32Array(12))]
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...starts),
        fc.array(fc.tuple(fc.nat(300), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        async (start, changes) => {
          const file = Buffer.from(start)
          for (const [at, value] of changes) file[at % file.length] = value
          const result = await decodeImage(file).catch((error: unknown) => error)
          if (result instanceof Error) expect(result).toBeInstanceOf(FileProblem)
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('reading', () => {
  let directory = ''
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'draemc-decode-'))
  })
  afterAll(() => rm(directory, { recursive: true, force: true }))

  test('missing, empty, a directory, a named pipe', async () => {
    await writeFile(join(directory, 'empty.png'), '')
    execFileSync('mkfifo', [join(directory, 'pipe.png')])
    expect((await problemOf(read(join(directory, 'none.png')))).code).toBe('missing-file')
    expect((await problemOf(read(join(directory, 'empty.png')))).code).toBe('empty-file')
    expect((await problemOf(read(directory))).code).toBe('unreadable-file')
    expect((await problemOf(read(join(directory, 'pipe.png')))).code).toBe('unreadable-file')
  })
})

const read = async (path: string) => readImageFile(path)

/** The header and first directory of a grey float64 TIFF of 95 x 31. */
function float64Tiff(order: 'II' | 'MM', isBig: boolean): Buffer {
  const number = (value: number, size: number): Buffer => {
    const bytes = Buffer.alloc(size)
    if (order === 'II') bytes.writeUIntLE(value, 0, Math.min(size, 6))
    else bytes.writeUIntBE(value, 0, size)
    return bytes
  }
  const word = isBig ? 8 : 4
  const entry = (tag: number, value: number): Buffer =>
    Buffer.concat([number(tag, 2), number(3, 2), number(1, word), number(value, 2), Buffer.alloc(word - 2)])
  const entries = [entry(256, 95), entry(257, 31), entry(258, 64), entry(339, 3)]
  return Buffer.concat([
    Buffer.from(order, 'latin1'),
    ...(isBig ? [number(43, 2), number(8, 2), number(0, 2), number(16, 8)] : [number(42, 2), number(8, 4)]),
    number(entries.length, isBig ? 8 : 2),
    ...entries,
    Buffer.alloc(word),
  ])
}

/** A PNG of one grey channel with a right header and hardly any data. */
function pngThatDeclares(width: number, height: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = 8
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(100))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}

function crc32(data: Buffer): number {
  let crc = 0xffffffff
  for (const byte of data) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}

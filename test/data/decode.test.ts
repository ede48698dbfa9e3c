import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeImage, readImageFile } from '../../src/data/decode.js'
import { FileProblem } from '../../src/data/errors.js'
import { encodeFloatTiff } from '../../src/data/tiff-write.js'
import { pngOf, tiffOf } from '../support/images.js'

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
      expect([image.height, image.width, image.channels, image.header.depth]).toEqual([3, 4, 1, 'uint8'])
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
      expect([image.channels, image.header.depth]).toEqual([1, 'uint16'])
      expect([...image.values]).toEqual(wordsOver65535)
    }
  })

  test('colour is kept as it is, 8 and 16 bit, without gamma', async () => {
    const eight = await decodeImage(await of8(colour).png().toBuffer())
    expect([eight.channels, [...eight.values]]).toEqual([3, bytesOver255])
    const sixteen = await decodeImage(await of16(colour).toColourspace('rgb16').png().toBuffer())
    expect([sixteen.channels, [...sixteen.values]]).toEqual([3, wordsOver65535])
  })

  test('a palette is looked up, a colour profile changes nothing', async () => {
    const palette = await decodeImage(await of8(colour).png({ palette: true, colours: 16 }).toBuffer())
    expect([...palette.values]).toEqual(bytesOver255)
    const profiled = await of8(colour).withIccProfile('p3', { attach: true }).png().toBuffer()
    const stored = await sharp(profiled, { ignoreIcc: true }).raw().toBuffer()
    expect([...(await decodeImage(profiled)).values]).toEqual([...stored].map((v) => Math.fround(v / 255)))
  })

  test('float32 TIFF: the values themselves, also outside 0 .. 1', async () => {
    const values = Float32Array.from([0, 0.1, 0.25, -0.5, 1.5, 1e-20, 3e8, 1 / 3, 0.9, 1, 2, 3])
    const image = await decodeImage(encodeFloatTiff(3, 4, values))
    expect([image.height, image.width, image.channels, image.header.depth]).toEqual([3, 4, 1, 'float32'])
    expect(image.values).toEqual(values)
  })
})

describe('files that cannot be used', () => {
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

  test('a small file that declares a huge image', async () => {
    const problem = await problemOf(decodeImage(pngOf({ width: 60_000, height: 60_000 }, 8, 0, [])))
    expect(problem.code).toBe('too-large')
    expect(problem.message).toContain('60000 x 60000')
    expect((await problemOf(decodeImage(pngOf({ width: 20_000, height: 1 }, 8, 0, [])))).code).toBe('too-large')
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
    const starts = [
      await of8(grey).toColourspace('b-w').png().toBuffer(),
      encodeFloatTiff(3, 4, new Float32Array(12)),
      tiffOf({ width: 2, height: 2, samples: 3, extra: [0, 0], isBig: true, order: 'MM' }, Buffer.from(bytes)),
      await of8(colour).tiff({ tile: true, tileWidth: 16, tileHeight: 16, compression: 'lzw' }).toBuffer(),
      await of8(colour).jpeg().withMetadata({ orientation: 3 }).toBuffer(),
    ]
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
      { numRuns: 500 },
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

import sharp from 'sharp'
import { expect, it } from 'vitest'
import { decodeImage } from '../../src/data/decode.js'
import { FileProblem } from '../../src/data/errors.js'
import { encodeFloatTiff } from '../../src/data/tiff-write.js'
import { keyFor } from '../../src/random/key.js'
import { RandomStream } from '../../src/random/stream.js'
import { bmpOf } from '../support/bmp.js'
import { pngChunk, tiffOf } from '../support/images.js'

const isLong = Number(process.env.DRAEMC_FAULTS_MINUTES ?? 0) > 0
const seed = Number(process.env.DRAEMC_FAULTS_SEED ?? 1)
const count = isLong ? 10_000 : 500
const limitMilliseconds = 2000

/** A file of each layout that is read, of a few hundred pixels. */
async function originals(): Promise<readonly Buffer[]> {
  const size = { width: 31, height: 17 } as const
  const samples = (channels: 1 | 2 | 3) =>
    Buffer.from(Array.from({ length: 31 * 17 * channels }, (_, i) => (i * 37) % 256))
  const of = (channels: 1 | 2 | 3) => sharp(samples(channels), { raw: { ...size, channels } })
  const grey = () => of(1).toColourspace('b-w')
  const tile = { tile: true, tileWidth: 16, tileHeight: 16 } as const
  return Promise.all([
    grey().png().toBuffer(),
    of(3).png({ progressive: true }).toBuffer(),
    of(3).png({ palette: true }).toBuffer(),
    of(3).toColourspace('rgb16').png().toBuffer(),
    grey().tiff({ compression: 'lzw', predictor: 'horizontal' }).toBuffer(),
    of(3)
      .tiff({ compression: 'deflate', ...tile })
      .toBuffer(),
    encodeFloatTiff(
      17,
      31,
      Float32Array.from({ length: 17 * 31 }, (_, i) => i / 1000),
    ),
    tiffOf({ width: 31, height: 17, samples: 3, extra: [0, 0], isBig: true, order: 'MM' }, samples(3)),
    bmpOf(
      31,
      Array.from({ length: 31 * 17 }, (_, i) => i % 16),
      {
        bits: 4,
        palette: Array.from({ length: 16 }, (_, i) => [i, 2 * i, 3 * i] as const),
      },
    ),
    bmpOf(
      31,
      Array.from({ length: 31 * 17 }, (_, i) => [i % 256, 1, 2] as const),
      { bits: 24 },
    ),
    grey().jpeg().withMetadata({ orientation: 6 }).toBuffer(),
    of(3)
      .jpeg({ progressive: true, restartInterval: 2 } as object)
      .toBuffer(),
  ])
}

type Mutation = (file: Buffer, draws: RandomStream) => Buffer

const within = (file: Buffer, draws: RandomStream): number => draws.integer(0, Math.max(0, file.length - 1))
/** Headers are at the beginning of PNGs and JPEGs, at the end of TIFFs. */
const inHeader = (file: Buffer, draws: RandomStream): number =>
  draws.chance(0.5)
    ? draws.integer(0, Math.min(63, file.length - 1))
    : file.length - 1 - draws.integer(0, Math.min(200, file.length - 1))

const mutations: readonly Mutation[] = [
  (file, draws) => {
    const at = within(file, draws)
    file[at] = (file[at] ?? 0) ^ (1 << draws.integer(0, 7))
    return file
  },
  (file, draws) => {
    file[inHeader(file, draws)] = draws.integer(0, 255)
    return file
  },
  // A length, an offset or a size that is extreme.
  (file, draws) => {
    const at = inHeader(file, draws)
    const extreme = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x10000][draws.integer(0, 5)] ?? 0
    if (at + 4 <= file.length) file[draws.chance(0.5) ? 'writeUInt32LE' : 'writeUInt32BE'](extreme, at)
    return file
  },
  (file, draws) => file.subarray(0, within(file, draws)),
  (file, draws) => {
    const [from, to] = [within(file, draws), within(file, draws)]
    return Buffer.concat([file.subarray(0, Math.max(from, to)), file.subarray(Math.min(from, to))])
  },
  (file, draws) => {
    const [from, to] = [within(file, draws), within(file, draws)]
    return Buffer.concat([file.subarray(0, Math.min(from, to)), file.subarray(Math.max(from, to))])
  },
  (file, draws) => file.fill(draws.chance(0.5) ? 0 : 255, within(file, draws), file.length),
  (file, draws) => {
    const at = within(file, draws)
    for (let n = at; n < Math.min(file.length, at + 16); n += 1) file[n] = draws.integer(0, 255)
    return file
  },
]

/** A PNG whose chunks have right checks again: what was changed reaches the decoder. */
function checked(file: Buffer): Buffer {
  if (file.toString('latin1', 1, 4) !== 'PNG') return file
  const parts = [file.subarray(0, 8)]
  for (let at = 8; at + 12 <= file.length; ) {
    const length = file.readUInt32BE(at)
    if (at + 12 + length > file.length) return file
    parts.push(pngChunk(file.toString('latin1', at + 4, at + 8), file.subarray(at + 8, at + 8 + length)))
    at += 12 + length
  }
  return Buffer.concat(parts)
}

it(`${count} mutated images are read or named, each within 2 s`, { timeout: 3_600_000 }, async () => {
  const files = await originals()
  const key = keyFor(seed, 'mutated images')
  const problems = new Map<string, number>()
  let slowest = 0
  for (let index = 0; index < count; index += 1) {
    const draws = new RandomStream(key, 0, index)
    let file: Buffer = Buffer.from(files[index % files.length] ?? '')
    for (let n = draws.integer(1, 3); n > 0 && file.length > 0; n -= 1)
      file = mutations[draws.integer(0, mutations.length - 1)]?.(Buffer.from(file), draws) ?? file
    if (draws.chance(0.7)) file = checked(file)
    const began = performance.now()
    const result = await decodeImage(file).catch((error: unknown) => error)
    const took = performance.now() - began
    slowest = Math.max(slowest, took)
    const what = `image ${index} of seed ${seed}`
    expect(took, what).toBeLessThan(limitMilliseconds)
    if (result instanceof Error) {
      expect(result, what).toBeInstanceOf(FileProblem)
      const { code } = result as FileProblem
      problems.set(code, (problems.get(code) ?? 0) + 1)
    } else {
      const { values, height, width, channels } = result as Awaited<ReturnType<typeof decodeImage>>
      expect(values.length, what).toBe(height * width * channels)
      expect(values.every(Number.isFinite), what).toBe(true)
      problems.set('read', (problems.get('read') ?? 0) + 1)
    }
  }
  if (isLong) {
    const counts = [...problems].map(([code, of]) => `${code} ${of}`).join(', ')
    process.stderr.write(`${count} mutated images: ${counts}; slowest ${Math.round(slowest)} ms (seed ${seed})\n`)
  }
  // Mutations reach the decoders, and some change what nobody reads.
  for (const code of ['read', 'broken-image', 'unsupported-image', 'not-an-image'])
    expect(problems.get(code)).toBeGreaterThan(0)
})

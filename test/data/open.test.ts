import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  truncate,
  unlink,
  writeFile,
} from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DataPipeline, EvaluationSample, EvaluationSet } from '../../src/data/contract.js'
import { DataErrors } from '../../src/data/errors.js'
import { writeExampleData } from '../../src/data/example/write.js'
import { openData, scanData } from '../../src/data/open.js'
import type { DataPlan } from '../../src/data/parameters.js'
import { encodeFloatTiff } from '../../src/data/tiff-write.js'
import type { SettingValue } from '../../src/plan/settings.js'
import { sgd, trainPlan } from '../support/components.js'
import { temporaryDirectory } from '../support/draemc.js'
import { tiffOf } from '../support/images.js'
import { compileSynthesis } from '../support/synthesis.js'

let scratch = ''
let root = ''
let workerFile = new URL('file:///')

beforeAll(async () => {
  scratch = await mkdtemp(join(process.cwd(), 'node_modules', '.draemc-data-'))
  root = join(scratch, 'maps')
  await writeExampleData('hdmap-example', root, { seed: 5, size: 0.1 })
  const outfile = join(scratch, 'worker.js')
  await build({
    entryPoints: ['src/data/worker.ts'],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  })
  workerFile = pathToFileURL(outfile)
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

function planOf(change: {
  readonly root?: string
  readonly data?: Readonly<Record<string, SettingValue>>
  readonly seed?: number
  readonly batch?: number
  readonly dropLast?: boolean
}): DataPlan {
  return {
    seed: change.seed ?? 1,
    image: { height: 32, width: 96, channels: 3 },
    batch: change.batch ?? 4,
    evalBatch: 5,
    data: {
      component: 'hdmap',
      parameters: {
        root: change.root ?? root,
        source: 'domain_A',
        targets: 'auto',
        image: [32, 96],
        channels: 3,
        resize: 'bilinear',
        antialias: false,
        fit: 'stretch',
        padding: 'black',
        range: [0, 1],
        normalise: { component: 'none', parameters: {} },
        batch: change.batch ?? 4,
        eval_batch: 5,
        validation: { component: 'held_out', parameters: { fraction: 0.1, faults: 'synthetic' } },
        drop_last: change.dropLast ?? true,
        cache: 64,
        ...change.data,
      },
    },
    synthesis: compileSynthesis('additive(width = 20% .. 40%, patches = 2)', { height: 32, width: 96, channels: 3 }),
    train: trainPlan({ optimizer: sgd(), epochs: 2 }),
  }
}

interface TakenBatch {
  readonly image: Float32Array
  readonly clean: Float32Array
  readonly faultMask: Float32Array
  readonly faultSeverity: Float32Array
}

async function take(data: DataPipeline, firstStep: number, count: number): Promise<readonly TakenBatch[]> {
  const batches = data.train(firstStep)
  const taken: TakenBatch[] = []
  for (let step = 0; step < count; step += 1) {
    const batch = await batches.next()
    const { image, clean, faultMask, faultSeverity } = batch
    taken.push({
      image: image.slice(),
      clean: clean.slice(),
      faultMask: faultMask.slice(),
      faultSeverity: faultSeverity.slice(),
    })
    batch.release()
  }
  await batches.close()
  return taken
}

/** Of all bits: comparing large arrays value by value takes seconds. */
function hashOf(arrays: readonly Float32Array[]): string {
  const hash = createHash('sha256')
  for (const values of arrays) hash.update(new Uint8Array(values.buffer))
  return hash.digest('hex')
}

function digest(batches: readonly TakenBatch[]): readonly string[] {
  return batches.map(({ image, clean, faultMask, faultSeverity }) => hashOf([image, clean, faultMask, faultSeverity]))
}

type Evaluated = Awaited<ReturnType<typeof evaluate>>

function digestOf({ samples, images, masks }: Evaluated): readonly unknown[] {
  return [samples, hashOf(images), hashOf(masks)]
}

async function evaluate(set: EvaluationSet) {
  const samples: EvaluationSample[] = []
  const images: Float32Array[] = []
  const masks: Float32Array[] = []
  for await (const batch of set.batches()) {
    batch.samples.forEach((sample, index) => {
      samples.push(sample)
      images.push(batch.image.slice(index * 32 * 96 * 3, (index + 1) * 32 * 96 * 3))
      masks.push(batch.mask.slice(index * 32 * 96, (index + 1) * 32 * 96))
    })
    batch.release()
  }
  return { samples, images, masks }
}

async function withData<Result>(
  plan: DataPlan,
  workers: number,
  use: (data: DataPipeline) => Promise<Result>,
): Promise<Result> {
  const data = await openData(plan, { workers, workerFile })
  try {
    return await use(data)
  } finally {
    await data.close()
  }
}

async function errorsOf(plan: DataPlan, workers = 0): Promise<DataErrors> {
  const error = await openData(plan, { workers, workerFile }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof DataErrors)) throw new Error(`expected DataErrors, got ${String(error)}`)
  return error
}

/** A copy of the example data that may be damaged. */
async function copied(name: string): Promise<string> {
  const directory = join(scratch, name)
  await cp(root, directory, { recursive: true })
  return directory
}

describe('the message of DataErrors', () => {
  const error = (file: string, message: string, code = 'broken-image', help = 'copy the file again') =>
    ({ code, file, message, help }) as const

  test('equal faults are one line', () => {
    const errors = Array.from({ length: 28 }, (_, i) => error(`${i}.png`, 'is cut off'))
    expect(new DataErrors('/data', errors).message.split('\n')).toEqual([
      '28 files or directories under /data cannot be used:',
      '  0.png: is cut off [broken-image]',
      '    and 27 more like it: 1.png, 2.png, 3.png, ...',
      '  help: copy the file again',
    ])
  })

  test('different messages of one code are shown up to a limit, other codes by themselves', () => {
    const sizes = Array.from({ length: 5 }, (_, i) => error(`${i}.png`, `is ${i} x 1`, 'mask-size', `make it ${i} x 2`))
    const errors = [...sizes.slice(0, 4), error('a.png', 'is cut off'), ...sizes.slice(4)]
    expect(new DataErrors('/data', errors).message.split('\n').slice(1)).toEqual([
      '  0.png: is 0 x 1 [mask-size]',
      '  1.png: is 1 x 1 [mask-size]',
      '  2.png: is 2 x 1 [mask-size]',
      '    and 2 more like it: 3.png, 4.png',
      '  a.png: is cut off [broken-image]',
      '  help: make it 0 x 2',
      '  help: make it 1 x 2',
      '  help: make it 2 x 2',
      '  help: copy the file again',
    ])
  })
})

describe('training batches', () => {
  test('the same bits for any number of workers, with a cache and without', async () => {
    const reference = digest(await withData(planOf({}), 0, (data) => take(data, 0, 9)))
    expect(new Set(reference).size).toBe(9)
    for (const [workers, cache] of [
      [1, 64],
      [3, 64],
      [1, 0],
      [0, 1],
    ] as const) {
      const found = await withData(planOf({ data: { cache } }), workers, (data) => take(data, 0, 9))
      expect(digest(found)).toEqual(reference)
    }
  })

  test('begun at a later step, they go on as the uninterrupted run does', async () => {
    await withData(planOf({}), 1, async (data) => {
      const whole = await take(data, 0, 9)
      expect(digest(await take(data, 5, 4))).toEqual(digest(whole.slice(5)))
    })
  })

  test('an epoch shows every image once; the next in another order and with other faults; another seed too', async () => {
    await withData(planOf({}), 1, async (data) => {
      expect([data.trainImages, data.stepsPerEpoch]).toEqual([18, 4])
      const epochs = [await take(data, 0, 4), await take(data, 4, 4)].map((batches) =>
        batches.flatMap(({ clean, faultSeverity }) =>
          [0, 1, 2, 3].map((index) => ({
            image: Buffer.from(clean.slice(index * 9216, (index + 1) * 9216).buffer).toString('base64'),
            severity: faultSeverity[index] ?? 0,
          })),
        ),
      )
      const [first, second] = epochs.map((samples) => samples.map(({ image }) => image))
      expect(new Set(first).size).toBe(16)
      expect(first).not.toEqual(second)
      expect(epochs[0]?.map(({ severity }) => severity)).not.toEqual(epochs[1]?.map(({ severity }) => severity))
    })
    const other = await withData(planOf({ seed: 2 }), 1, (data) => take(data, 0, 1))
    expect(digest(other)).not.toEqual(digest(await withData(planOf({}), 1, (data) => take(data, 0, 1))))
  })

  test('mask, severity and difference agree; grey images have three equal channels', async () => {
    const batches = await withData(planOf({}), 1, (data) => take(data, 0, 8))
    let faulty = 0
    for (const { image, clean, faultMask, faultSeverity } of batches) {
      for (let sample = 0; sample < 4; sample += 1) {
        const mask = faultMask.subarray(sample * 3072, (sample + 1) * 3072)
        const severity = faultSeverity[sample] ?? Number.NaN
        expect(mask.includes(1)).toBe(severity > 0)
        if (severity > 0) faulty += 1
        for (let pixel = 0; pixel < 3072; pixel += 1) {
          const at = (sample * 3072 + pixel) * 3
          if (image[at] !== image[at + 1] || image[at] !== image[at + 2]) throw new Error('channels differ')
          if (mask[pixel] === 0 && image[at] !== clean[at]) throw new Error('a pixel outside the mask was touched')
        }
      }
    }
    expect(faulty).toBeGreaterThan(5)
    expect(faulty).toBeLessThan(27)
  })

  test('without drop_last the last batch is filled up from the beginning of the epoch', async () => {
    await withData(planOf({ dropLast: false }), 1, async (data) => {
      expect(data.stepsPerEpoch).toBe(5)
      const steps = await take(data, 0, 5)
      expect(steps[4]?.clean.slice(2 * 9216)).toEqual(steps[0]?.clean.slice(0, 2 * 9216))
    })
  })

  test('close ends while batches are being filled, and the readers may change', async () => {
    await withData(planOf({}), 2, async (data) => {
      for (let round = 0; round < 5; round += 1) await take(data, round, 1)
      const batches = data.train(0)
      const { release } = await batches.next()
      await batches.close()
      release()
      expect(await take(data, 0, 2)).toHaveLength(2)
    })
  })
})

describe('evaluation', () => {
  test('held out: each image once clean, once with a fault; none of them is trained on', async () => {
    await withData(planOf({}), 1, async (data) => {
      const { samples, images, masks } = await evaluate(data.validation)
      expect(data.validation.images).toBe(4)
      expect(samples.map(({ label }) => label)).toEqual([0, 1, 0, 1])
      samples.forEach((sample, index) => {
        expect(masks[index]?.includes(1)).toBe(sample.label === 1)
        if (sample.label === 0) return
        expect(sample.file).toBe(`${samples[index - 1]?.file}#synthetic`)
        expect(sample.severity).toBeGreaterThan(0)
        expect(hashOf(images.slice(index, index + 1))).not.toBe(hashOf(images.slice(index - 1, index)))
      })
      const trained = (await take(data, 0, 4)).flatMap(({ clean }) => [0, 1, 2, 3].map((i) => clean[i * 9216 + 4000]))
      for (const index of [0, 2]) expect(trained).not.toContain(images[index]?.[4000])
      expect(digestOf(await evaluate(data.validation))).toEqual(digestOf({ samples, images, masks }))
    })
  })

  test('a severity ladder: each normal image clean and with the same fault at every severity', async () => {
    const frame = { height: 32, width: 96, channels: 3 } as const
    const synthesis = compileSynthesis('additive(width = 20% .. 40%)', frame)
    await withData({ ...planOf({}), synthesis, evaluate: { ladder: [0.2, 0.4] } }, 1, async (data) => {
      expect(data.ladder.map(({ severity }) => severity)).toEqual([0.2, 0.4])
      const [source] = data.tests
      if (source === undefined) throw new Error('the source has a test set')
      const normals = (await evaluate(source)).samples.filter(({ label }) => label === 0).length
      const [low, high] = await Promise.all(data.ladder.map(({ set }) => evaluate(set)))
      if (low === undefined || high === undefined) throw new Error('two severities were asked for')
      expect(low.samples.length).toBe(2 * normals)
      expect(low.samples.map(({ severity }) => severity)).toEqual(low.samples.map((_, at) => (at % 2 === 0 ? 0 : 0.2)))
      expect(high.samples.map(({ label }) => label)).toEqual(low.samples.map((_, at) => at % 2))
      expect(high.masks).toEqual(low.masks)
      let compared = 0
      for (let at = 1; at < low.samples.length; at += 2) {
        expect(low.masks[at]?.includes(1)).toBe(true)
        const [clean, weak, strong] = [low.images[at - 1], low.images[at], high.images[at]]
        expect(high.images[at - 1]).toEqual(clean)
        clean?.forEach((value, pixel) => {
          const [less, more] = [(weak?.[pixel] ?? 0) - value, (strong?.[pixel] ?? 0) - value]
          // What would leave the range is clamped to it.
          if (less === 0 || (strong?.[pixel] ?? 0) <= 0 || (strong?.[pixel] ?? 0) >= 1) return
          expect(Math.abs(more - 2 * less)).toBeLessThan(1e-6)
          compared += 1
        })
      }
      expect(compared).toBeGreaterThan(1000)
    })
  })

  test('tests: labels, severities, masks, the padded last batch, the same for any number of workers', async () => {
    const results = []
    for (const workers of [0, 2]) {
      results.push(
        await withData(planOf({}), workers, async (data) => {
          expect(data.tests.map(({ name, role }) => `${name} ${role}`)).toEqual([
            'domain_A source',
            'domain_B target',
            'domain_C target',
            'domain_D target',
          ])
          const sets = []
          for (const set of data.tests) sets.push(await evaluate(set))
          return sets
        }),
      )
    }
    expect(results[1]?.map(digestOf)).toEqual(results[0]?.map(digestOf))
    for (const { samples, masks } of results[0] ?? []) {
      expect(samples).toHaveLength(12)
      samples.forEach((sample, index) => {
        expect(sample.hasMask).toBe(sample.label === 1)
        expect(masks[index]?.includes(1)).toBe(sample.label === 1)
        expect(sample.severity === 0).toBe(sample.label === 0)
      })
    }
  })

  test('masks that are black where the image is faulty, or opaque there, are the masks that they are of', async () => {
    const masksOf = async (change: Parameters<typeof planOf>[0]): Promise<readonly unknown[]> => {
      const found: unknown[] = []
      await withData(planOf(change), 1, async ({ tests, notes }) => {
        expect(notes.map(({ code }) => code)).toEqual([])
        for (const set of tests) found.push(hashOf((await evaluate(set)).masks))
      })
      return found
    }
    const expected = await masksOf({})
    for (const rule of ['below', 'opaque'] as const) {
      const copy = join(temporaryDirectory(), 'data')
      cpSync(root, copy, { recursive: true })
      for (const domain of readdirSync(copy).filter((name) => name.startsWith('domain_'))) {
        const folder = join(copy, domain, 'ground_truth', 'fault')
        for (const name of readdirSync(folder)) {
          const { data, info } = await sharp(join(folder, name))
            .toColourspace('b-w')
            .raw()
            .toBuffer({ resolveWithObject: true })
          const { width, height } = info
          const pixels =
            rule === 'below'
              ? data.map((value) => 255 - value)
              : Buffer.from([...data].flatMap((value) => [9, 9, 9, value]))
          const channels = rule === 'below' ? 1 : 4
          const image = sharp(pixels, { raw: { width, height, channels } })
          writeFileSync(
            join(folder, name),
            await (rule === 'below' ? image.toColourspace('b-w') : image).png().toBuffer(),
          )
        }
      }
      const threshold = rule === 'below' ? 0.5 : 0
      const found = await masksOf({ root: copy, data: { mask: { component: rule, parameters: { threshold } } } })
      expect(found).toEqual(expected)
    }
    const opaque = planOf({ data: { mask: { component: 'opaque', parameters: { threshold: 0 } } } })
    await expect(withData(opaque, 1, async () => undefined)).rejects.toThrow(/has no alpha channel/)
  })

  test('several sources are trained on together, and each is tested as a source', async () => {
    // The targets of the example have images to train on, too.
    const trainOf = (domain: string) => readdirSync(join(root, domain, 'train', 'good')).length
    const plan = planOf({ data: { together_with: ['domain_C', 'domain_B'] } })
    await withData(plan, 1, async (data) => {
      expect(data.tests.map(({ name, role }) => [name, role])).toEqual([
        ['domain_A', 'source'],
        ['domain_C', 'source'],
        ['domain_B', 'source'],
        ['domain_D', 'target'],
      ])
      const all = ['domain_A', 'domain_B', 'domain_C'].reduce((sum, domain) => sum + trainOf(domain), 0)
      expect(data.trainImages).toBe(all - Math.round(all * 0.1))
    })
    const reference = planOf({
      data: { together_with: ['domain_C'], validation: { component: 'reference', parameters: {} } },
    })
    await withData(reference, 1, async (data) => {
      const files = (await evaluate(data.validation)).samples.map(({ file }) => file.split('/')[0])
      expect([...new Set(files)]).toEqual(['domain_A', 'domain_C'])
    })
  })

  test('folds: each training image is held out once, whichever seed draws them', async () => {
    for (const seed of [1, 2]) {
      const held: string[] = []
      for (let fold = 1; fold <= 3; fold += 1) {
        const validation = { component: 'folds', parameters: { count: 3, fold, faults: 'synthetic' } }
        await withData(planOf({ seed, data: { validation } }), 1, async (data) => {
          const { samples } = await evaluate(data.validation)
          const files = samples.flatMap(({ file, label }) => (label === 0 ? file : []))
          expect(samples).toHaveLength(2 * files.length)
          expect(data.trainImages).toBe(20 - files.length)
          held.push(...files)
        })
      }
      expect(held).toHaveLength(20)
      expect(new Set(held).size).toBe(20)
    }
  })

  test('`listed` validates on the images set apart, with synthetic faults or as they are, and holds nothing out', async () => {
    const copy = join(temporaryDirectory(), 'data')
    cpSync(root, copy, { recursive: true })
    const good = join(copy, 'domain_A', 'validation', 'good')
    mkdirSync(good, { recursive: true })
    const [image = ''] = readdirSync(join(copy, 'domain_A', 'test', 'good'))
    cpSync(join(copy, 'domain_A', 'test', 'good', image), join(good, 'own.tiff'))
    for (const [faults, labels] of [
      ['synthetic', [0, 1]],
      ['none', [0]],
    ] as const) {
      const validation = { component: 'listed', parameters: { faults } }
      await withData(planOf({ root: copy, data: { validation } }), 1, async (data) => {
        expect(data.trainImages).toBe(20)
        const { samples, masks } = await evaluate(data.validation)
        expect(samples.map(({ label }) => label)).toEqual(labels)
        expect(samples[0]?.file).toBe('domain_A/validation/good/own.tiff')
        expect(masks.map((mask) => mask.includes(1))).toEqual(labels.map((label) => label === 1))
        expect(data.files.map(({ file }) => file)).toContain('domain_A/validation/good/own.tiff')
        expect(data.notes.map(({ message }) => message)).toEqual([
          expect.stringContaining('1 image of the validation is one of the training or the test, byte for byte'),
        ])
      })
    }
  })

  test('`reference` validates on the source test set and holds nothing out', async () => {
    const plan = planOf({ data: { validation: { component: 'reference', parameters: {} } } })
    await withData(plan, 1, async (data) => {
      expect(data.trainImages).toBe(20)
      expect((await evaluate(data.validation)).samples).toEqual(
        (await evaluate(data.tests[0] ?? data.validation)).samples,
      )
    })
  })
})

describe('the content hash', () => {
  test('moves with a name or a byte, not with the place of the root', async () => {
    const hash = async (directory: string) => (await scanData(planOf({ root: directory }), { workers: 0 })).contentHash
    const first = await hash(root)
    const copy = await copied('hash')
    expect(await hash(copy)).toBe(first)
    const file = join(copy, 'domain_A/train/good/0003.tiff')
    await writeFile(file, encodeFloatTiff(31, 95, new Float32Array(31 * 95)))
    expect(await hash(copy)).not.toBe(first)
  })
})

describe('notes of what the files hold', () => {
  const notesOf = async (directory: string, data: Readonly<Record<string, SettingValue>> = {}) =>
    (await scanData(planOf({ root: directory, data }), { workers: 0 })).notes
  const toFile = (image: Sharp, ...parts: readonly string[]) => image.toFile(join(...parts))
  const flat = (value: number) =>
    ({ create: { width: 95, height: 31, channels: 3, background: { r: value, g: value, b: value } } }) as const

  test('the example has none', async () => {
    expect(await notesOf(root)).toEqual([])
  })

  test('another type, another content than the name says, an orientation; one note a kind', async () => {
    const copy = await copied('kinds')
    const good = join(copy, 'domain_A/train/good')
    await writeFile(join(good, '0002.tiff'), await sharp(flat(40)).jpeg().withMetadata({ orientation: 6 }).toBuffer())
    await writeFile(join(good, '0005.tiff'), await sharp(flat(40)).png().toBuffer())
    const notes = await notesOf(copy)
    expect(notes.map(({ code, file, message }) => `${code} ${file} ${message}`)).toEqual([
      'lossy-images domain_A/train/good/0002.tiff is a JPEG, which is lossy: its values are only near those that were measured',
      'misnamed-images domain_A/train/good/0002.tiff is a JPEG by its content, and read as one; 2 files in all',
      'turned-images domain_A/train/good/0002.tiff is to be turned for display (EXIF orientation 6), but read as it is stored',
      expect.stringMatching(
        /^mixed-types domain_A\/train\/good\/0002.tiff is uint8, but images are of several types \(\d+ float32, 2 uint8\)/,
      ),
    ])
  })

  test('masks that mark nothing, too little or everything, or hold values between', async () => {
    const copy = await copied('masks')
    const masks = join(copy, 'domain_B/ground_truth/fault')
    const raw = { width: 95, height: 31, channels: 1 } as const
    const mask = (name: string, pixel: (at: number) => number) =>
      toFile(
        sharp(Buffer.from(Array.from({ length: 31 * 95 }, (_, at) => pixel(at))), { raw }).toColourspace('b-w'),
        masks,
        name,
      )
    await mask('0000_mask.png', () => 0)
    await mask('0001_mask.png', () => 1)
    await mask('0002_mask.png', (at) => (at < 300 ? at % 4 : 0))
    await mask('0003_mask.png', (at) => (at === 1 ? 255 : 0))
    const notes = await notesOf(copy, { image: [32, 16] })
    expect(notes.map(({ code, file, message }) => `${code} ${file} ${message}`)).toEqual([
      'mask-levels domain_B/ground_truth/fault/0002_mask.png is a mask with the values 1, 2, 3 besides 0; what is above 0 counts as faulty',
      'full-masks domain_B/ground_truth/fault/0001_mask.png is a mask that marks the whole image',
      'blank-masks domain_B/ground_truth/fault/0000_mask.png is a mask that marks nothing, of the faulty image domain_B/test/fault/0000.tiff',
      'lost-masks domain_B/ground_truth/fault/0003_mask.png is a mask that marks too little for 32 x 16: no marked pixel is left there',
    ])
  })

  test('12-bit values in 16-bit files: a note with the normalisation, which then has its effect', async () => {
    const directory = join(scratch, 'twelve')
    for (const [number, part] of ['train/good', 'test/good', 'test/fault'].entries()) {
      await mkdir(join(directory, 'domain_A', part), { recursive: true })
      for (let index = 0; index < 5; index += 1) {
        const values = Uint16Array.from({ length: 64 }, (_, at) =>
          at === 0 ? 0 : at === 1 ? 4095 : 700 * index + at + number,
        )
        const file = join(directory, 'domain_A', part, `${index}.tif`)
        await writeFile(file, tiffOf({ width: 8, height: 8, bits: 16 }, Buffer.from(values.buffer)))
      }
    }
    const [note, ...others] = await notesOf(directory)
    expect(others).toEqual([])
    expect(note?.message).toBe('all 15 images together use only 0 .. 0.0625 of the range 0 .. 1 (6.2 %)')
    expect(note?.help).toContain('`normalise = minmax(low = 0, high = 0.062485695)`')
    const normalise = { component: 'minmax', parameters: { low: 0, high: 0.0625 } }
    expect(await notesOf(directory, { normalise })).toEqual([])
    await withData(planOf({ root: directory, data: { normalise }, batch: 2 }), 0, async (data) => {
      const [batch] = await take(data, 0, 1)
      expect(Math.max(...(batch?.clean ?? []))).toBeGreaterThan(0.5)
    })
  })
})

describe('data that cannot be used', () => {
  test('all broken files are told at once, before training, by any number of workers', async () => {
    const copy = await copied('broken')
    const train = join(copy, 'domain_A/train/good')
    await truncate(join(train, '0000.tiff'), 5000)
    await writeFile(join(train, '0001.tiff'), '')
    await writeFile(join(train, '0002.tiff'), 'not a picture')
    await writeFile(join(train, '0004.tiff'), encodeFloatTiff(2, 2, Float32Array.from([0, 1, Number.NaN, 0])))
    const mask = join(copy, 'domain_B/ground_truth/fault/0001_mask.png')
    await sharp({ create: { width: 5, height: 5, channels: 3, background: 'white' } })
      .png()
      .toFile(mask)
    for (const workers of [0, 2]) {
      const { errors, exitCode, message } = await errorsOf(planOf({ root: copy }), workers)
      expect(exitCode).toBe(4)
      expect(errors.map(({ code, file }) => `${code} ${file}`)).toEqual([
        'broken-image domain_A/train/good/0000.tiff',
        'empty-file domain_A/train/good/0001.tiff',
        'not-an-image domain_A/train/good/0002.tiff',
        'not-finite domain_A/train/good/0004.tiff',
        'mask-size domain_B/ground_truth/fault/0001_mask.png',
      ])
      expect(message).toContain('domain_A/train/good/0002.tiff')
    }
  })

  test('of files outside the declared range the worst is named; a normalisation corrects it', async () => {
    const copy = await copied('range')
    const write = (name: string, value: number) =>
      writeFile(join(copy, 'domain_C/test/fault', name), encodeFloatTiff(31, 95, new Float32Array(31 * 95).fill(value)))
    await write('0000.tiff', 1.5)
    await write('0001.tiff', 3)
    await write('0002.tiff', -1)
    const { errors } = await errorsOf(planOf({ root: copy }))
    expect(errors.map(({ code, file }) => `${code} ${file}`)).toEqual(['outside-range domain_C/test/fault/0001.tiff'])
    expect(errors[0]?.message).toContain('3 .. 3, outside the declared range 0 .. 1; 3 files do')
    expect(errors[0]?.help).toContain('`range = [-1, 3]`')
    expect(errors[0]?.help).toContain('`normalise = minmax(low = -1, high = 3)`')
    const normalise = { component: 'minmax', parameters: { low: -1, high: 3 } }
    await expect(scanData(planOf({ root: copy, data: { normalise } }), { workers: 0 })).resolves.toBeDefined()
    const tooNarrow = { component: 'minmax', parameters: { low: 0, high: 2 } }
    const still = await errorsOf(planOf({ root: copy, data: { normalise: tooNarrow } }))
    expect(still.errors[0]?.help).toContain('`normalise = minmax(low = -1, high = 3)`')
  })

  test('a value that is outside by its last bit is shown so, and the range that is named corrects it', async () => {
    const copy = await copied('last-bit')
    const values = new Float32Array(31 * 95).fill(0.5)
    values.set([1.000_000_1, -0.28])
    await writeFile(join(copy, 'domain_C/test/fault/0000.tiff'), encodeFloatTiff(31, 95, values))
    const { errors } = await errorsOf(planOf({ root: copy, data: { range: [-0.28, 1] } }))
    expect(errors[0]?.message).toContain('-0.28 .. 1.0000001, outside the declared range -0.28 .. 1;')
    const named =
      /`range = \[(.*), (.*)\]`/
        .exec(errors[0]?.help ?? '')
        ?.slice(1)
        .map(Number) ?? []
    expect(named).toEqual([-0.28, 1.000_000_1])
    await expect(scanData(planOf({ root: copy, data: { range: named } }), { workers: 0 })).resolves.toBeDefined()
  })

  test('missing directories, no images, severities without images', async () => {
    expect((await errorsOf(planOf({ root: join(scratch, 'nowhere') }))).errors[0]?.code).toBe('data-root-missing')
    const copy = await copied('missing')
    await rm(join(copy, 'domain_B/test/good'), { recursive: true })
    await rm(join(copy, 'domain_D/test/good'), { recursive: true })
    await mkdir(join(copy, 'domain_D/test/good'))
    await unlink(join(copy, 'domain_C/test/fault/0000.tiff'))
    await writeFile(join(copy, 'domain_A/test/severity.csv'), 'image,severity\nfault/0000.tiff,much\n')
    const { errors, exitCode, message } = await errorsOf(planOf({ root: copy }))
    expect(errors.map(({ code, file }) => `${code} ${file}`)).toEqual([
      'bad-table domain_A/test/severity.csv',
      'domain-incomplete domain_B/test/good',
      'masks-do-not-fit domain_C/ground_truth/fault/0000_mask.png',
      'bad-table domain_C/test/severity.csv',
      'no-images domain_D/test/good',
    ])
    expect(exitCode).toBe(4)
    expect(message).toContain("line 2 of `domain_A/test/severity.csv` has the severity 'much'")
  })

  test('what may not be read is one error each, and not taken to be missing', async () => {
    const copy = await copied('unreadable')
    const loop = async (path: string) => {
      await rm(join(copy, path), { recursive: true, force: true })
      await symlink(basename(path), join(copy, path))
    }
    await loop('domain_A/ground_truth')
    await loop('domain_B/test/fault')
    await loop('domain_C/test')
    await loop('domain_D/test/severity.csv')
    await loop('domain_E')
    await loop('lost+found')
    const { errors } = await errorsOf(planOf({ root: copy }))
    expect(errors.map(({ message }) => message)).toEqual([
      '`domain_A/ground_truth` cannot be read (ELOOP)',
      '`domain_E` cannot be read (ELOOP)',
      '`domain_C/test` cannot be read (ELOOP)',
      '`domain_B/test/fault` cannot be read (ELOOP)',
      '`domain_D/test/severity.csv` cannot be read (ELOOP)',
    ])
  })

  test.skipIf(process.getuid?.() === 0)('nor what there is no permission for', async () => {
    const copy = await copied('forbidden')
    const places = ['domain_B/test/good', 'domain_C', 'domain_D/ground_truth']
    for (const place of places) await chmod(join(copy, place), 0)
    try {
      const { errors } = await errorsOf(planOf({ root: copy }))
      expect(errors.map(({ message }) => message)).toEqual([
        '`domain_C` cannot be read (EACCES)',
        '`domain_B/test/good` cannot be read (EACCES)',
        '`domain_D/ground_truth` cannot be read (EACCES)',
      ])
    } finally {
      for (const place of places) await chmod(join(copy, place), 0o755)
    }
  })

  test('a domain that is not there is one error', async () => {
    const { errors } = await errorsOf(planOf({ data: { source: 'domain_Z', targets: ['domain_B', 'domain_Y'] } }))
    expect(errors.map(({ code, file }) => `${code} ${file}`)).toEqual([
      'domain-missing domain_Z',
      'domain-missing domain_Y',
    ])
  })

  test('test images that are training images are named with both files; so is one file with both labels', async () => {
    const copy = await copied('leak')
    for (const name of ['0000', '0001', '0002', '0003'])
      await cp(join(copy, `domain_A/train/good/${name}.tiff`), join(copy, `domain_C/test/good/${name}.tiff`))
    await cp(join(copy, 'domain_B/test/fault/0001.tiff'), join(copy, 'domain_B/test/good/0000.tiff'))
    const { notes } = await scanData(planOf({ root: copy }), { workers: 0 })
    expect(notes.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'leaked-images: 4 test images are training images, byte for byte (leakage): domain_C/test/good/0000.tiff = domain_A/train/good/0000.tiff, domain_C/test/good/0001.tiff = domain_A/train/good/0001.tiff, domain_C/test/good/0002.tiff = domain_A/train/good/0002.tiff and 1 more',
      'contradicting-labels: 1 normal test image is a faulty one, too, byte for byte: domain_B/test/good/0000.tiff = domain_B/test/fault/0001.tiff',
    ])
  })

  test('a faulty image whose mask marks nothing counts as one without a mask, and is named', async () => {
    const copy = await copied('blank')
    const blank = await sharp({ create: { width: 95, height: 31, channels: 3, background: 'black' } })
      .png()
      .toBuffer()
    for (const name of await readdir(join(copy, 'domain_A/ground_truth/fault')))
      await writeFile(join(copy, 'domain_A/ground_truth/fault', name), blank)
    await writeFile(join(copy, 'domain_B/ground_truth/fault/0001_mask.png'), blank)
    await withData(planOf({ root: copy }), 0, async ({ tests, notes }) => {
      expect(notes.map(({ code, message }) => `${code}: ${message}`)).toEqual([
        'blank-masks: is a mask that marks nothing, of the faulty image domain_A/test/fault/0000.tiff; 7 files in all',
      ])
      expect(tests.slice(0, 2).map(({ labels }) => labels)).toMatchObject([
        { faulty: 6, masked: 0, blank: 6 },
        { faulty: 6, masked: 5, blank: 1 },
      ])
      const { samples } = await evaluate(tests[1] ?? (tests[0] as EvaluationSet))
      expect(samples.filter(({ label, hasMask }) => label === 1 && !hasMask)).toEqual([
        expect.objectContaining({
          file: 'domain_B/test/fault/0001.tiff',
          blankMask: 'domain_B/ground_truth/fault/0001_mask.png',
        }),
      ])
    })
  })

  test('several masks of an image, in a directory of its name, mark what any of them marks', async () => {
    const copy = await copied('several-masks')
    const masks = join(copy, 'domain_B', 'ground_truth', 'fault')
    const whole = await sharp(join(masks, '0001_mask.png')).toColourspace('b-w').raw().toBuffer()
    await mkdir(join(masks, '0001'))
    // A kind of fault a file, as MVTec LOCO has them: the left half with one number, the right half with another.
    for (const [name, from, to, value] of [
      ['000', 0, 40, 255],
      ['001', 40, 95, 236],
    ] as const) {
      const part = whole.map((marked, at) => (marked > 0 && at % 95 >= from && at % 95 < to ? value : 0))
      const raw = { width: 95, height: 31, channels: 1 } as const
      await sharp(part, { raw })
        .toColourspace('b-w')
        .png()
        .toFile(join(masks, '0001', `${name}.png`))
    }
    const read = async (folder: string) =>
      await withData(planOf({ root: folder }), 0, async ({ tests }) => {
        const set = tests.find(({ name }) => name === 'domain_B')
        const { samples, masks: made } = await evaluate(set ?? expect.fail('no domain_B'))
        const index = samples.findIndex(({ file }) => file === 'domain_B/test/fault/0001.tiff')
        return [samples[index]?.hasMask, [...(made[index] ?? [])]]
      })
    const expected = await read(root)
    await rm(join(masks, '0001_mask.png'))
    expect(await read(copy)).toEqual(expected)
  })

  test('normal images alone train, validated by synthetic faults', async () => {
    const copy = await copied('normal')
    for (const name of ['domain_B', 'domain_C', 'domain_D', 'domain_A/test', 'domain_A/ground_truth'])
      await rm(join(copy, name), { recursive: true })
    await withData(planOf({ root: copy }), 0, async ({ tests, validation, trainImages }) => {
      expect([tests.length, validation.images, trainImages]).toEqual([0, 4, 18])
      expect(validation.labels).toEqual({ normal: 2, faulty: 2, masked: 2, blank: 0, measured: 2 })
    })
  })

  test('fewer training images than a batch', async () => {
    const { errors } = await errorsOf(planOf({ batch: 19 }))
    expect(errors.map(({ code }) => code)).toEqual(['batch-larger-than-data'])
  })

  test('a file that breaks after the scan ends the step that needs it by its name', async () => {
    const copy = await copied('later')
    await withData(planOf({ root: copy, data: { cache: 0 } }), 1, async (data) => {
      await rm(join(copy, 'domain_B/test/good/0000.tiff'))
      const target = data.tests[1]
      if (target === undefined) throw new Error('no target')
      await expect(evaluate(target)).rejects.toThrow('domain_B/test/good/0000.tiff: is not there [missing-file]')
    })
  })

  test('a file that changes after the scan, to whatever, is named', async () => {
    const copy = await copied('changed')
    await withData(planOf({ root: copy, data: { cache: 0 } }), 1, async (data) => {
      const target = data.tests[1]
      if (target === undefined) throw new Error('no target')
      const good = join(copy, 'domain_B/test/good')
      const before = await readFile(join(good, '0000.tiff'))
      const changed = 'domain_B/test/good/0000.tiff: is not what it was when the data was read'
      // Another image that would do; one that is broken.
      for (const content of [await readFile(join(good, '0001.tiff')), before.subarray(0, 100)]) {
        await writeFile(join(good, '0000.tiff'), content)
        await expect(evaluate(target)).rejects.toThrow(changed)
      }
      await writeFile(join(good, '0000.tiff'), before)
      await evaluate(target)
      const [mask = ''] = await readdir(join(copy, 'domain_B/ground_truth/fault'))
      const path = join(copy, 'domain_B/ground_truth/fault', mask)
      await writeFile(path, Buffer.concat([await readFile(path), Buffer.of(0)]))
      await expect(evaluate(target)).rejects.toThrow(`${mask}: is not what it was when the data was read`)
    })
  })

  test('a worker that ends by itself is an error, not a wait', async () => {
    const crashing = join(scratch, 'crashing.js')
    await writeFile(
      crashing,
      "import { parentPort } from 'node:worker_threads'\nparentPort.on('message', () => process.exit(7))\n",
    )
    const opening = openData(planOf({}), { workers: 1, workerFile: pathToFileURL(crashing) })
    await expect(opening).rejects.toThrow('worker-failed')
  })
})

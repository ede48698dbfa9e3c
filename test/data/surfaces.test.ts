import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeImage, readImageFile } from '../../src/data/decode.js'
import { exampleSets, hasExampleData } from '../../src/data/example/sets.js'
import * as constants from '../../src/data/example/surfaces/constants.js'
import { makeSurface } from '../../src/data/example/surfaces/surface.js'
import { writeExampleData } from '../../src/data/example/write.js'
import { keyFor } from '../../src/random/key.js'
import { imageStatistics, separation } from '../support/image-statistics.js'

const { side, kinds, defectNames } = constants

/** Red, green, blue, and their mean, of `count` images. */
function photographs(kind: constants.Kind, seed: number, count: number, defect?: constants.Defect) {
  const key = keyFor(seed, `surfaces/${kind.name}/test/${defect ?? 'good'}`)
  return Array.from({ length: count }, (_, index) => {
    const { values } = makeSurface(kind, key, index, defect)
    const channel = (of: number) => Float32Array.from({ length: side * side }, (_, at) => values[3 * at + of] ?? 0)
    const [red, green, blue] = [channel(0), channel(1), channel(2)]
    const grey = red.map((value, at) => (value + (green[at] ?? 0) + (blue[at] ?? 0)) / 3)
    return { red, green, blue, grey, contrast: red.map((value, at) => value - (blue[at] ?? 0)) }
  })
}

describe('no simple statistic of an image tells a defect', () => {
  test.each(kinds)('$name: AUROC below 0.70, over all classes and in each', (kind) => {
    const normal = photographs(kind, 1, constants.counts.good)
    const classes = defectNames.map((defect) => photographs(kind, 1, constants.counts.good, defect))
    const all = classes.flatMap((images) => images.slice(0, constants.counts.defect))
    for (const part of ['red', 'green', 'blue', 'grey', 'contrast'] as const) {
      for (const [name, statistic] of Object.entries(imageStatistics)) {
        const measure = (images: typeof normal) => images.map((image) => statistic(image[part], side, side))
        const expected = measure(normal)
        for (const faulty of [all, ...classes]) {
          expect(separation(expected, measure(faulty)), `${name} of ${part}`).toBeLessThan(0.7)
        }
      }
    }
  })
})

describe('a surface', () => {
  test('differs from the normal one of the same draws where its mask says, and almost everywhere there', () => {
    for (const kind of kinds) {
      for (const defect of defectNames) {
        const key = keyFor(3, 'one')
        for (let index = 0; index < 20; index += 1) {
          const normal = makeSurface(kind, key, index)
          const faulty = makeSurface(kind, key, index, defect)
          const changed = Array.from({ length: side * side }, (_, at) =>
            [0, 1, 2].some((channel) => normal.values[3 * at + channel] !== faulty.values[3 * at + channel]),
          )
          const marked = changed.filter((_, at) => faulty.mask?.[at] === 1)
          expect(marked.length).toBeGreaterThan(20)
          expect(marked.length).toBeLessThan(side * side * 0.2)
          expect(marked.filter(Boolean).length / marked.length).toBeGreaterThan(0.75)
          expect(changed.some((differs, at) => differs && faulty.mask?.[at] !== 1)).toBe(false)
        }
      }
    }
  })

  test('the bytes are pinned: they are the same on every machine', () => {
    const hash = createHash('sha256')
    for (const kind of kinds) {
      for (const defect of [undefined, ...defectNames]) {
        for (let index = 0; index < 10; index += 1) {
          hash.update(makeSurface(kind, keyFor(1, 'pinned'), index, defect).values)
        }
      }
    }
    expect([exampleSets['surfaces-example'].version, hash.digest('hex').slice(0, 16)]).toEqual([1, '12ae654f5e1092cc'])
  })
})

describe('the files', () => {
  let scratch = ''
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'draemc-surfaces-'))
  })
  afterAll(() => rm(scratch, { recursive: true, force: true }))

  test('lie as those of MVTec AD: categories, classes of defects, a mask for each faulty image', async () => {
    const root = join(scratch, 'surfaces')
    const options = { seed: 1, size: 0.1 }
    await writeExampleData('surfaces-example', root, options)
    expect(hasExampleData('surfaces-example', root, options)).toBe(true)
    expect(hasExampleData('hdmap-example', root, options)).toBe(false)
    expect((await readdir(join(root, 'weave', 'test'))).toSorted()).toEqual(['cut', 'good', 'stain', 'twist'])
    expect(await readdir(join(root, 'grain', 'train', 'good'))).toHaveLength(20)
    const grain = kinds.find(({ name }) => name === 'grain') ?? kinds[0]
    for (const defect of defectNames) {
      expect(await readdir(join(root, 'grain', 'test', defect))).toEqual(['0000.png', '0001.png'])
      const image = await decodeImage(readImageFile(join(root, 'grain', 'test', defect, '0001.png')))
      const mask = await decodeImage(readImageFile(join(root, 'grain', 'ground_truth', defect, '0001_mask.png')))
      const expected = makeSurface(grain, keyFor(1, `surfaces/grain/test/${defect}`), 1, defect)
      expect([image.height, image.width, image.channels]).toEqual([side, side, 3])
      expect([...image.values].map((value) => Math.round(255 * value))).toEqual([...expected.values])
      expect([...mask.values]).toEqual([...(expected.mask ?? [])])
    }
  })
})

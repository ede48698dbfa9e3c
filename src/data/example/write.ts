import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { makeDirectory } from '../../files/writing.js'
import { keyFor } from '../../random/key.js'
import { encodeFloatTiff } from '../tiff-write.js'
import * as constants from './constants.js'
import { makeMap } from './map.js'
import { describeExample, type ExampleOptions, marker } from './marker.js'

/**
 * Writes maps that resemble the Health Data Map: float32 TIFFs of 31 x 95 in [0, 1], four domains, masks and
 * severities beside the faulty ones. The same options give the same bytes on any machine. Everything is written beside
 * the directory and renamed, so that an interrupted run leaves nothing half; a directory that holds anything but
 * example data is refused.
 */
export async function writeExampleData(directory: string, options: ExampleOptions): Promise<void> {
  if (!(await isFree(directory))) {
    throw new ExampleDirectoryError(`${directory} is not empty and holds no example data: name another directory`)
  }
  const beside = `${directory}.writing-${process.pid}`
  await rm(beside, { recursive: true, force: true })
  try {
    makeDirectory(beside)
    for (const domain of constants.domains) await writeDomain(beside, domain, options)
    await writeFile(join(beside, marker), describeExample(options))
    await replaceDirectory(beside, directory)
  } finally {
    await rm(beside, { recursive: true, force: true })
  }
}

async function writeDomain(
  root: string,
  domain: (typeof constants.domains)[number],
  { seed, size }: ExampleOptions,
): Promise<void> {
  const { counts } = constants
  const number = (count: number): number => Math.max(1, Math.round(count * size))
  const train = number(domain.name === 'domain_A' ? counts.train : counts.otherTrain)
  const key = (kind: string): string => keyFor(seed, `example/${domain.name}/${kind}`)
  await writeMaps(join(root, domain.name, 'train', 'good'), train, (index) =>
    makeMap(domain, key('train'), index, false),
  )
  await writeMaps(join(root, domain.name, 'test', 'good'), number(counts.good), (index) =>
    makeMap(domain, key('good'), index, false),
  )
  const lines = ['image,severity']
  const masks = join(root, domain.name, 'ground_truth', 'fault')
  await mkdir(masks, { recursive: true })
  await writeMaps(join(root, domain.name, 'test', 'fault'), number(counts.fault), async (index, name) => {
    const map = makeMap(domain, key('fault'), index, true)
    lines.push(`fault/${name}.tiff,${map.severity}`)
    if (map.mask !== undefined) await writeFile(join(masks, `${name}_mask.png`), await encodeMask(map.mask))
    return map
  })
  await writeFile(join(root, domain.name, 'test', 'severity.csv'), `${lines.join('\n')}\n`)
}

async function writeMaps(
  directory: string,
  count: number,
  make: (index: number, name: string) => { readonly values: Float32Array } | Promise<{ readonly values: Float32Array }>,
): Promise<void> {
  await mkdir(directory, { recursive: true })
  for (let index = 0; index < count; index += 1) {
    const name = String(index).padStart(4, '0')
    const { values } = await make(index, name)
    await writeFile(join(directory, `${name}.tiff`), encodeFloatTiff(constants.height, constants.width, values))
  }
}

async function encodeMask(mask: Uint8Array): Promise<Buffer> {
  const raw = { width: constants.width, height: constants.height, channels: 1 } as const
  return await sharp(
    mask.map((value) => value * 255),
    { raw },
  )
    .toColourspace('b-w')
    .png({ compressionLevel: 0 }) // how deflate searches differs between processors; stored bytes do not
    .toBuffer()
}

async function replaceDirectory(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  const old = `${to}.old-${process.pid}`
  try {
    await rename(to, old)
  } catch (error) {
    if (!isMissing(error)) throw error
  }
  await rename(from, to)
  await rm(old, { recursive: true, force: true })
}

/** Not there, empty, or example data that may be made again. */
async function isFree(directory: string): Promise<boolean> {
  try {
    const names = await readdir(directory)
    return names.length === 0 || names.includes(marker)
  } catch (error) {
    if (isMissing(error)) return true
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

/** The directory belongs to somebody else. */
export class ExampleDirectoryError extends Error {
  override readonly name = 'ExampleDirectoryError'
}

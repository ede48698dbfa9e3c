import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { type SampleDepth, sampleScales } from '../components/image-kinds.js'
import { invariant } from '../diagnostics/invariant.js'
import { csvRow } from '../files/csv.js'
import { replaceDirectory } from '../files/directory.js'
import { makeDirectory } from '../files/writing.js'
import { openDisk } from '../layouts/disk.js'
import { listData } from '../layouts/layouts.js'
import type { ListedImage, Listing } from '../layouts/listing.js'
import { stem } from '../layouts/names.js'
import { decodeImage, readImageFile } from './decode.js'
import { DataErrors, FileProblem } from './errors.js'
import { prepareMask } from './mask.js'
import { scanData } from './open.js'
import { type DataPlan, type Preparation, preparationOf } from './parameters.js'
import { partOf, prepareImage } from './prepare.js'
import type { Raster } from './resize.js'
import { encodeFloatTiff } from './tiff-write.js'

export interface ConvertOptions {
  /** Absolute; not there, or empty. */
  readonly directory: string
  readonly depth: SampleDepth
  readonly workers: number
}

export interface Converted {
  readonly images: number
  readonly masks: number
  /** Directories of what is trained on, the first source first, and of what is only tested on. */
  readonly sources: readonly string[]
  readonly targets: readonly string[]
  /** Whether images are set apart for validation. */
  readonly hasValidation: boolean
}

/**
 * Writes the data of a pipeline as the pipeline takes it: each image at its size and in its range, in directories as `hdmap` and `mvtec`
 * read them, masks at the same size. Integers are the range over all that they can hold.
 *
 * @throws DataErrors where a file cannot be read; nothing is written then.
 */
export async function convertData(plan: DataPlan, options: ConvertOptions): Promise<Converted> {
  const { directory, depth, workers } = options
  const listing = listData(openDisk(), plan.data)
  invariant(listing !== undefined, 'a checked pipeline says where its data is')
  await scanData(plan, { workers })
  const sources = sourcesOf(plan, listing)
  const planned = planOf(listing, sources, depth)
  const preparation = preparationOf(plan)
  await replaceDirectory(directory, async (root) => {
    const write = (file: string, content: Uint8Array | string): void => {
      const path = join(root, file)
      makeDirectory(dirname(path))
      writeFileSync(path, content)
    }
    for (const [file, text] of tablesOf(planned)) write(file, text)
    let next = 0
    const work = async (): Promise<void> => {
      for (let item = planned[next++]; item !== undefined; item = planned[next++]) {
        const { image, to, mask } = item
        write(to, await imageFile(listing.root, image.file, preparation, depth))
        if (mask !== undefined) write(mask, await maskFile(listing.root, image.masks ?? [], preparation))
      }
    }
    // Some are decoded and packed on libuv's threads while one is prepared here.
    await Promise.all([work(), work(), work(), work()])
  })
  return {
    images: planned.length,
    masks: planned.filter(({ mask }) => mask !== undefined).length,
    sources: sources.map(directoryName),
    targets: listing.tests.flatMap(({ name, role }) => (role === 'target' ? [directoryName(name)] : [])),
    hasValidation: listing.validation.length > 0,
  }
}

interface Planned {
  readonly image: ListedImage
  readonly domain: string
  /** Paths below the root. */
  readonly to: string
  readonly mask?: string
}

function sourcesOf({ data }: DataPlan, { tests }: Listing): readonly [string, ...string[]] {
  const { parameters } = data
  const first = 'source' in parameters ? parameters.source : 'category' in parameters ? parameters.category : undefined
  const others = 'together_with' in parameters ? (parameters.together_with ?? []) : []
  return [first ?? tests.find(({ role }) => role === 'source')?.name ?? 'domain', ...others]
}

function planOf(
  { train, tests, validation }: Listing,
  sources: readonly [string, ...string[]],
  depth: SampleDepth,
): readonly Planned[] {
  const extension = depth === 'float32' ? 'tiff' : 'png'
  const taken = new Set<string>()
  const [first] = sources
  const sourceOf = ({ file }: ListedImage): string => sources.find((name) => file.startsWith(`${name}/`)) ?? first
  const place = (image: ListedImage, named: string, part: string): Planned => {
    const domain = directoryName(named)
    const kind = image.label === 0 ? 'good' : classOf(image)
    const folder = `${domain}/${part}/${kind}`
    const own = stem(image.file)
    // Images of several directories may have one name.
    let name = own
    for (let n = 2; taken.has(`${folder}/${name}`); n += 1) name = `${own}_${n}`
    taken.add(`${folder}/${name}`)
    const mask = image.masks === undefined ? {} : { mask: `${domain}/ground_truth/${kind}/${name}_mask.png` }
    return { image, domain, to: `${folder}/${name}.${extension}`, ...mask }
  }
  return [
    ...train.map((image) => place(image, sourceOf(image), 'train')),
    ...validation.map((image) => place(image, sourceOf(image), 'validation')),
    ...tests.flatMap(({ name, images }) => images.map((image) => place(image, name, 'test'))),
  ]
}

/** `good` is where normal images lie. */
function classOf({ class: kind = 'fault' }: ListedImage): string {
  return kind === 'good' ? 'good_faulty' : directoryName(kind)
}

function directoryName(text: string): string {
  return text.replaceAll(/[\\/\0]/g, '_').replace(/^\.+/, '_')
}

/** `DOMAIN/test/severity.csv` for each domain with severities of faulty images. */
function tablesOf(planned: readonly Planned[]): ReadonlyMap<string, string> {
  const rows = new Map<string, string[]>()
  for (const { image, domain, to } of planned) {
    if (image.label === 0 || image.severity === undefined) continue
    const file = `${domain}/test/severity.csv`
    const lines = rows.get(file) ?? [csvRow(['image', 'severity'])]
    lines.push(csvRow([to.slice(`${domain}/test/`.length), String(image.severity)]))
    rows.set(file, lines)
  }
  return new Map([...rows].map(([file, lines]) => [file, `${lines.join('\n')}\n`]))
}

async function imageFile(
  root: string,
  file: string,
  preparation: Preparation,
  depth: SampleDepth,
): Promise<Uint8Array> {
  return ofFile(root, file, async () => {
    const decoded = await decodeImage(readImageFile(join(root, file)), partOf('image', preparation))
    const image = prepareImage(decoded, preparation, file)
    return depth === 'float32' ? floatFile(image) : pngOf(image, depth, preparation.range)
  })
}

function floatFile({ height, width, channels, values }: Raster): Uint8Array {
  if (channels === 1) return encodeFloatTiff(height, width, values)
  throw new FileProblem('unsupported-image', 'is in colour, which is not written as float32', 'choose `--depth uint16`')
}

/** The range as 0 to the largest number of so many bits. */
async function pngOf(
  { height, width, channels, values }: Raster,
  depth: 'uint8' | 'uint16',
  [low, high]: readonly [number, number],
): Promise<Uint8Array> {
  const white = sampleScales[depth]
  const integer = (value: number): number => Math.round(Math.min(1, Math.max(0, (value - low) / (high - low))) * white)
  const samples = depth === 'uint8' ? Uint8Array.from(values, integer) : Uint16Array.from(values, integer)
  const spaces = { uint8: ['b-w', 'srgb'], uint16: ['grey16', 'rgb16'] } as const
  const space = spaces[depth][channels === 1 ? 0 : 1]
  return sharp(samples, { raw: { height, width, channels: channels === 1 ? 1 : 3 } })
    .toColourspace(space)
    .png()
    .toBuffer()
}

/** What any of the masks marks: 255, else 0. */
async function maskFile(root: string, files: readonly string[], preparation: Preparation): Promise<Uint8Array> {
  const { height, width } = preparation
  const marked = new Uint8Array(height * width)
  const part = partOf('mask', preparation)
  for (const file of files) {
    await ofFile(root, file, async () => {
      const { raster } = prepareMask(await decodeImage(readImageFile(join(root, file)), part), preparation)
      for (const [pixel, value] of raster.values.entries()) if (value > 0) marked[pixel] = 255
    })
  }
  return sharp(marked, { raw: { height, width, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer()
}

/** One that has changed since the scan, or that this form has no place for. */
async function ofFile<Result>(root: string, file: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error
    const { code, message, help } = error
    throw new DataErrors(root, [{ code, file, message, help }])
  }
}

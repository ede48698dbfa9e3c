import { createHash } from 'node:crypto'
import type { DataError } from './errors.js'
import { type ScannedFile, scanCounter, type WorkerSetup } from './job.js'
import type { Preparation } from './parameters.js'
import type { WorkerPool } from './pool.js'

export interface ScanReport {
  /** Of the names, sizes and contents of all files, in the order of their numbers (hex). */
  readonly contentHash: string
  readonly errors: readonly DataError[]
}

/** Between two words about the progress. */
const progressMilliseconds = 100

/**
 * Reads every file once: all of them must decode, masks must have the size of their image, and values must lie in the
 * declared range. Of the files outside the range the worst is named, with how many there are.
 *
 * @param images for each mask's number, the number of its image.
 */
export async function scanFiles(
  pool: WorkerPool,
  setup: WorkerSetup,
  images: ReadonlyMap<number, number>,
  onProgress: (done: number, total: number) => void,
): Promise<ScanReport> {
  const total = setup.files.length
  const counters = new Int32Array(new SharedArrayBuffer(4 * scanCounter.count))
  const work = async (): Promise<readonly ScannedFile[]> => {
    const result = await pool.run({ kind: 'scan', counters: counters.buffer })
    return result.kind === 'scanned' ? result.files : []
  }
  const timer = setInterval(() => onProgress(Atomics.load(counters, scanCounter.done), total), progressMilliseconds)
  try {
    const parts = await Promise.all(Array.from({ length: Math.max(1, pool.workers) }, work))
    onProgress(total, total)
    const scanned = parts.flat().sort((left, right) => left.file - right.file)
    return { contentHash: hashOf(scanned, setup), errors: errorsOf(scanned, setup, images) }
  } finally {
    clearInterval(timer)
  }
}

function hashOf(scanned: readonly ScannedFile[], setup: WorkerSetup): string {
  const hash = createHash('sha256')
  for (const { file, bytes, sha256 } of scanned) hash.update(`${setup.files[file]?.file}\0${bytes}\0${sha256}\n`)
  return hash.digest('hex')
}

function errorsOf(
  scanned: readonly ScannedFile[],
  setup: WorkerSetup,
  images: ReadonlyMap<number, number>,
): readonly DataError[] {
  const broken = scanned.flatMap(({ error }) => (error === undefined ? [] : [error]))
  const whole = scanned.filter(({ error }) => error === undefined)
  const masks = whole.flatMap((mask) => {
    const image = scanned[images.get(mask.file) ?? -1]
    if (image === undefined || image.error !== undefined) return []
    if (image.height === mask.height && image.width === mask.width) return []
    const message = `is ${mask.height} x ${mask.width}, but its image is ${image.height} x ${image.width}`
    const help = 'give a mask the size of its image'
    return [{ code: 'mask-size', file: setup.files[mask.file]?.file ?? '', message, help } as const]
  })
  return [...broken, ...masks, ...outsideRange(whole, setup)]
}

function outsideRange(whole: readonly ScannedFile[], setup: WorkerSetup): readonly DataError[] {
  const { range } = setup.preparation
  // Values of files are float32, and so is the end that one of them may be.
  const [low, high] = [Math.fround(range[0]), Math.fround(range[1])]
  const excess = (file: ScannedFile): number => Math.max(low - file.lowest, file.highest - high)
  const images = whole.filter(({ file }) => setup.files[file]?.kind === 'image')
  const outside = images.filter((file) => excess(file) > 0)
  const worst = outside.reduce<ScannedFile | undefined>(
    (most, file) => (most === undefined || excess(file) > excess(most) ? file : most),
    undefined,
  )
  if (worst === undefined) return []
  const others = outside.length === 1 ? 'no other file does' : `${outside.length} files do, this one by the most`
  const held = `${shown(worst.lowest)} .. ${shown(worst.highest)}`
  return [
    {
      code: 'outside-range',
      file: setup.files[worst.file]?.file ?? '',
      message: `holds values ${held}, outside the declared range ${shown(low)} .. ${shown(high)}; ${others}`,
      help: mend(images, setup.preparation),
    },
  ]
}

/** With the values of the images themselves, so that it holds for all of them. */
function mend(images: readonly ScannedFile[], { range: [low, high], minmax }: Preparation): string {
  const lowest = images.reduce((least, file) => Math.min(least, file.lowest), Number.POSITIVE_INFINITY)
  const highest = images.reduce((most, file) => Math.max(most, file.highest), Number.NEGATIVE_INFINITY)
  const declare = `\`range = [${shown(Math.min(low, lowest))}, ${shown(Math.max(high, highest))}]\``
  // What the file holds, where a normalisation has made these values of it.
  const inFile = (value: number): number =>
    minmax === undefined ? value : minmax.low + ((value - low) / (high - low)) * (minmax.high - minmax.low)
  const normalise = `\`normalise = minmax(low = ${shown(inFile(lowest))}, high = ${shown(inFile(highest))})\``
  return `declare the range that the images have, ${declare}, or normalise them (float files): ${normalise}`
}

/** The fewest digits, at least six, that are this float32 and no other. */
function shown(value: number): string {
  for (let digits = 6; digits < 9; digits += 1) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === Math.fround(value)) return String(short)
  }
  return String(Number(value.toPrecision(9)))
}

import { createHash } from 'node:crypto'
import type { DataError, DataNote } from './errors.js'
import { type ScannedFile, type ScannedImage, scanCounter, type WholeFile, type WorkerSetup } from './job.js'
import { shownFloat } from './pixels.js'
import type { WorkerPool } from './pool.js'
import { normalisationOf, notesOf, usedValues } from './scan-notes.js'

export interface ScanReport {
  /** Of the names, sizes and contents of all files, in the order of their numbers (hex). */
  readonly contentHash: string
  readonly errors: readonly DataError[]
  readonly notes: readonly DataNote[]
  /** Files that are whole, in the order of their numbers. */
  readonly whole: readonly WholeFile[]
}

/** Between two words about the progress. */
const progressMilliseconds = 100

/**
 * Reads every file once: all of them must decode, masks must have the size of their image, and values must lie in the
 * declared range. Of the files outside the range the worst is named, with how many there are. What else is worth knowing of
 * the files are notes.
 *
 * @param images for each mask's number, the number of its image.
 */
export async function scanFiles(
  pool: WorkerPool,
  setup: WorkerSetup,
  images: ReadonlyMap<number, number>,
  onProgress: (done: number, total: number) => void,
): Promise<ScanReport> {
  const scanned = await scanAll(pool, setup, onProgress)
  const whole = scanned.filter((file) => file.kind !== 'broken')
  return {
    contentHash: hashOf(whole, setup),
    errors: errorsOf(scanned, setup, images),
    notes: notesOf(whole, setup, images),
    whole,
  }
}

/** What each file is by itself, in the order of their numbers. */
export async function scanAll(
  pool: WorkerPool,
  setup: WorkerSetup,
  onProgress: (done: number, total: number) => void,
): Promise<readonly ScannedFile[]> {
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
    return parts.flat().sort((left, right) => left.file - right.file)
  } finally {
    clearInterval(timer)
  }
}

function hashOf(scanned: readonly WholeFile[], setup: WorkerSetup): string {
  const hash = createHash('sha256')
  for (const { file, bytes, sha256 } of scanned) hash.update(`${setup.files[file]?.file}\0${bytes}\0${sha256}\n`)
  return hash.digest('hex')
}

function errorsOf(
  scanned: readonly ScannedFile[],
  setup: WorkerSetup,
  images: ReadonlyMap<number, number>,
): readonly DataError[] {
  const broken = scanned.flatMap((file) => (file.kind === 'broken' ? [file.error] : []))
  const masks = scanned.flatMap((mask) => {
    const image = scanned[images.get(mask.file) ?? -1]
    if (mask.kind !== 'mask' || image?.kind !== 'image') return []
    const [own, other] = [mask.header, image.header]
    if (own.height === other.height && own.width === other.width) return []
    const message = `is ${own.height} x ${own.width}, but its image is ${other.height} x ${other.width}`
    const help = 'give a mask the size of its image'
    return [{ code: 'mask-size', file: setup.files[mask.file]?.file ?? '', message, help } as const]
  })
  const whole = scanned.filter((file) => file.kind === 'image')
  return [...broken, ...masks, ...outsideRange(whole, setup)]
}

function outsideRange(images: readonly ScannedImage[], setup: WorkerSetup): readonly DataError[] {
  const { range } = setup.preparation
  const outside = images.filter((file) => excess(file, range) > 0)
  const worst = outside.reduce<ScannedImage | undefined>(
    (most, file) => (most === undefined || excess(file, range) > excess(most, range) ? file : most),
    undefined,
  )
  if (worst === undefined) return []
  const others = outside.length === 1 ? 'no other file does' : `${outside.length} files do, this one by the most`
  const used = usedValues(images)
  const [low, high] = range.map(Math.fround) as [number, number]
  const declare = `\`range = [${shownFloat(Math.min(low, used.low))}, ${shownFloat(Math.max(high, used.high))}]\``
  return [
    {
      code: 'outside-range',
      file: setup.files[worst.file]?.file ?? '',
      message: `${valuesOutside(worst, range)}; ${others}`,
      help: `declare the range that the images have, ${declare}, or normalise them: ${normalisationOf(used, setup.preparation)}`,
    },
  ]
}

type Range = readonly [low: number, high: number]

/** By how much an image's values miss the range. Values of files are float32, and so is the end that one of them may be. */
function excess({ lowest, highest }: ScannedImage, [low, high]: Range): number {
  return Math.max(Math.fround(low) - lowest, highest - Math.fround(high))
}

function valuesOutside({ lowest, highest }: ScannedImage, range: Range): string {
  const [low, high] = range.map((end) => shownFloat(Math.fround(end)))
  return `holds values ${shownFloat(lowest)} .. ${shownFloat(highest)}, outside the declared range ${low} .. ${high}`
}

/** Why a file by itself, without those that belong to it, cannot be used. */
export function errorOf(file: ScannedFile, { files, preparation: { range } }: WorkerSetup): DataError | undefined {
  if (file.kind === 'broken') return file.error
  if (file.kind !== 'image' || excess(file, range) <= 0) return undefined
  const help = 'give it the values that the images of the training had'
  return { code: 'outside-range', file: files[file.file]?.file ?? '', message: valuesOutside(file, range), help }
}

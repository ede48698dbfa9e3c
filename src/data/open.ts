import { createHash } from 'node:crypto'
import { relative, sep } from 'node:path'
import type { SampleDepth } from '../components/image-kinds.js'
import { invariant } from '../diagnostics/invariant.js'
import type { FileFingerprint } from '../files/fingerprints.js'
import { openDisk } from '../layouts/disk.js'
import { listData } from '../layouts/layouts.js'
import type { ListedImage, ListedTest, Listing } from '../layouts/listing.js'
import { isError, type Problem } from '../layouts/problem.js'
import { heldOutCount, stepsPerEpoch } from '../layouts/split.js'
import { listTextures } from '../layouts/textures.js'
import { microBatchOf } from '../plan/run-plan.js'
import { createCacheMemory } from './cache.js'
import type { DataPipeline, EvaluationSample, EvaluationSet, TrainBatches } from './contract.js'
import { purposeKey } from './draws.js'
import { type DataError, DataErrors, type DataNote, listingError } from './errors.js'
import { evaluationSet, type PlannedSample, SlotStore } from './evaluation-set.js'
import { digestBytes, type WorkerSetup } from './job.js'
import { leakageOf } from './leakage.js'
import { isBlank } from './mask.js'
import { type DataPlan, preparationOf } from './parameters.js'
import { createPool, type WorkerPool } from './pool.js'
import { type DataRecord, recordOf } from './record.js'
import { scanFiles } from './scan.js'
import { heldOutNumbers } from './split.js'
import { RingBatches, TrainOrder } from './train-batches.js'

export interface OpenOptions {
  /** Threads that read and synthesise; 0 does it in the caller's own, when it asks. One is enough on two cores. */
  readonly workers: number
  /** Files scanned so far. */
  readonly onProgress?: (done: number, total: number) => void
  /** Another bundle of `worker.ts` than the one beside the program. */
  readonly workerFile?: URL
}

/** Data whose files are listed; workers are at the scan. */
export interface OpeningData {
  /** @throws DataErrors with everything that is wrong, before the first batch. */
  readonly opened: Promise<DataPipeline>
  /** Ends the workers, whether the scan is through or not. */
  close(): Promise<void>
}

/**
 * Opens the data of a run: lists and scans all files (each is read and decoded once; what fits into the cache's budget
 * stays), then gives batches. Same plan and files, same bytes, for any number of workers.
 *
 * It comes back when the workers are at the scan, which goes on while the caller's thread is busy.
 */
export async function startData(plan: DataPlan, options: OpenOptions): Promise<OpeningData> {
  const scan = await startScan(plan, options, true)
  const opened = scan.finished.then((listed) => new OpenedData(plan, listed))
  // Whoever awaits it gets the error; until somebody does, it must not end the process.
  opened.catch(() => undefined)
  return { opened, close: () => scan.pool.close() }
}

/** Starts and waits. @throws DataErrors */
export async function openData(plan: DataPlan, options: OpenOptions): Promise<DataPipeline> {
  return await (await startData(plan, options)).opened
}

/** Checks all files of a run without keeping anything. @throws DataErrors */
export async function scanData(
  plan: DataPlan,
  options: OpenOptions,
): Promise<{ readonly images: number; readonly contentHash: string; readonly notes: readonly DataNote[] }> {
  const { pool, finished } = await startScan(plan, options, false)
  const { files, contentHash, notes } = await finished
  await pool.close()
  return { images: files.filter(({ kind }) => kind === 'image').length, contentHash, notes }
}

interface Scanned {
  readonly listing: Listing
  readonly files: WorkerSetup['files']
  readonly pool: WorkerPool
  readonly contentHash: string
  readonly fingerprints: readonly FileFingerprint[]
  readonly notes: readonly DataNote[]
  readonly depths: readonly SampleDepth[]
  /** Masks that mark nothing at the size of the images. */
  readonly blank: ReadonlySet<string>
}

/** @returns the pool, and what closes it by itself where files are broken. */
async function startScan(
  plan: DataPlan,
  options: OpenOptions,
  keep: boolean,
): Promise<{ readonly pool: WorkerPool; readonly finished: Promise<Scanned> }> {
  const listing = listData(openDisk(), plan.data)
  invariant(listing !== undefined, 'a plan says where its data is')
  const { root } = listing
  const missing = [...listing.problems, ...tooFew(listing, plan)].filter(isError).map(listingError)
  const images = [...listing.train, ...listing.tests.flatMap((test) => test.images), ...listing.validation]
  const textures = texturesOf(plan)
  const broken = textures.flatMap(({ error }) => error ?? [])
  const masks = images.flatMap(({ masks = [] }, number) => masks.map((file) => ({ file, number })))
  const files: WorkerSetup['files'] = [
    ...images.map(({ file }) => ({ file, kind: 'image' }) as const),
    ...masks.map(({ file }) => ({ file, kind: 'mask' }) as const),
    ...textures.flatMap(({ files }) =>
      files.map((file) => ({ file: shownFrom(root, file), kind: 'texture' }) as const),
    ),
  ]
  const drawable = new Map<string, readonly number[]>([['', trainNumbers(listing, plan)]])
  let first = images.length + masks.length
  for (const { folder, files: those } of textures) {
    const begin = first
    drawable.set(
      folder,
      those.map((_, place) => begin + place),
    )
    first += those.length
  }
  const { height, width, channels } = plan.image
  const planes = (files.length - masks.length) * channels + masks.length
  const setup: WorkerSetup = {
    root,
    files,
    drawable,
    digests: new SharedArrayBuffer(digestBytes * files.length),
    preparation: preparationOf(plan),
    synthesis: plan.synthesis,
    ...(plan.augmentation === undefined ? {} : { augmentation: plan.augmentation }),
    ...(keep
      ? { cache: createCacheMemory(files.length, planes, 4 * height * width, plan.data.parameters.cache * 2 ** 20) }
      : {}),
  }
  const pool = createPool(setup, options.workers, options.workerFile)
  const imageOfMask = new Map(masks.map(({ number }, index) => [images.length + index, number]))
  const finish = async (): Promise<Scanned> => {
    try {
      const scan = await scanFiles(pool, setup, imageOfMask, options.onProgress ?? (() => undefined))
      const errors = [...missing, ...broken, ...scan.errors]
      if (errors.length > 0) throw new DataErrors(root, errors)
      const { whole } = scan
      const contentHash = hashOf(scan.contentHash, images)
      const fingerprints = whole.map(({ file, sha256 }) => ({ file: files[file]?.file ?? '', sha256 }))
      const blank = whole
        .filter((file) => file.kind === 'mask' && isBlank(file.content))
        .map(({ file }) => files[file]?.file ?? '')
      const scannedImages = whole.filter((file) => file.kind === 'image')
      const notes = [...scan.notes, ...leakageOf(listing, scannedImages)]
      const depths = [...new Set(scannedImages.map(({ header }) => header.depth))].sort()
      return { listing, files, pool, contentHash, fingerprints, notes, depths, blank: new Set(blank) }
    } catch (error) {
      await pool.close()
      throw error
    }
  }
  return { pool, finished: finish() }
}

/** Numbers of the images that are trained on. */
function trainNumbers(listing: Listing, plan: DataPlan): readonly number[] {
  const held = new Set(heldOutNumbers(listing.train.length, plan.data, plan.seed))
  return listing.train.map((_, number) => number).filter((number) => !held.has(number))
}

/** The images of the folders that the synthesis draws from. */
function texturesOf({ synthesis }: DataPlan) {
  const drawn = synthesis.program.nodes.flatMap((node) => (node.op === 'draw_image' ? [node.attributes.folder] : []))
  const folders = [...new Set(drawn)].filter((folder) => folder !== '')
  const view = openDisk()
  return folders.map((folder) => {
    const { files, problem } = listTextures(view, folder)
    const help = 'bring the folder back, or name another in the synthesis'
    const error: DataError | undefined =
      problem === undefined ? undefined : { code: 'textures-missing', file: folder, message: problem, help }
    return { folder, files, error }
  })
}

/** Relative to the root, with `/`, as all files of a run are named. */
function shownFrom(root: string, file: string): string {
  return relative(root, file).split(sep).join('/')
}

function hashOf(content: string, images: readonly ListedImage[]): string {
  const labels = images.map(({ label, severity }) => [label, severity ?? null])
  return createHash('sha256')
    .update(`${content}\n${JSON.stringify(labels)}`)
    .digest('hex')
}

function tooFew(listing: Listing, plan: DataPlan): readonly Problem[] {
  const [first] = listing.train
  // No images at all is said already.
  if (first === undefined) return []
  const heldOut = heldOutCount(listing.train.length, plan.data.parameters.validation)
  const images = listing.train.length - heldOut
  const { validation } = plan.data.parameters
  if (validation.component === 'folds' && heldOut === 0) {
    const facts = { ...validation.parameters, images }
    return [{ row: 'noSuchFold', facts, file: first.file, at: '/validation' }]
  }
  if (stepsPerEpoch(images, plan.batch, plan.data.parameters.drop_last) > 0) return []
  const file = first.file.slice(0, first.file.lastIndexOf('/'))
  return [{ row: 'batchTooLarge', facts: { batch: plan.batch, images, heldOut }, file, at: '/source' }]
}

class OpenedData implements DataPipeline {
  readonly stepsPerEpoch: number
  readonly trainImages: number
  readonly contentHash: string
  readonly files: readonly FileFingerprint[]
  readonly notes: readonly DataNote[]
  readonly record: DataRecord
  readonly validation: EvaluationSet
  readonly tests: readonly EvaluationSet[]
  readonly ladder: DataPipeline['ladder']
  readonly #pool: WorkerPool
  readonly #order: TrainOrder
  readonly #microBatch: number
  readonly #parts: number
  readonly #ring: RingBatches[] = []
  readonly #slots: readonly ReturnType<WorkerPool['createSlot']>[]

  constructor(plan: DataPlan, scanned: Scanned) {
    const { listing, files, pool, contentHash, fingerprints, notes, depths, blank } = scanned
    const heldOut = heldOutNumbers(listing.train.length, plan.data, plan.seed)
    const train = trainNumbers(listing, plan)
    this.#pool = pool
    this.#order = new TrainOrder(train, plan.batch, plan.data.parameters.drop_last, purposeKey(plan.seed, 'order'))
    this.stepsPerEpoch = this.#order.stepsPerEpoch
    this.trainImages = train.length
    this.contentHash = contentHash
    this.files = fingerprints
    this.notes = notes
    this.record = recordOf(listing, notes, depths)
    const { height, width, channels } = plan.image
    // One batch is with the trainer, one is ready, one is being filled by each worker.
    const ring = 2 + Math.max(1, pool.workers)
    const shape = { height, width, channels }
    this.#microBatch = microBatchOf(plan)
    this.#parts = plan.batch / this.#microBatch
    this.#slots = Array.from({ length: ring }, () => pool.createSlot({ samples: this.#microBatch, ...shape }))
    const store = new SlotStore(() => pool.createSlot({ samples: plan.evalBatch, ...shape }))
    const set = (name: string, role: EvaluationSet['role'], planned: readonly PlannedSample[]): EvaluationSet =>
      evaluationSet({ name, role }, planned, plan.evalBatch, pool, store)
    const numbers = new Map(files.map(({ file }, number) => [file, number]))
    const planTest = ({ images }: ListedTest): readonly PlannedSample[] =>
      images.map((image) => planSample(image, numbers, blank))
    this.tests = listing.tests.map((test) => set(test.name, test.role, planTest(test)))
    const ofSources = listing.tests.filter(({ role }) => role === 'source')
    const normals = ofSources.flatMap(({ images }) => images.filter(({ label }) => label === 0))
    this.ladder = (normals.length === 0 ? [] : (plan.evaluate?.ladder ?? [])).map((severity) => {
      const rung = normals.flatMap((image) => planRung(image, severity, numbers))
      return { severity, set: set(`severity ${severity}`, 'source', rung) }
    })
    const validated = (): readonly PlannedSample[] => {
      const { validation } = plan.data.parameters
      switch (validation.component) {
        case 'reference':
          return ofSources.flatMap(planTest)
        case 'held_out':
        case 'folds':
          return heldOut.flatMap((number) => planHeldOut(number, listing.train[number]))
        case 'listed':
          return listing.validation.flatMap((image) =>
            validation.parameters.faults === 'synthetic' && image.label === 0
              ? planHeldOut(numbers.get(image.file) ?? -1, image)
              : [planSample(image, numbers, blank)],
          )
      }
    }
    this.validation = set('val', 'val', validated())
  }

  train(firstStep: number): TrainBatches {
    invariant(this.#ring.length === 0, 'two readers of the training batches')
    const first = firstStep * this.#parts
    const batches = new RingBatches(this.#pool, this.#slots, this.#order, this.#microBatch, first, () =>
      this.#ring.pop(),
    )
    this.#ring.push(batches)
    return batches
  }

  async close(): Promise<void> {
    await this.#pool.close()
  }
}

function planSample(
  image: ListedImage,
  numbers: ReadonlyMap<string, number>,
  blank: ReadonlySet<string>,
): PlannedSample {
  const file = numbers.get(image.file)
  const masks = (image.masks ?? []).flatMap((mask) => numbers.get(mask) ?? [])
  invariant(file !== undefined, `${image.file} has no number`)
  const { label, class: kind, severity } = image
  // One that marks nothing says nothing where another marks something.
  const blankMask = image.masks?.every((mask) => blank.has(mask)) ? image.masks[0] : undefined
  const sample = {
    file: image.file,
    label,
    ...(kind === undefined ? {} : { class: kind }),
    ...(severity === undefined ? {} : { severity }),
    hasMask: masks.length > 0 && blankMask === undefined,
    ...(blankMask === undefined ? {} : { blankMask }),
  }
  return { recipe: { file, ...(masks.length === 0 ? {} : { masks }), synthetic: false }, sample }
}

/** A normal image as it is, and with a fault of this severity. */
function planRung(
  { file }: ListedImage,
  severity: number,
  numbers: ReadonlyMap<string, number>,
): readonly PlannedSample[] {
  const number = numbers.get(file)
  invariant(number !== undefined, `${file} has no number`)
  return [
    { recipe: { file: number, synthetic: false }, sample: { file, label: 0, severity: 0, hasMask: false } },
    {
      recipe: { file: number, synthetic: true, severity },
      sample: { file: `${file}#synthetic`, label: 1, severity, hasMask: true },
    },
  ]
}

/** Each held-out image once as it is and once with a synthetic fault, whose severity comes with the batch. */
function planHeldOut(number: number, image: ListedImage | undefined): readonly PlannedSample[] {
  invariant(image !== undefined, `no training image ${number}`)
  const normal: EvaluationSample = { file: image.file, label: 0, severity: 0, hasMask: false }
  const faulty: EvaluationSample = { file: `${image.file}#synthetic`, label: 1, hasMask: true }
  return [
    { recipe: { file: number, synthetic: false }, sample: normal },
    { recipe: { file: number, synthetic: true }, sample: faulty },
  ]
}

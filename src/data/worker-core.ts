import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { invariant } from '../diagnostics/invariant.js'
import { ImageCache } from './cache.js'
import { type DecodedImage, decodeImage, readImageFile } from './decode.js'
import { createDecodeBudget, DecodeBudget } from './decode-budget.js'
import { FileProblem, fileError } from './errors.js'
import { readHeader } from './headers/read.js'
import {
  digestBytes,
  type EvaluationRecipe,
  type Job,
  type JobResult,
  type ScannedFile,
  scanCounter,
  type WorkerSetup,
} from './job.js'
import { prepareMask } from './mask.js'
import { copyInto, partOf, prepareImage, prepareTexture } from './prepare.js'
import type { Raster } from './resize.js'
import { type Slot, type SlotMemory, slotViews } from './slots.js'
import { Augmenter } from './synthesis/augmenter.js'
import { type FaultPlace, Synthesizer } from './synthesis/synthesizer.js'

/** What a worker does, whether it is a thread or runs in the caller's. Files that cannot be used are results. */
export class WorkerCore {
  readonly #slots = new Map<number, Slot>()
  readonly #cache: ImageCache | undefined
  readonly #budget: DecodeBudget
  readonly #synthesizer: Synthesizer
  readonly #augmenter: Augmenter | undefined
  readonly #scratch: Float32Array
  #redrawn = 0

  constructor(private readonly setup: WorkerSetup) {
    const { height, width, channels, seed, range } = setup.preparation
    this.#cache = setup.cache === undefined ? undefined : new ImageCache(setup.cache, height, width)
    this.#budget = new DecodeBudget(setup.decoding ?? createDecodeBudget())
    const frame = { height, width, channels, range }
    this.#synthesizer = new Synthesizer(setup.synthesis, frame, seed)
    this.#augmenter = setup.augmentation && new Augmenter(setup.augmentation, frame, seed)
    this.#scratch = new Float32Array(height * width * channels)
  }

  addSlot(id: number, memory: SlotMemory): void {
    const { height, width, channels } = this.setup.preparation
    this.#slots.set(id, slotViews(memory, height, width, channels))
  }

  async run(job: Job): Promise<JobResult> {
    switch (job.kind) {
      case 'scan':
        return { kind: 'scanned', files: await this.#scan(new Int32Array(job.counters)) }
      case 'train':
        return this.#fill(
          job.files,
          job.files.map((index) => ({ purpose: 'synthesis', epoch: job.epoch, index })),
          (images) => this.#fillTrain(this.#slot(job.slot), job.epoch, job.files, images),
        )
      case 'evaluate': {
        const files = job.samples.flatMap(({ file, masks = [] }) => [file, ...masks])
        const faults = job.samples.filter(({ synthetic }) => synthetic).map(placeOf)
        return this.#fill(files, faults, (images) => this.#fillEvaluation(this.#slot(job.slot), job.samples, images))
      }
    }
  }

  /** Several files at a time: some are decoded on libuv's threads while one is read or prepared here. */
  async #scan(counters: Int32Array): Promise<readonly ScannedFile[]> {
    const scanned: ScannedFile[] = []
    const take = (): number => Atomics.add(counters, scanCounter.next, 1)
    const work = async (): Promise<void> => {
      for (let file = take(); file < this.setup.files.length; file = take()) {
        scanned.push(await this.#scanFile(file))
        Atomics.add(counters, scanCounter.done, 1)
      }
    }
    await Promise.all([work(), work(), work(), work()])
    return scanned
  }

  async #scanFile(number: number): Promise<ScannedFile> {
    const { file, kind } = this.#entry(number)
    try {
      const bytes = readImageFile(join(this.setup.root, file))
      return await this.#decoded(bytes, kind, (decoded): ScannedFile => {
        const content = { file: number, bytes: bytes.length, header: decoded.header }
        const digest = createHash('sha256').update(bytes).digest()
        this.#digest(number).set(digest)
        const sha256 = digest.toString('hex')
        if (kind === 'mask') {
          const mask = prepareMask(decoded, this.setup.preparation)
          this.#cache?.put(number, mask.raster)
          return { kind, ...content, sha256, content: mask.content }
        }
        if (kind === 'texture') {
          this.#cache?.put(number, prepareTexture(decoded, this.setup.preparation))
          return { kind, ...content, sha256 }
        }
        const image = prepareImage(decoded, this.setup.preparation, file)
        this.#cache?.put(number, image)
        return { kind, ...content, sha256, lowest: image.lowest, highest: image.highest }
      })
    } catch (error) {
      return { kind: 'broken', file: number, error: fileError(file, error) }
    }
  }

  #digest(number: number): Uint8Array {
    return new Uint8Array(this.setup.digests, digestBytes * number, digestBytes)
  }

  /** The image of a file, read again. @throws FileProblem where it is not what the scan read: the record would not be true. */
  async #load(number: number): Promise<Raster> {
    const { file, kind } = this.#entry(number)
    const bytes = readImageFile(join(this.setup.root, file))
    if (!createHash('sha256').update(bytes).digest().equals(this.#digest(number))) {
      const help = 'leave the data as it is while a run reads it; bring the file back, then go on with the run'
      throw new FileProblem('changed-file', 'is not what it was when the data was read: its content has changed', help)
    }
    const { preparation } = this.setup
    return this.#decoded(bytes, kind, (decoded) => {
      switch (kind) {
        case 'mask':
          return prepareMask(decoded, preparation).raster
        case 'texture':
          return prepareTexture(decoded, preparation)
        case 'image':
          return prepareImage(decoded, preparation, file)
      }
    })
  }

  /** What becomes of an image, within the budget of all workers. */
  #decoded<Result>(
    bytes: Buffer,
    kind: 'image' | 'mask' | 'texture',
    use: (image: DecodedImage) => Result,
  ): Promise<Result> {
    const part = partOf(kind, this.setup.preparation)
    return this.#budget.within(readHeader(bytes), async () => use(await decodeImage(bytes, part)))
  }

  /** Files were whole when they were scanned; one that has changed since ends the run by its name. */
  async #fill(
    files: readonly number[],
    faults: readonly FaultPlace[],
    write: (images: ReadonlyMap<number, Raster>) => readonly number[],
  ): Promise<JobResult> {
    const drawn = faults.flatMap((place) => [...this.#othersOf(place).values()])
    const images = new Map<number, Raster>()
    for (const number of [...files, ...drawn]) {
      if (images.has(number)) continue
      const cached = this.#cache?.get(number)
      if (cached !== undefined) images.set(number, cached)
      else {
        try {
          images.set(number, await this.#load(number))
        } catch (error) {
          return { kind: 'failed', errors: [fileError(this.#entry(number).file, error)] }
        }
      }
    }
    this.#redrawn = 0
    const severities = write(images)
    return { kind: 'filled', severities, redrawn: this.#redrawn }
  }

  /** Numbers of the images that a fault may use, by the names of their draws. */
  #othersOf(place: FaultPlace): ReadonlyMap<string, number> {
    const { drawable } = this.setup
    const drawn = this.#synthesizer.imagesFor(place, (folder) => drawable.get(folder)?.length ?? 0)
    return new Map([...drawn].map(([name, { folder, place }]) => [name, drawable.get(folder)?.[place] ?? 0]))
  }

  #fillTrain(
    slot: Slot,
    epoch: number,
    files: readonly number[],
    images: ReadonlyMap<number, Raster>,
  ): readonly number[] {
    slot.mask.fill(0)
    for (const [sample, file] of files.entries()) {
      const image = images.get(file)
      invariant(image !== undefined, 'an image that was not loaded')
      const offset = this.#copyImage(image, slot.clean, sample)
      this.#augmenter?.apply(slot.clean, offset, epoch, file)
      slot.image.set(slot.clean.subarray(offset, offset + this.#scratch.length), offset)
      slot.severity[sample] = this.#addFault(slot, sample, offset, { purpose: 'synthesis', epoch, index: file }, images)
    }
    return none
  }

  #fillEvaluation(
    slot: Slot,
    samples: readonly EvaluationRecipe[],
    images: ReadonlyMap<number, Raster>,
  ): readonly number[] {
    slot.image.fill(0)
    slot.mask.fill(0)
    const severities: number[] = []
    samples.forEach((recipe, sample) => {
      const { file, masks = [], synthetic } = recipe
      const image = images.get(file)
      invariant(image !== undefined, 'an image that was not loaded')
      const offset = this.#copyImage(image, slot.image, sample)
      const { height, width } = this.setup.preparation
      for (const mask of masks) {
        const plane = images.get(mask)
        invariant(plane !== undefined, 'a mask that was not loaded')
        const from = sample * height * width
        plane.values.forEach((value, at) => {
          if (value > 0) slot.mask[from + at] = value
        })
      }
      severities.push(synthetic ? this.#addFault(slot, sample, offset, placeOf(recipe), images) : 0)
    })
    return severities
  }

  /** @returns the severity, 0 for none. */
  #addFault(
    { image, mask }: Slot,
    sample: number,
    imageOffset: number,
    place: FaultPlace,
    images: ReadonlyMap<number, Raster>,
  ): number {
    const { height, width } = this.setup.preparation
    const clean = this.#scratch
    clean.set(image.subarray(imageOffset, imageOffset + clean.length))
    const others = new Map<string, Float32Array>()
    for (const [name, number] of this.#othersOf(place)) {
      const other = images.get(number)
      invariant(other !== undefined, 'an image that was not loaded')
      const values = new Float32Array(clean.length)
      this.#copyImage(other, values, 0)
      others.set(name, values)
    }
    const target = { image, imageOffset, mask, maskOffset: sample * height * width }
    const { severity, redrawn } = this.#synthesizer.make(place, clean, others, target)
    this.#redrawn += redrawn
    return severity
  }

  /** Writes a grey image into as many equal channels as the pipeline has. @returns where the sample begins. */
  #copyImage(image: Raster, to: Float32Array, sample: number): number {
    const { height, width, channels } = this.setup.preparation
    const offset = sample * height * width * channels
    copyInto(to, offset, image, channels)
    return offset
  }

  #slot(id: number): Slot {
    const slot = this.#slots.get(id)
    invariant(slot !== undefined, `slot ${id} is not known to the worker`)
    return slot
  }

  #entry(number: number): WorkerSetup['files'][number] {
    const entry = this.setup.files[number]
    invariant(entry !== undefined, `no file ${number}`)
    return entry
  }
}

const none: readonly number[] = []

/** An image of an evaluation has the same fault in every epoch, on a ladder at every severity. */
function placeOf({ file, severity }: EvaluationRecipe): FaultPlace {
  const place = { epoch: 0, index: file } as const
  return severity === undefined ? { purpose: 'validation', ...place } : { purpose: 'ladder', severity, ...place }
}

import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { invariant } from '../diagnostics/invariant.js'
import { RandomStream } from '../random/stream.js'
import { ImageCache } from './cache.js'
import { type DecodedImage, decodeImage, readImageFile } from './decode.js'
import { createDecodeBudget, DecodeBudget } from './decode-budget.js'
import { purposeKey } from './draws.js'
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
import { prepareImage } from './prepare.js'
import type { Raster } from './resize.js'
import { type Slot, type SlotMemory, slotViews } from './slots.js'
import { synthesize } from './synthesis/table.js'

/** What a worker does, whether it is a thread or runs in the caller's. Files that cannot be used are results. */
export class WorkerCore {
  readonly #slots = new Map<number, Slot>()
  readonly #cache: ImageCache | undefined
  readonly #budget: DecodeBudget
  readonly #trainKey: string
  readonly #validationKey: string
  readonly #scratch: Float32Array

  constructor(private readonly setup: WorkerSetup) {
    const { height, width, channels, seed } = setup.preparation
    this.#cache = setup.cache === undefined ? undefined : new ImageCache(setup.cache, height, width)
    this.#budget = new DecodeBudget(setup.decoding ?? createDecodeBudget())
    this.#trainKey = purposeKey(seed, 'synthesis')
    this.#validationKey = purposeKey(seed, 'validation')
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
        return this.#fill(job.files, (images) => this.#fillTrain(this.#slot(job.slot), job.epoch, job.files, images))
      case 'evaluate': {
        const files = job.samples.flatMap(({ file, mask }) => (mask === undefined ? [file] : [file, mask]))
        return this.#fill(files, (images) => this.#fillEvaluation(this.#slot(job.slot), job.samples, files, images))
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
      return await this.#decoded(bytes, (decoded): ScannedFile => {
        const content = { file: number, bytes: bytes.length, header: decoded.header }
        const digest = createHash('sha256').update(bytes).digest()
        this.#digest(number).set(digest)
        const sha256 = digest.toString('hex')
        if (kind === 'mask') {
          const mask = prepareMask(decoded, this.setup.preparation)
          this.#cache?.put(number, mask.raster)
          return { kind, ...content, sha256, content: mask.content }
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
    return this.#decoded(bytes, (decoded) =>
      kind === 'mask' ? prepareMask(decoded, preparation).raster : prepareImage(decoded, preparation, file),
    )
  }

  /** What becomes of an image, within the budget of all workers. */
  #decoded<Result>(bytes: Buffer, use: (image: DecodedImage) => Result): Promise<Result> {
    return this.#budget.within(readHeader(bytes), async () => use(await decodeImage(bytes)))
  }

  /** Files were whole when they were scanned; one that has changed since ends the run by its name. */
  async #fill(files: readonly number[], write: (images: readonly Raster[]) => readonly number[]): Promise<JobResult> {
    const images: Raster[] = []
    for (const number of files) {
      const cached = this.#cache?.get(number)
      if (cached !== undefined) images.push(cached)
      else {
        try {
          images.push(await this.#load(number))
        } catch (error) {
          return { kind: 'failed', errors: [fileError(this.#entry(number).file, error)] }
        }
      }
    }
    return { kind: 'filled', severities: write(images) }
  }

  #fillTrain(slot: Slot, epoch: number, files: readonly number[], images: readonly Raster[]): readonly number[] {
    slot.mask.fill(0)
    for (let sample = 0; sample < files.length; sample += 1) {
      const image = images[sample]
      invariant(image !== undefined, 'an image that was not loaded')
      const offset = this.#copyImage(image, slot.clean, sample)
      this.#copyImage(image, slot.image, sample)
      const draws = new RandomStream(this.#trainKey, epoch, files[sample] ?? 0)
      slot.severity[sample] = this.#addFault(slot, sample, offset, draws, false)
    }
    return none
  }

  #fillEvaluation(
    slot: Slot,
    samples: readonly EvaluationRecipe[],
    files: readonly number[],
    images: readonly Raster[],
  ): readonly number[] {
    slot.image.fill(0)
    slot.mask.fill(0)
    const severities: number[] = []
    const byFile = new Map(files.map((file, index) => [file, images[index]]))
    samples.forEach(({ file, mask, synthetic }, sample) => {
      const image = byFile.get(file)
      invariant(image !== undefined, 'an image that was not loaded')
      const offset = this.#copyImage(image, slot.image, sample)
      if (mask !== undefined) {
        const { height, width } = this.setup.preparation
        const plane = byFile.get(mask)
        invariant(plane !== undefined, 'a mask that was not loaded')
        slot.mask.set(plane.values, sample * height * width)
      }
      const draws = new RandomStream(this.#validationKey, 0, file)
      severities.push(synthetic ? this.#addFault(slot, sample, offset, draws, true) : 0)
    })
    return severities
  }

  /** @returns the severity, 0 for none. */
  #addFault(slot: Slot, sample: number, imageOffset: number, draws: RandomStream, always: boolean): number {
    const { synthesis, preparation } = this.setup
    const { height, width, channels, range } = preparation
    const { image, mask } = slot
    const target = { height, width, channels, image, imageOffset, mask, maskOffset: sample * height * width }
    return synthesize(synthesis, target, { draws, range, always, scratch: this.#scratch })
  }

  /** Writes a grey image into as many equal channels as the pipeline has. @returns where the sample begins. */
  #copyImage({ channels, values }: Raster, to: Float32Array, sample: number): number {
    const size = this.setup.preparation.height * this.setup.preparation.width
    const wanted = this.setup.preparation.channels
    const offset = sample * size * wanted
    if (channels === wanted) to.set(values, offset)
    else {
      for (let pixel = 0, at = offset; pixel < size; pixel += 1) {
        const value = values[pixel] ?? 0
        for (let channel = 0; channel < wanted; channel += 1, at += 1) to[at] = value
      }
    }
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

import { invariant } from '../diagnostics/invariant.js'
import { stepsPerEpoch } from '../layouts/split.js'
import { permutation } from '../random/stream.js'
import type { TrainBatch, TrainBatches } from './contract.js'
import type { WorkerPool } from './pool.js'
import type { Slot } from './slots.js'

/** Which images a step trains on: a function of (seed, step) alone. */
export class TrainOrder {
  readonly stepsPerEpoch: number
  #epoch = -1
  #order: Uint32Array = new Uint32Array(0)

  /**
   * @param files numbers of the training images.
   * @param dropLast whether a last batch that is not full is left out; otherwise it is filled up from the beginning of
   *   the same epoch's order, because the graph's batch has one size.
   */
  constructor(
    private readonly files: readonly number[],
    private readonly batch: number,
    dropLast: boolean,
    private readonly key: string,
  ) {
    this.stepsPerEpoch = stepsPerEpoch(files.length, batch, dropLast)
  }

  /** A part of a step: `part` counts the parts from 0 over the whole run, `size` divides the batch. */
  part(part: number, size: number): { readonly epoch: number; readonly files: readonly number[] } {
    const parts = this.batch / size
    const { epoch, files } = this.step(Math.floor(part / parts))
    const first = (part % parts) * size
    return { epoch, files: files.slice(first, first + size) }
  }

  /** @param step counts from 0 over the whole run. */
  step(step: number): { readonly epoch: number; readonly files: readonly number[] } {
    const epoch = Math.floor(step / this.stepsPerEpoch)
    if (epoch !== this.#epoch) {
      this.#order = permutation(this.key, epoch, this.files.length)
      this.#epoch = epoch
    }
    const first = (step % this.stepsPerEpoch) * this.batch
    const files = Array.from({ length: this.batch }, (_, index) => {
      const position = this.#order[(first + index) % this.files.length] ?? 0
      return this.files[position] ?? 0
    })
    return { epoch, files }
  }
}

/** A slot of the ring, with the batch object that is handed out again and again. */
export interface RingSlot {
  readonly id: number
  readonly views: Slot
}

/** Parts of batches (whole ones, where a step has one part) in order of their steps, filled ahead of the trainer as far as the ring goes. */
export class RingBatches implements TrainBatches {
  readonly #free: RingSlot[]
  readonly #ready: { readonly slot: RingSlot; readonly filled: ReturnType<WorkerPool['run']> }[] = []
  #issued: number
  #closed = false

  constructor(
    private readonly pool: WorkerPool,
    ring: readonly RingSlot[],
    private readonly order: TrainOrder,
    private readonly size: number,
    firstPart: number,
    private readonly onClose: () => void,
  ) {
    this.#free = [...ring]
    this.#issued = firstPart
    this.#fillAhead()
  }

  async next(): Promise<TrainBatch> {
    invariant(!this.#closed, 'a batch asked of closed batches')
    const first = this.#ready.shift()
    invariant(first !== undefined, 'a batch asked while the whole ring is handed out')
    const result = await first.filled
    const redrawn = result.kind === 'filled' ? result.redrawn : 0
    const { image, clean, mask, severity } = first.slot.views
    let released = false
    const release = (): void => {
      if (released) return
      released = true
      this.#free.push(first.slot)
      this.#fillAhead()
    }
    return { image, clean, faultMask: mask, faultSeverity: severity, redrawn, release }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    // The slots are another's as soon as nobody writes to them.
    await Promise.allSettled(this.#ready.map(({ filled }) => filled))
    this.onClose()
  }

  #fillAhead(): void {
    if (this.#closed) return
    for (let slot = this.#free.shift(); slot !== undefined; slot = this.#free.shift()) {
      const { epoch, files } = this.order.part(this.#issued, this.size)
      this.#issued += 1
      const filled = this.pool.run({ kind: 'train', slot: slot.id, epoch, files })
      // A failure belongs to the step that asks for this batch, which may never come.
      filled.catch(() => undefined)
      this.#ready.push({ slot, filled })
    }
  }
}

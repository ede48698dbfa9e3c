import { totalmem } from 'node:os'
import { readTextIfThere } from '../files/reading.js'
import { bytesOf } from '../ir/ops/cost.js'
import { peakLiveBytes } from '../ir/ops/live-bytes.js'
import type { IrModule } from '../ir/types.js'

/**
 * Fitted by least squares to the peaks of 15 runs on CPUs from 0.6 to 4.1 GB (widths 12 to 128, 32 x 96 to 256 x 256, batches of 2 to 20,
 * three precisions, two optimizers): each was predicted within 12 %. `bench/memory.py` measures them.
 */
const processBytes = 554 * 2 ** 20
/** State is held once, and once more where it is initialised, read for a checkpoint or set. */
const perStateByte = 2
/** Workspace of the convolutions, what the allocator loses between buffers, and operations that run side by side. */
const perLiveByte = 1.42

/** Bytes of memory that the engine process of a run on a CPU takes at most, without its cache of decoded images. */
export function predictPeakBytes({ state, functions }: IrModule): number {
  const stateBytes = state.reduce((sum, { type }) => sum + bytesOf(type), 0)
  const liveBytes = Math.max(...functions.map(peakLiveBytes))
  return processBytes + perStateByte * stateBytes + perLiveByte * liveBytes
}

/** Bytes that a process can have here at all: of the machine, or of the container that it runs in; swap is too slow to train in. */
export function machineBytes(): number {
  const limits = ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes'].flatMap((file) => {
    const limit = Number(readTextIfThere(file)?.trim() || 'max')
    return Number.isFinite(limit) && limit > 0 ? [limit] : []
  })
  return Math.min(totalmem(), ...limits)
}

/** The largest batch below this one whose prediction is at most so many bytes; undefined where not even one image fits. */
export function largestBatch(batch: number, limit: number, predict: (batch: number) => number): number | undefined {
  let [fits, tooLarge] = [0, batch]
  while (tooLarge - fits > 1) {
    const middle = Math.floor((fits + tooLarge) / 2)
    if (predict(middle) <= limit) fits = middle
    else tooLarge = middle
  }
  return fits === 0 ? undefined : fits
}

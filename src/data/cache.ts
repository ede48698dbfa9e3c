import type { Raster } from './resize.js'

/**
 * Decoded images that all workers share: one SharedArrayBuffer of planes ([H,W] floats each) that fills in the order
 * of the scan until the budget is used, and a table that says where each file's planes begin. What does not fit is
 * decoded again at each use.
 */
export interface CacheMemory {
  readonly planes: SharedArrayBuffer
  /** [1 + 2 x files] int32: planes used; then for each file its first plane + 1 (0: not here) and its channels. */
  readonly table: SharedArrayBuffer
}

/** @param planeBytes bytes of one plane. @param planes the most that the files could need. */
export function createCacheMemory(files: number, planes: number, planeBytes: number, budget: number): CacheMemory {
  const table = new SharedArrayBuffer(4 * (1 + 2 * files))
  let size = Math.min(planes, Math.floor(budget / planeBytes))
  for (;;) {
    try {
      // The memory is only taken from the machine when it is written to.
      return { planes: new SharedArrayBuffer(size * planeBytes), table }
    } catch (error) {
      if (!(error instanceof RangeError) || size === 0) throw error
      size = Math.floor(size / 2)
    }
  }
}

export class ImageCache {
  readonly #table: Int32Array
  readonly #rasters: (Raster | undefined)[]
  readonly #capacity: number

  constructor(
    private readonly memory: CacheMemory,
    private readonly height: number,
    private readonly width: number,
  ) {
    this.#table = new Int32Array(memory.table)
    this.#rasters = []
    this.#capacity = Math.floor(memory.planes.byteLength / (4 * height * width))
  }

  get(file: number): Raster | undefined {
    const known = this.#rasters[file]
    if (known !== undefined) return known
    const first = Atomics.load(this.#table, 1 + 2 * file)
    if (first === 0) return undefined
    const channels = Atomics.load(this.#table, 2 + 2 * file)
    const raster = this.#view(first - 1, channels)
    this.#rasters[file] = raster
    return raster
  }

  /** Keeps the image if there is room. Each file is put by one worker only. */
  put(file: number, { channels, values }: Raster): void {
    if (Atomics.load(this.#table, 0) + channels > this.#capacity) return
    const first = Atomics.add(this.#table, 0, channels)
    if (first + channels > this.#capacity) return
    this.#view(first, channels).values.set(values)
    Atomics.store(this.#table, 2 + 2 * file, channels)
    // Last: whoever sees the place sees the planes.
    Atomics.store(this.#table, 1 + 2 * file, first + 1)
  }

  #view(first: number, channels: number): Raster {
    const { height, width } = this
    const plane = height * width
    const values = new Float32Array(this.memory.planes, 4 * plane * first, plane * channels)
    return { height, width, channels, values }
  }
}

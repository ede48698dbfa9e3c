import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { invariant } from '../diagnostics/invariant.js'
import { createDecodeBudget } from './decode-budget.js'
import { DataErrors } from './errors.js'
import type { Job, JobResult, WorkerMessage, WorkerReply, WorkerSetup } from './job.js'
import { createSlotMemory, type Slot, type SlotShape, slotViews } from './slots.js'
import { WorkerCore } from './worker-core.js'

/** Runs jobs, in threads or, without workers, in the caller's own. */
export interface WorkerPool {
  readonly workers: number
  /** Memory for a batch that jobs can fill. */
  createSlot(shape: SlotShape): { readonly id: number; readonly views: Slot }
  /** @throws DataErrors for files that cannot be used, and for a worker that ended by itself. */
  run(job: Job): Promise<Exclude<JobResult, { readonly kind: 'failed' }>>
  close(): Promise<void>
}

/** The bundle beside this one: `dist/data/worker.js`, seen from `dist/train` and `dist/chunks`. */
export const bundledWorker = new URL('../data/worker.js', import.meta.url)

/** @param workers 0 runs the same code in the caller's thread. */
export function createPool(setup: WorkerSetup, workers: number, workerFile: URL = bundledWorker): WorkerPool {
  const shared = { ...setup, decoding: createDecodeBudget() }
  return workers === 0 ? new InlinePool(shared) : new ThreadPool(shared, workers, workerFile)
}

class InlinePool implements WorkerPool {
  readonly workers = 0
  readonly #core: WorkerCore
  #slots = 0

  constructor(private readonly setup: WorkerSetup) {
    this.#core = new WorkerCore(setup)
  }

  createSlot(shape: SlotShape): { readonly id: number; readonly views: Slot } {
    const memory = createSlotMemory(shape)
    const id = this.#slots
    this.#slots += 1
    this.#core.addSlot(id, memory)
    return { id, views: slotViews(memory, shape.height, shape.width, shape.channels) }
  }

  async run(job: Job): Promise<Exclude<JobResult, { readonly kind: 'failed' }>> {
    return succeeded(await this.#core.run(job), this.setup.root)
  }

  async close(): Promise<void> {}
}

interface Pending {
  readonly resolve: (result: JobResult) => void
  readonly reject: (error: Error) => void
}

interface Thread {
  readonly worker: Worker
  readonly pending: Map<number, Pending>
}

class ThreadPool implements WorkerPool {
  readonly #threads: readonly Thread[]
  #jobs = 0
  #slots = 0
  #closing = false
  #failure: Error | undefined

  constructor(
    private readonly setup: WorkerSetup,
    readonly workers: number,
    workerFile: URL,
  ) {
    const path = fileURLToPath(workerFile)
    invariant(existsSync(path), `the worker's bundle ${path} is not there: run \`npm run build\``)
    this.#threads = Array.from({ length: workers }, () => this.#start(workerFile))
  }

  #start(workerFile: URL): Thread {
    const worker = new Worker(workerFile, { workerData: this.setup })
    const thread: Thread = { worker, pending: new Map() }
    worker.on('message', ({ id, result }: WorkerReply) => {
      thread.pending.get(id)?.resolve(result)
      thread.pending.delete(id)
    })
    worker.on('error', (error) => this.#fail(`stopped: ${error instanceof Error ? error.message : String(error)}`))
    worker.on('exit', (code) => this.#fail(`ended with code ${code}`))
    return thread
  }

  createSlot(shape: SlotShape): { readonly id: number; readonly views: Slot } {
    const memory = createSlotMemory(shape)
    const id = this.#slots
    this.#slots += 1
    for (const { worker } of this.#threads) worker.postMessage({ type: 'slot', id, memory } satisfies WorkerMessage)
    return { id, views: slotViews(memory, shape.height, shape.width, shape.channels) }
  }

  async run(job: Job): Promise<Exclude<JobResult, { readonly kind: 'failed' }>> {
    if (this.#failure !== undefined) throw this.#failure
    invariant(!this.#closing, 'a job for a closed pool')
    const result = await new Promise<JobResult>((resolve, reject) => {
      const id = this.#jobs
      this.#jobs += 1
      const thread = this.#threads.reduce((least, other) => (other.pending.size < least.pending.size ? other : least))
      thread.pending.set(id, { resolve, reject })
      thread.worker.postMessage({ type: 'job', id, job } satisfies WorkerMessage)
    })
    return succeeded(result, this.setup.root)
  }

  async close(): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()))
    this.#rejectAll(new Error('the data was closed'))
  }

  #fail(what: string): void {
    if (this.#closing || this.#failure !== undefined) return
    const help = 'run it again; if it happens again, it is a mistake of draemc, or the memory is too small'
    const error = { code: 'worker-failed', file: '.', message: `a worker that reads the images ${what}`, help } as const
    this.#failure = new DataErrors(this.setup.root, [error])
    this.#rejectAll(this.#failure)
  }

  #rejectAll(error: Error): void {
    for (const { pending } of this.#threads) {
      for (const { reject } of pending.values()) reject(error)
      pending.clear()
    }
  }
}

function succeeded(result: JobResult, root: string): Exclude<JobResult, { readonly kind: 'failed' }> {
  if (result.kind === 'failed') throw new DataErrors(root, result.errors)
  return result
}

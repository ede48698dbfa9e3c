import { Worker } from 'node:worker_threads'
import { bundledProgram } from './package-root.js'

/** Names the process that a process was started for: it may have ended before this one's first instruction. */
export const parentVariable = 'DRAEMC_PARENT'

export interface Orphan {
  /** A process whose parent has ended is killed so long after it; what it ends by itself before then, it ends in order. */
  readonly graceMilliseconds: number
  /** Directories that are removed with it. */
  readonly remove?: readonly string[]
}

/** What the thread of `parent-watch.ts` is started with. */
export interface ParentWatch extends Orphan {
  readonly parent: number
}

/**
 * Kills this process when the one that it was started for has ended, however that ended. A thread of its own looks: loading
 * TensorFlow and each step block the main one, and the end of the channel is seen there only afterwards.
 */
export function endWithParent(orphan: Orphan): void {
  const parent = Number(process.env[parentVariable] ?? process.ppid)
  const workerData: ParentWatch = { ...orphan, parent }
  new Worker(bundledProgram('native/parent-watch.js'), { workerData }).unref()
}

import { rmSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import type { ParentWatch } from './parent.js'

const { parent, graceMilliseconds, remove = [] } = workerData as ParentWatch
let orphanedAt: number | undefined

setInterval(() => {
  // The system gives the children of a process that ended to another one.
  if (process.ppid === parent) return
  orphanedAt ??= performance.now()
  if (performance.now() - orphanedAt < graceMilliseconds) return
  for (const directory of remove) rmSync(directory, { recursive: true, force: true })
  process.kill(process.pid, 'SIGKILL')
}, 100)

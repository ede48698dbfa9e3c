import { parentPort, workerData } from 'node:worker_threads'
import { invariant } from '../diagnostics/invariant.js'
import type { WorkerMessage, WorkerReply, WorkerSetup } from './job.js'
import { WorkerCore } from './worker-core.js'

const port = parentPort
invariant(port !== null, 'worker.js runs as a worker thread only')
const core = new WorkerCore(workerData as WorkerSetup)

port.on('message', (message: WorkerMessage) => {
  if (message.type === 'slot') {
    core.addSlot(message.id, message.memory)
    return
  }
  // What `run` throws is a mistake of draemc: it ends the thread, and the pool names it.
  void core.run(message.job).then((result) => port.postMessage({ id: message.id, result } satisfies WorkerReply))
})

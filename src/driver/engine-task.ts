import { fork } from 'node:child_process'
import type { EngineLocation } from '../native/locate.js'
import { type BundledProgram, bundledProgram } from '../native/package-root.js'
import { engineEnvironment } from './engine-process.js'

/** A process that owns TensorFlow for one request. */
export interface EngineTask {
  /** Exit code of the process; null where a signal ended it. */
  readonly ended: Promise<number | null>
  /** What the process last wrote to its own streams: why it crashed. */
  lastWords(): string
  kill(): void
}

/** Starts it; the request is its first message. */
export function startEngineTask(
  program: BundledProgram,
  request: object,
  engine: EngineLocation,
  onMessage: (message: unknown) => void,
): EngineTask {
  const child = fork(bundledProgram(program), [], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'json',
    env: engineEnvironment(engine.directory),
  })
  let words = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      words = (words + chunk.toString('utf8')).slice(-4000)
    })
  child.on('message', onMessage)
  child.send(request)
  return {
    ended: new Promise((done) => child.on('close', done)),
    lastWords: () => words.trim(),
    kill: () => void child.kill('SIGKILL'),
  }
}

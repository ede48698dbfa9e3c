import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { loadEngine } from '../../train/engine-binding.js'
import { type BenchPipeline, compileBench, readyStep } from './compiled.js'
import { lastWords, programEnvironment } from './support.js'

/** The step of a pipeline in a loop, its batch always the same, in a process that works only while it is asked. */
export interface StepAlone {
  /** Images per second over so many milliseconds. */
  measure(milliseconds: number): Promise<number>
  close(): void
}

/** `program` is the bench itself: as a child it answers with `serveAlone`. */
export async function openAlone(program: string, engine: string, pipeline: BenchPipeline): Promise<StepAlone> {
  const child = fork(program, [], {
    env: programEnvironment('alone', engine, pipeline),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const talk = lastWords(child)
  await answer(child, talk)
  return {
    measure: (milliseconds) => {
      child.send(milliseconds)
      return answer(child, talk)
    },
    close: () => child.kill(),
  }
}

async function answer(child: ChildProcess, talk: () => string): Promise<number> {
  const ended = new AbortController()
  try {
    return await Promise.race([
      once(child, 'message', ended).then(([value]) => Number(value)),
      once(child, 'exit', ended).then(([code]) => {
        throw new Error(`the step alone ended with ${code}:\n${talk()}`)
      }),
    ])
  } finally {
    ended.abort()
  }
}

/** The child's side: says 0 when it is warm, then answers each number of milliseconds with images per second. */
export function serveAlone(engine: string, pipeline: BenchPipeline): void {
  const ready = readyStep(compileBench(pipeline), loadEngine(engine))
  for (let warm = 0; warm < 4; warm++) ready.step()
  process.on('message', (milliseconds) => {
    // The first step after a pause finds the caches cold.
    ready.step()
    let [steps, spent] = [0, 0]
    while (spent < Number(milliseconds)) {
      spent += ready.step()
      steps++
    }
    process.send?.((1000 * steps * ready.batch) / spent)
  })
  process.send?.(0)
}

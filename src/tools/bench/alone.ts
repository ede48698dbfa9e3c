import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { EagerSize } from '../../../bench/eager-draem.js'
import { loadEngine } from '../../train/engine-binding.js'
import { type BenchPipeline, compileBench, readyStep } from './compiled.js'
import { eagerStep } from './eager-step.js'
import { lastWords, programEnvironment } from './support.js'

/** A step in a loop, its batch always the same. */
export type Workload = (({ readonly kind: 'compiled' } & BenchPipeline) | EagerWorkload) & {
  /** `plain`: as `node` starts any script; otherwise as draemc starts its engine process. */
  readonly environment?: 'plain'
}

interface EagerWorkload {
  readonly kind: 'eager'
  readonly size: EagerSize
}

/** A workload in a process that works only while it is asked. */
export interface StepAlone {
  /** Images per second over so many milliseconds. */
  measure(milliseconds: number): Promise<number>
  close(): void
}

/** `program` is the bench itself: as a child it answers with `serveAlone`. */
export async function openAlone(program: string, engine: string, workload: Workload): Promise<StepAlone> {
  const child = fork(program, [], {
    env: programEnvironment('alone', engine, workload, workload.environment),
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
export function serveAlone(engine: string, workload: Workload): void {
  const { batch, step } = ready(engine, workload)
  for (let warm = 0; warm < 4; warm++) step()
  process.on('message', (milliseconds) => {
    // The first step after a pause finds the caches cold.
    step()
    let [steps, spent] = [0, 0]
    while (spent < Number(milliseconds)) {
      spent += step()
      steps++
    }
    process.send?.((1000 * steps * batch) / spent)
  })
  process.send?.(0)
}

function ready(engine: string, workload: Workload): { readonly batch: number; readonly step: () => number } {
  switch (workload.kind) {
    case 'compiled':
      return readyStep(compileBench(workload), loadEngine(engine))
    case 'eager':
      return { batch: workload.size.batch, step: eagerStep(engine, workload.size) }
  }
}

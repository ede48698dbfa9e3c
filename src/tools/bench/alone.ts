import { fork } from 'node:child_process'
import { writeSync } from 'node:fs'
import type { EagerSize } from '../../../bench/eager-draem.js'
import { loadEngine } from '../../train/engine-binding.js'
import { type BenchPipeline, compileBench, readyStep } from './compiled.js'
import { eagerStep } from './eager-step.js'
import { Peer, reportsByLine } from './peer.js'
import { programEnvironment } from './support.js'

/** A step in a loop, its batch always the same. */
export type Workload = (CompiledWorkload | EagerWorkload) & {
  /** `plain`: as `node` starts any script; otherwise as draemc starts its engine process. */
  readonly environment?: 'plain'
}

interface CompiledWorkload extends BenchPipeline {
  readonly kind: 'compiled'
  /** Passes to leave out. */
  readonly without?: readonly string[]
}

interface EagerWorkload {
  readonly kind: 'eager'
  readonly size: EagerSize
}

/** `program` is the bench itself: as a child it loops in `stepAlone`. */
export function openAlone(name: string, program: string, engine: string, workload: Workload): Promise<Peer> {
  const child = fork(program, [], {
    env: programEnvironment('alone', engine, workload, workload.environment),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  return Peer.open(name, child, reportsByLine)
}

/** The child's side: a line a step, until it is killed. */
export function stepAlone(engine: string, workload: Workload): never {
  const { batch, step } = ready(engine, workload)
  for (let images = batch; ; images += batch) {
    step()
    writeSync(1, `${JSON.stringify({ milliseconds: performance.now(), images })}\n`)
  }
}

function ready(engine: string, workload: Workload): { readonly batch: number; readonly step: () => number } {
  switch (workload.kind) {
    case 'compiled':
      return readyStep(compileBench(workload, { without: workload.without ?? [] }), loadEngine(engine))
    case 'eager':
      return { batch: workload.size.batch, step: eagerStep(engine, workload.size) }
  }
}

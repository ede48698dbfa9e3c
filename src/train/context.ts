import type { DataPipeline } from '../data/contract.js'
import type { Phase, RunEvent } from '../events/events.js'
import type { RunPlan } from '../plan/run-plan.js'
import type { StepRunner } from './step-runner.js'
import type { StopControl } from './stop.js'

/** What the parts of one run share. */
export interface RunContext {
  readonly plan: RunPlan
  /** The run directory. */
  readonly directory: string
  readonly runner: StepRunner
  /** For people and the record: `TensorFlow 2.21.0, CPU, 2 threads`. */
  readonly device: string
  /** Threads that one operator uses; other counts give other bits. Recorded in checkpoints, pinned on resume. */
  readonly threads: number
  readonly data: DataPipeline
  readonly stop: StopControl
  readonly emit: (event: RunEvent) => void
  /** Milliseconds of a clock that never goes back. */
  readonly clock: () => number
}

/** Announces a phase; what it returns says that it ended, and how long it took. */
export function beginPhase({ emit, clock }: Pick<RunContext, 'emit' | 'clock'>, phase: Phase): () => void {
  const start = clock()
  emit({ type: 'phase', phase })
  return () => emit({ type: 'phase', phase, milliseconds: Math.round(clock() - start) })
}

/** Announces a phase, runs it, and says how long it took, also where it fails. */
export async function inPhase<Result>(
  context: Pick<RunContext, 'emit' | 'clock'>,
  phase: Phase,
  work: () => Result | Promise<Result>,
): Promise<Result> {
  const end = beginPhase(context, phase)
  try {
    return await work()
  } finally {
    end()
  }
}

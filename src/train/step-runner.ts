import type { RunPlan } from '../plan/run-plan.js'

export type FunctionName = keyof RunPlan['functions']
export type TensorData = Float32Array | Int32Array

/**
 * A compiled program with its state: what the loop needs of an engine. `session.ts` has the native one.
 * Calls block: an engine runs a whole step at a time, while the data's workers fill the ring.
 */
export interface StepRunner {
  /** For people and the manifest: `TensorFlow 2.21.0, CPU, 2 threads`. */
  readonly device: string
  /** Threads that one operator uses; other counts give other bits. Recorded in checkpoints, pinned on resume. */
  readonly threads: number
  /**
   * Runs one function of the plan. `inputs` has every input of the function by its name, row-major in the plan's shape;
   * the result has every output by its name, copied out of the engine.
   */
  run(name: FunctionName, inputs: Readonly<Record<string, TensorData>>): Readonly<Record<string, Float32Array>>
  /** Copies of the state variables named, in the order asked. Callers ask in groups, so that a whole model never lies in memory twice. */
  readState(names: readonly string[]): readonly Float32Array[]
  writeState(values: ReadonlyMap<string, Float32Array>): void
  close(): void
}

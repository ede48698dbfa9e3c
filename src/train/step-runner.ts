import type { RunPlan } from '../plan/run-plan.js'

/** A tensor's values: float64 where the plan says f64. */
export type FloatArray = Float32Array | Float64Array

/** Zeros of the type of another array. */
export function likeArray(like: FloatArray, length: number): FloatArray {
  return like instanceof Float64Array ? new Float64Array(length) : new Float32Array(length)
}

export type FunctionName = keyof RunPlan['functions']

/**
 * A compiled program with its state: what the loop needs of an engine (`session.ts` has the native one).
 * Calls block: a step runs whole, while the data's workers fill the ring.
 */
export interface StepRunner {
  /**
   * Runs one function of the plan. `inputs` has every input of the function by its name, row-major in the plan's shape
   * (a number stands for a scalar); the result has every output, or those named, copied out of the engine.
   */
  run(
    name: FunctionName,
    inputs: Readonly<Record<string, FloatArray | Int32Array | number>>,
    outputs?: readonly string[],
  ): Readonly<Record<string, FloatArray | Int32Array>>
  /** Every state variable in the plan's order, one after the other, so that a whole model never lies in memory twice. */
  state(): Iterable<NamedState>
  /** Sets the states given; the others keep their values. */
  setState(states: Iterable<NamedState>): number
  close(): void
}

export interface NamedState {
  readonly name: string
  readonly values: FloatArray
}

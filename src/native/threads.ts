import { availableParallelism } from 'node:os'

/** The threads that an operator is split over: what the user set, else one a core. Other counts give other bits. */
export function operatorThreads(environment: NodeJS.ProcessEnv = process.env): number {
  const asked = Number(environment.TF_NUM_INTRAOP_THREADS)
  return Number.isInteger(asked) && asked > 0 ? asked : availableParallelism()
}

import { availableParallelism } from 'node:os'
import { readTextIfThere } from '../files/reading.js'

/** Numbers that the environment may give, each with what makes sense: a thousand workers need 11 GB before the first image. */
const numbers = {
  /** Threads that decode and synthesise. */
  DRAEMC_WORKERS: [0, 64],
  /** Threads that an operator is split over. */
  TF_NUM_INTRAOP_THREADS: [1, 512],
  /** Operators at a time. */
  TF_NUM_INTEROP_THREADS: [1, 512],
} as const satisfies Readonly<Record<string, readonly [number, number]>>

type NumberName = keyof typeof numbers

/** Undefined where it is not given, and where `environmentMistakes` refuses it. */
function numberFrom(environment: NodeJS.ProcessEnv, name: NumberName): number | undefined {
  const text = environment[name]?.trim() ?? ''
  const [least, most] = numbers[name]
  return /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : undefined
}

/** The threads that an operator is split over: what the user set, else one a core. Other counts give other bits. */
export function operatorThreads(environment: NodeJS.ProcessEnv = process.env): number {
  return numberFrom(environment, 'TF_NUM_INTRAOP_THREADS') ?? availableParallelism()
}

/** Threads that decode and synthesise; one core is the step's, and a few keep ahead of any step. */
export function workerCount(environment: NodeJS.ProcessEnv = process.env): number {
  return numberFrom(environment, 'DRAEMC_WORKERS') ?? Math.min(4, Math.max(1, availableParallelism() - 1))
}

/** The engine process with its workers has forty files open: libraries, bundles, channels, images. */
const neededOpenFiles = 64

/** What of the surroundings keeps a run from starting, a sentence each. */
export function surroundingsMistakes(environment: NodeJS.ProcessEnv = process.env): readonly string[] {
  const wrong = (Object.keys(numbers) as readonly NumberName[]).filter(
    (name) => environment[name] !== undefined && numberFrom(environment, name) === undefined,
  )
  const open = openFilesLimit()
  return [
    ...wrong.map((name) => {
      const [least, most] = numbers[name]
      return `the environment variable ${name} is a whole number from ${least} to ${most}, not ${JSON.stringify(environment[name])}`
    }),
    ...(open < neededOpenFiles
      ? [
          `a process may open ${open} files here, and the engine needs ${neededOpenFiles}: raise the limit with \`ulimit -n\``,
        ]
      : []),
  ]
}

/** How many files a process may have open at once; infinity where the system does not say. */
function openFilesLimit(): number {
  const limits = readTextIfThere('/proc/self/limits') ?? ''
  return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY)
}

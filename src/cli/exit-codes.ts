/** A stable surface: scripts read these. */
export const exitCodes = {
  ok: 0,
  /** The run (or the engine's installation) failed. */
  failed: 1,
  /** The command line was not understood. */
  usage: 2,
  /** The pipeline has errors. */
  pipeline: 3,
  /** The data has: missing or broken files. */
  data: 4,
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** Thrown by a command for what the user asked wrongly: printed without a stack, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'

  constructor(
    message: string,
    /** What to do instead. */
    readonly help?: string,
  ) {
    super(message)
  }
}

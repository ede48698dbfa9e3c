/** An end of a run that its user should understand: it becomes the `failed` event and the exit code. */
export class RunFailure extends Error {
  override readonly name = 'RunFailure'

  constructor(
    /** 1: the run failed; 4: its data has missing or broken files. */
    readonly exitCode: 1 | 4,
    /** Words joined by `-`, stable: programs read it. */
    readonly code: string,
    message: string,
    readonly help?: string,
  ) {
    super(message)
  }
}

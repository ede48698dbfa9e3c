/** A file that weights cannot be read from; the message says why, in words for the user. */
export class WeightsError extends Error {
  override readonly name = 'WeightsError'
}

export function refuse(message: string): never {
  throw new WeightsError(message)
}

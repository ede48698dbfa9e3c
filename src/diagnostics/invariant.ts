/** Thrown for a mistake of draemc itself, never for one of its user. */
export class CompilerBug extends Error {
  override readonly name = 'CompilerBug'
}

/** States what draemc believes about itself. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new CompilerBug(message)
}

/** Makes a switch over a tagged union exhaustive: a new member is a type error here. */
export function assertNever(value: never): never {
  throw new CompilerBug(`unreachable: ${JSON.stringify(value)}`)
}

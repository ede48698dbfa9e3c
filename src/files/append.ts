import { closeSync, constants, openSync, writeSync } from 'node:fs'

/** A descriptor that writes at the end of a file, which is made where it is not there. A named pipe in its place is an error, not a wait for a reader. */
export function openToAppend(path: string): number {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK, O_NOCTTY } = constants
  return openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY, 0o666)
}

export function appendLine(path: string, line: string): void {
  const descriptor = openToAppend(path)
  try {
    writeSync(descriptor, `${line}\n`)
  } finally {
    closeSync(descriptor)
  }
}

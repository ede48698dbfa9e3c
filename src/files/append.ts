import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs'
import { CannotWrite } from './writing.js'

/** A descriptor that writes at the end of a file, which is made where it is not there. @throws CannotWrite for anything but a regular file */
export function openToAppend(path: string): number {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK, O_NOCTTY } = constants
  const descriptor = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY, 0o666)
  if (fstatSync(descriptor).isFile()) return descriptor
  closeSync(descriptor)
  throw new CannotWrite(`cannot write to ${path}: it is no regular file`)
}

/** @throws CannotWrite for anything but a regular file */
export function appendLine(path: string, line: string): void {
  const descriptor = openToAppend(path)
  try {
    writeSync(descriptor, `${line}\n`)
  } finally {
    closeSync(descriptor)
  }
}

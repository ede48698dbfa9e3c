import { type FileContent, readRegularFileSync } from './read-regular.js'

/** A file is no regular one, too large, not there or not to be read. */
export class CannotRead extends Error {
  override readonly name = 'CannotRead'
}

/** What draemc keeps beside its own files: tables, manifests, records. */
export const maxRecordBytes = 64 << 20

/** The text of a file. @throws CannotRead */
export function readText(path: string, maxBytes = maxRecordBytes): string {
  return bytesOf(path, readRegularFileSync(path, maxBytes)).toString('utf8')
}

/** @throws CannotRead */
export function readBytes(path: string, maxBytes = maxRecordBytes): Buffer {
  return bytesOf(path, readRegularFileSync(path, maxBytes))
}

/** Of a file that may be absent, or something else: undefined then. */
export function readTextIfThere(path: string, maxBytes = maxRecordBytes): string | undefined {
  const content = readRegularFileSync(path, maxBytes)
  return content.kind === 'read' ? content.bytes.toString('utf8') : undefined
}

function bytesOf(path: string, content: FileContent): Buffer {
  switch (content.kind) {
    case 'read':
      return content.bytes
    case 'missing':
      throw new CannotRead(`cannot read ${path}: it is not there`)
    case 'not_regular':
      throw new CannotRead(`cannot read ${path}: it is ${content.what}`)
    case 'too_large':
      throw new CannotRead(`cannot read ${path}: it has more than ${content.maxBytes} bytes`)
    case 'unreadable':
      throw new CannotRead(`cannot read ${path}: ${content.reason}`)
  }
}

import type { UnreadableText } from '../check/loading/load.js'
import { type FileContent, readInheritedSync, readRegularFileSync } from '../files/read-regular.js'

/** Bytes that a `.draem` file may have: a hundred times what a large study needs. */
export const maxSourceBytes = 4 << 20

/** The text of a source file. Undefined: there is none. */
export function readSource(path: string): string | UnreadableText | undefined {
  return textOf(readRegularFileSync(path, maxSourceBytes))
}

/** The file that the user named: what a shell hands over (`/dev/stdin`, `<(command)`) is read to its end, once. */
export function readEntry(path: string): string | UnreadableText | undefined {
  const descriptor = /^\/dev\/(?:stdin|fd\/(\d+))$/.exec(path)
  if (!descriptor) return readSource(path)
  return textOf(readInheritedSync(Number(descriptor[1] ?? 0), maxSourceBytes))
}

function textOf(content: FileContent): string | UnreadableText | undefined {
  switch (content.kind) {
    case 'read':
      return content.bytes.toString('utf8')
    case 'missing':
      return undefined
    case 'not_regular':
      return { reason: `it is ${content.what}` }
    case 'too_large':
      return { reason: `it is larger than ${content.maxBytes >> 20} MiB` }
    case 'unreadable':
      return { reason: content.reason }
  }
}

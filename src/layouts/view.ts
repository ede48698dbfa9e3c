import type { FileContent } from '../files/read-regular.js'

/** What a name in a directory leads to; links are followed. */
export type Entry =
  | { readonly name: string; readonly kind: 'file' }
  | { readonly name: string; readonly kind: 'directory' }
  /** A named pipe, device or socket: never opened. */
  | { readonly name: string; readonly kind: 'special'; readonly what: string }
  /** A link in a circle or to nothing. `code` is the system's: `ELOOP`. */
  | { readonly name: string; readonly kind: 'unreadable'; readonly code: string }

export type Directory =
  /** In code-unit order, without what `isIgnored`. */
  | { readonly kind: 'directory'; readonly entries: readonly Entry[] }
  | { readonly kind: 'absent' }
  /** Something is there that is no directory. */
  | { readonly kind: 'file' }
  | { readonly kind: 'unreadable'; readonly code: string }

/** The file system as listings see it. Paths are absolute. */
export interface FileView {
  directory(path: string): Directory
  /** Of a regular file; only for tables, images are read by the workers. */
  read(path: string, maxBytes: number): FileContent
}

/** Code-unit order: the same on every machine and in every locale. */
export function byCodeUnits(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

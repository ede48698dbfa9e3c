import { join } from 'node:path'
import { isImageName } from './names.js'
import type { FileView } from './view.js'

export interface Textures {
  /** Absolute paths, in code-unit order. */
  readonly files: readonly string[]
  /** Why there are none; continues "the folder `PATH`". */
  readonly problem?: string
}

/** Folders in folders that are looked into. */
const deepest = 8
const mostFiles = 100_000

/** All images of a folder and of the folders in it. */
export function listTextures(view: FileView, folder: string): Textures {
  const files: string[] = []
  const found = view.directory(folder)
  if (found.kind === 'absent') return { files, problem: 'is not there' }
  if (found.kind === 'file') return { files, problem: 'is a file' }
  if (found.kind === 'unreadable') return { files, problem: `cannot be read (${found.code})` }
  const visit = (directory: string, depth: number): void => {
    const content = view.directory(directory)
    if (content.kind !== 'directory' || files.length > mostFiles) return
    for (const { name, kind } of content.entries) {
      if (kind === 'file' && isImageName(name)) files.push(join(directory, name))
      else if (kind === 'directory' && depth < deepest) visit(join(directory, name), depth + 1)
    }
  }
  visit(folder, 0)
  if (files.length > mostFiles) return { files: [], problem: 'has more than 100,000 images' }
  return files.length === 0 ? { files, problem: 'has no images' } : { files }
}

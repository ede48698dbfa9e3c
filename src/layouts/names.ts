import { imageKinds, kindOfName } from '../components/image-kinds.js'

/** What systems and tools leave in directories: passed over without a word. So is every name that begins with a dot. */
const ignored: ReadonlySet<string> = new Set(['Thumbs.db', 'desktop.ini', 'lost+found', '__MACOSX'])

export function isIgnored(name: string): boolean {
  return name.startsWith('.') || ignored.has(name)
}

export function isImageName(name: string): boolean {
  return kindOfName(name) !== undefined
}

/** Whether the name alone says so. */
export function isLossy(name: string): boolean {
  const kind = kindOfName(name)
  return kind !== undefined && imageKinds[kind].lossy === true
}

/** A mask says which pixels are faulty: lossy compression blurs that. */
export function isMaskName(name: string): boolean {
  return isImageName(name) && !isLossy(name)
}

/** The name without its directory and extension. */
export function stem(file: string): string {
  const name = file.slice(file.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  return dot <= 0 ? name : name.slice(0, dot)
}

/** Neither absolute nor above the root. */
export function isBelow(path: string): boolean {
  return !path.startsWith('/') && !path.split('/').some((part) => part === '..' || part === '.' || part === '')
}

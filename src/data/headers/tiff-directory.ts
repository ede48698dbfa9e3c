/** A directory of a TIFF (or of EXIF, which has the same form): tags with their values (TIFF 6.0, section 2). */
export interface TiffDirectory {
  /** The first value of a tag. */
  number(tag: number): number | undefined
  /** All values of a tag, at most `most`. */
  numbers(tag: number, most: number): readonly number[]
  text(tag: number): string | undefined
  /** Where the next directory is; 0 after the last. */
  readonly next: number
}

interface Entry {
  readonly type: number
  readonly count: number
  /** Offset of the first value. */
  readonly at: number
}

/** Bytes of a value of the unsigned types: BYTE, ASCII, SHORT, LONG, LONG8. */
const sizes: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 16: 8 }

/** @param offset the first directory's where absent. @throws RangeError for a directory that goes beyond the end. */
export function readDirectory(bytes: Buffer, offset?: number): TiffDirectory {
  const isLittle = bytes.readUInt8(0) === 0x49
  const read = (at: number, size: number): number => {
    if (size === 8) {
      const [first, second] = [read(at, 4), read(at + 4, 4)]
      return isLittle ? first + second * 2 ** 32 : first * 2 ** 32 + second
    }
    return isLittle ? bytes.readUIntLE(at, size) : bytes.readUIntBE(at, size)
  }
  // 12 bytes an entry (tag, type, count, value or its offset), 20 in a BigTIFF.
  const isBig = read(2, 2) === 43
  const [word, head, stride] = isBig ? [8, 8, 20] : [4, 2, 12]
  const start = offset ?? read(isBig ? 8 : 4, word)
  const count = read(start, head)
  const entries = new Map<number, Entry>()
  for (let index = 0; index < count; index += 1) {
    const at = start + head + stride * index
    const [tag, type, values] = [read(at, 2), read(at + 2, 2), read(at + 4, word)]
    const size = sizes[type]
    if (size === undefined) continue
    const value = at + 4 + word
    entries.set(tag, { type, count: values, at: values * size <= word ? value : read(value, word) })
  }
  const numbers = (tag: number, most: number): readonly number[] => {
    const entry = entries.get(tag)
    if (entry === undefined) return []
    const size = sizes[entry.type] ?? 1
    return Array.from({ length: Math.min(entry.count, most) }, (_, index) => read(entry.at + size * index, size))
  }
  const text = (tag: number): string | undefined => {
    const entry = entries.get(tag)
    return entry?.type === 2 ? bytes.toString('latin1', entry.at, entry.at + entry.count - 1) : undefined
  }
  return { number: (tag) => numbers(tag, 1)[0], numbers, text, next: read(start + head + stride * count, word) }
}

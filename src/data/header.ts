/** What the first bytes of a file declare: read here, because libvips calls what it refuses by their account broken. */
export interface Declared {
  readonly height: number
  readonly width: number
  /** Of one channel. */
  readonly bits: number
}

const tags = { width: 256, height: 257, bits: 258 } as const
/** Numbers of bytes of the types of TIFF that these tags may have: SHORT, LONG, LONG8. */
const sizes: Readonly<Record<number, number>> = { 3: 2, 4: 4, 16: 8 }

/** Undefined where the header is not whole: then the decoder says what is wrong. */
export function declaredBy(bytes: Buffer): Declared | undefined {
  try {
    return isPng(bytes) ? ofPng(bytes) : ofTiff(bytes)
  } catch (error) {
    // An offset beyond the end.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

export function isPng(bytes: Buffer): boolean {
  return bytes.length >= 8 && bytes.readUInt32BE(0) === 0x89504e47 && bytes.readUInt32BE(4) === 0x0d0a1a0a
}

/** `II*`, `MM*` and their BigTIFF forms. */
export function isTiff(bytes: Buffer): boolean {
  if (bytes.length < 8) return false
  const start = bytes.readUInt32BE(0)
  return start === 0x49492a00 || start === 0x4d4d002a || start === 0x49492b00 || start === 0x4d4d002b
}

/** The chunk IHDR, which is the first. */
function ofPng(bytes: Buffer): Declared | undefined {
  if (bytes.toString('latin1', 12, 16) !== 'IHDR') return undefined
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20), bits: bytes.readUInt8(24) }
}

/** The first directory: 12 bytes an entry (tag, type, count, value or its offset), 20 in a BigTIFF. */
function ofTiff(bytes: Buffer): Declared {
  const isLittle = bytes[0] === 0x49
  const read = (offset: number, size: number): number => {
    if (size === 8) {
      const [first, second] = [read(offset, 4), read(offset + 4, 4)]
      return isLittle ? first + second * 2 ** 32 : first * 2 ** 32 + second
    }
    return isLittle ? bytes.readUIntLE(offset, size) : bytes.readUIntBE(offset, size)
  }
  const isBig = read(2, 2) === 43
  const word = isBig ? 8 : 4
  const directory = read(isBig ? 8 : 4, word)
  const entries = read(directory, isBig ? 8 : 2)
  const found = new Map<number, number>()
  for (let entry = 0; entry < entries; entry += 1) {
    const at = directory + (isBig ? 8 + 20 * entry : 2 + 12 * entry)
    const size = sizes[read(at + 2, 2)]
    const tag = read(at, 2)
    // Entries are sorted by their tags.
    if (tag > tags.bits) break
    if (size === undefined) continue
    const value = at + 4 + word
    const isInside = read(at + 4, word) * size <= word
    found.set(tag, read(isInside ? value : read(value, word), size))
  }
  return { width: found.get(tags.width) ?? 0, height: found.get(tags.height) ?? 0, bits: found.get(tags.bits) ?? 1 }
}

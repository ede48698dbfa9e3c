import { broken, type ImageHeader, unsupported } from './image-header.js'

/** Where the pixels of a BMP are, beside what every header says. */
interface BmpLayout {
  readonly height: number
  readonly width: number
  readonly bits: 1 | 4 | 8 | 24 | 32
  /** The first row stored is the lowest of the image. */
  readonly isBottomUp: boolean
  /** Bytes from the beginning of the file. */
  readonly pixels: number
  /** Of a row, with the bytes that fill it up to four. */
  readonly rowBytes: number
  readonly palette: { readonly at: number; readonly entryBytes: 3 | 4; readonly entries: number } | undefined
}

const rows = { uncompressed: 0, masks: 3 } as const
const depths = [1, 4, 8, 24, 32] as const

/** The size of the first header is that of a kind of its own: the two bytes `BM` alone begin other files, too. */
export function isBmp(bytes: Buffer): boolean {
  return bytes.toString('latin1', 0, 2) === 'BM' && bytes.length >= 18 && headerSizes.includes(bytes.readUInt32LE(14))
}

/** OS/2 1, OS/2 2, Windows 3, 4 and 5, and the two between 3 and 4 that some programs write. */
const headerSizes: readonly number[] = [12, 16, 40, 52, 56, 64, 108, 124]

export function readBmpHeader(bytes: Buffer): ImageHeader {
  const { height, width } = layoutOf(bytes)
  // A palette's entries have 8 bits; greys are colours that are equal.
  return {
    kind: 'bmp',
    lossy: false,
    height,
    width,
    bits: 8,
    depth: 'uint8',
    colour: 'rgb',
    extra: 'none',
    orientation: 1,
  }
}

/** Shorter than its rows. */
export function isBmpCutOff(bytes: Buffer): boolean {
  const { height, pixels, rowBytes } = layoutOf(bytes)
  return pixels + height * rowBytes > bytes.length
}

/**
 * The pixels of an uncompressed BMP as red, green, blue, [H,W,3]. The fourth byte of 32 bits is no opacity: it is reserved.
 * Layout as Microsoft's "Bitmap Storage" says.
 *
 * @throws FileProblem
 */
export function decodeBmp(bytes: Buffer): Uint8Array {
  const { height, width, bits, isBottomUp, pixels, rowBytes, palette } = layoutOf(bytes)
  if (isBmpCutOff(bytes)) throw broken('is cut off: it ends before its pixels do')
  const samples = new Uint8Array(height * width * 3)
  const perPixel = bits >= 24 ? bits / 8 : 0
  for (let row = 0; row < height; row += 1) {
    const from = pixels + (isBottomUp ? height - 1 - row : row) * rowBytes
    for (let column = 0; column < width; column += 1) {
      const to = 3 * (row * width + column)
      const at = palette === undefined ? from + column * perPixel : entryAt(bytes, from, column, bits, palette)
      // Blue comes first.
      samples[to] = bytes[at + 2] ?? 0
      samples[to + 1] = bytes[at + 1] ?? 0
      samples[to + 2] = bytes[at] ?? 0
    }
  }
  return samples
}

function entryAt(
  bytes: Buffer,
  row: number,
  column: number,
  bits: number,
  { at, entryBytes, entries }: NonNullable<BmpLayout['palette']>,
): number {
  const perByte = 8 / bits
  const byte = bytes[row + Math.floor(column / perByte)] ?? 0
  const index = (byte >> (8 - bits * (1 + (column % perByte)))) & (2 ** bits - 1)
  if (index >= entries) throw broken(`is damaged: a pixel has entry ${index} of a palette of ${entries}`)
  return at + index * entryBytes
}

function layoutOf(bytes: Buffer): BmpLayout {
  const pixels = bytes.readUInt32LE(10)
  const size = bytes.readUInt32LE(14)
  const isOld = size === 12
  const width = isOld ? bytes.readUInt16LE(18) : bytes.readInt32LE(18)
  const signedHeight = isOld ? bytes.readInt16LE(20) : bytes.readInt32LE(22)
  const given = bytes.readUInt16LE(isOld ? 24 : 28)
  const compression = size < 20 ? rows.uncompressed : bytes.readUInt32LE(30)
  const bits = depths.find((each) => each === given)
  if (bits === undefined) throw unsupported('bmp', `of ${given} bits a pixel; 1, 4, 8, 24 and 32 are read`)
  if (compression !== rows.uncompressed && !(compression === rows.masks && bits === 32 && hasUsualMasks(bytes, size)))
    throw unsupported('bmp', `of compression ${compression}; uncompressed ones are read`)
  if (width <= 0 || signedHeight === 0) throw broken(`declares ${Math.abs(signedHeight)} x ${width} pixels`)
  const entryBytes = isOld ? 3 : 4
  const at = 14 + size
  const used = size >= 40 ? bytes.readUInt32LE(46) : 0
  const entries = Math.min(used === 0 ? 2 ** bits : used, 2 ** bits, Math.floor((pixels - at) / entryBytes))
  if (bits <= 8 && entries <= 0) throw broken('is damaged: it has no palette')
  return {
    height: Math.abs(signedHeight),
    width,
    bits,
    isBottomUp: signedHeight > 0,
    pixels,
    rowBytes: Math.ceil((width * bits) / 32) * 4,
    palette: bits <= 8 ? { at, entryBytes, entries } : undefined,
  }
}

/** Red, green and blue at the places that they have without masks. Windows 3 has the masks behind its header, at the same place. */
function hasUsualMasks(bytes: Buffer, size: number): boolean {
  const masks = [54, 58, 62].map((at) => bytes.readUInt32LE(at))
  return size >= 40 && masks.join() === [0xff0000, 0xff00, 0xff].join()
}

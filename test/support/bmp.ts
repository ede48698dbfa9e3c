export interface BmpFacts {
  readonly bits: 1 | 4 | 8 | 24 | 32
  readonly palette?: readonly (readonly [red: number, green: number, blue: number])[]
  readonly isTopDown?: boolean
  readonly compression?: number
  /** OS/2's first header, of 12 bytes. */
  readonly isOld?: boolean
}

/** An uncompressed BMP. Pixels row by row from the top: numbers of the palette, or red, green, blue. */
export function bmpOf(
  width: number,
  pixels: readonly (number | readonly [number, number, number])[],
  { bits, palette = [], isTopDown = false, compression = 0, isOld = false }: BmpFacts,
): Buffer {
  const height = pixels.length / width
  const rowBytes = Math.ceil((width * bits) / 32) * 4
  const size = isOld ? 12 : 40
  const entryBytes = isOld ? 3 : 4
  const masks = compression === 3 ? [0xff0000, 0xff00, 0xff] : []
  const start = 14 + size + 4 * masks.length + entryBytes * palette.length
  const file = Buffer.alloc(start + rowBytes * height)
  file.write('BM', 'latin1')
  file.writeUInt32LE(file.length, 2)
  file.writeUInt32LE(start, 10)
  file.writeUInt32LE(size, 14)
  if (isOld) {
    file.writeUInt16LE(width, 18)
    file.writeInt16LE(height, 20)
    file.writeUInt16LE(1, 22)
    file.writeUInt16LE(bits, 24)
  } else {
    file.writeInt32LE(width, 18)
    file.writeInt32LE(isTopDown ? -height : height, 22)
    file.writeUInt16LE(1, 26)
    file.writeUInt16LE(bits, 28)
    file.writeUInt32LE(compression, 30)
    file.writeUInt32LE(palette.length, 46)
  }
  for (const [index, mask] of masks.entries()) file.writeUInt32LE(mask, 54 + 4 * index)
  for (const [index, [red, green, blue]] of palette.entries())
    file.set([blue, green, red], 14 + size + entryBytes * index)
  for (const [index, pixel] of pixels.entries()) {
    const row = Math.floor(index / width)
    const column = index % width
    const from = start + (isTopDown ? row : height - 1 - row) * rowBytes
    if (typeof pixel !== 'number') file.set([pixel[2], pixel[1], pixel[0]], from + (column * bits) / 8)
    else {
      const at = from + Math.floor((column * bits) / 8)
      file[at] = (file[at] ?? 0) | (pixel << (8 - bits - ((column * bits) % 8)))
    }
  }
  return file
}

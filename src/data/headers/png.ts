import { broken, type ImageHeader, unsupported } from './image-header.js'

export function isPng(bytes: Buffer): boolean {
  return bytes.length >= 8 && bytes.readUInt32BE(0) === 0x89504e47 && bytes.readUInt32BE(4) === 0x0d0a1a0a
}

/** Colour types (PNG, third edition, section 11.2.1). */
const colourTypes: Readonly<Record<number, Pick<ImageHeader, 'colour' | 'extra'>>> = {
  0: { colour: 'grey', extra: 'none' },
  2: { colour: 'rgb', extra: 'none' },
  3: { colour: 'rgb', extra: 'none' },
  4: { colour: 'grey', extra: 'alpha' },
  6: { colour: 'rgb', extra: 'alpha' },
}

/** Reads IHDR and the names of the chunks before the pixels. */
export function readPngHeader(bytes: Buffer): ImageHeader {
  if (bytes.toString('latin1', 12, 16) !== 'IHDR') throw broken('is damaged: its first chunk is not IHDR')
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
  const bits = bytes.readUInt8(24)
  const type = bytes.readUInt8(25)
  const colour = colourTypes[type]
  if (colour === undefined || (bits !== 1 && bits !== 2 && bits !== 4 && bits !== 8 && bits !== 16)) {
    throw broken('is damaged: its header declares a layout that a PNG cannot have')
  }
  let { extra } = colour
  for (const { name, at } of chunks(bytes)) {
    if (name === 'IDAT') break
    // A colour, or entries of the palette, that are transparent.
    if (name === 'tRNS') extra = 'alpha'
    if (name === 'acTL') throw unsupported('png', `with ${bytes.readUInt32BE(at)} frames; one image a file is read`)
  }
  const depth = bits === 16 ? 'uint16' : 'uint8'
  return {
    kind: 'png',
    lossy: false,
    height,
    width,
    bits: type === 3 ? 8 : bits,
    depth,
    ...colour,
    extra,
    orientation: 1,
  }
}

export function isPngCutOff(bytes: Buffer): boolean {
  return ![...chunks(bytes)].some(({ name }) => name === 'IEND')
}

/** Length (4 bytes), type (4), data, checksum (4). A chunk that goes beyond the end of the file is not among them. */
function* chunks(bytes: Buffer): Generator<{ readonly name: string; readonly at: number }> {
  for (let at = 8; at + 12 <= bytes.length; ) {
    const next = at + 12 + bytes.readUInt32BE(at)
    if (next > bytes.length) return
    yield { name: bytes.toString('latin1', at + 4, at + 8), at: at + 8 }
    at = next
  }
}

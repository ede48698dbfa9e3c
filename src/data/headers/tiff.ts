import { broken, type ImageHeader, unsupported } from './image-header.js'
import { readDirectory, type TiffDirectory } from './tiff-directory.js'

/** `II*`, `MM*` and their BigTIFF forms. */
export function isTiff(bytes: Buffer): boolean {
  if (bytes.length < 8) return false
  const start = bytes.readUInt32BE(0)
  return start === 0x49492a00 || start === 0x4d4d002a || start === 0x49492b00 || start === 0x4d4d002b
}

const tags = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  stripOffsets: 273,
  orientation: 274,
  samples: 277,
  stripBytes: 279,
  planes: 284,
  palette: 320,
  tileWidth: 322,
  tileOffsets: 324,
  tileBytes: 325,
  extra: 338,
  format: 339,
  noData: 42113,
} as const

/** Lossless ones that the decoder has; those of facsimiles are for 1 bit. */
const compressions = { any: [1, 5, 8, 32_773, 32_946], bilevel: [2, 3, 4] } as const
const compressionNames: Readonly<Record<number, string>> = {
  6: 'JPEG, which is lossy',
  7: 'JPEG, which is lossy',
  34712: 'JPEG 2000',
  34887: 'LERC',
  34925: 'LZMA',
  50000: 'Zstandard',
  50001: 'WebP',
  50002: 'JPEG XL',
  52546: 'JPEG XL',
}
const photometricNames: Readonly<Record<number, string>> = {
  4: 'a transparency mask',
  5: 'CMYK',
  6: 'YCbCr',
  8: 'CIE L*a*b*',
  9: 'ICC L*a*b*',
  10: 'ITU L*a*b*',
  32803: 'a colour filter array',
  32844: 'LogL',
  32845: 'LogLuv',
  34892: 'linear raw values of a camera',
}
const formatNames: Readonly<Record<number, string>> = {
  1: 'uint',
  2: 'int',
  3: 'float',
  5: 'complex int',
  6: 'complex',
}

/**
 * Reads the first directory whole. What is returned is decoded exactly, as was tried for each layout: libvips puts the
 * planes of a grey file in the wrong order, cuts float64 and signed numbers, and calls what it does not know broken.
 */
export function readTiffHeader(bytes: Buffer): ImageHeader {
  const directory = readDirectory(bytes)
  if (directory.next !== 0) throw unsupported('tiff', 'that holds several images; one a file is read')
  const [width, height] = [directory.number(tags.width), directory.number(tags.height)]
  if (width === undefined || height === undefined) throw broken('is damaged: its header declares no size')
  const samples = directory.number(tags.samples) ?? 1
  const { bits: stored, depth } = sampleOf(directory)
  requireCompression(directory, stored)
  const colour = colourOf(directory, samples, stored)
  if (stored < 8 && colour.extra !== 'none')
    throw unsupported('tiff', `of ${samples} samples of ${stored} bits a pixel`)
  const bits = colour.colour === 'rgb' && stored < 8 ? 8 : stored
  const noData = Number.parseFloat(directory.text(tags.noData) ?? '')
  const orientation = directory.number(tags.orientation) ?? 1
  return {
    ...{ kind: 'tiff', lossy: false, height, width, bits, depth, ...colour, orientation },
    ...(Number.isNaN(noData) ? {} : { noData }),
  }
}

function sampleOf(directory: TiffDirectory): Pick<ImageHeader, 'bits' | 'depth'> {
  const [bits = 1, ...otherBits] = directory.numbers(tags.bits, 8)
  const [format = 1, ...otherFormats] = directory.numbers(tags.format, 8)
  if (otherBits.some((other) => other !== bits) || otherFormats.some((other) => other !== format)) {
    throw unsupported('tiff', 'whose channels differ in their type')
  }
  if (format === 1 && (bits === 1 || bits === 2 || bits === 4 || bits === 8)) return { bits, depth: 'uint8' }
  if (format === 1 && bits === 16) return { bits, depth: 'uint16' }
  if (format === 3 && bits === 32) return { bits, depth: 'float32' }
  const name = `${formatNames[format] ?? 'unknown '}${bits}`
  throw unsupported('tiff', `of ${name} samples; uint1, uint2, uint4, uint8, uint16 and float32 are read`)
}

function requireCompression(directory: TiffDirectory, bits: number): void {
  const compression = directory.number(tags.compression) ?? 1
  const known: readonly number[] = bits === 1 ? [...compressions.any, ...compressions.bilevel] : compressions.any
  if (known.includes(compression)) return
  const name = compressionNames[compression] ?? `method ${compression}`
  throw unsupported('tiff', `compressed with ${name}; uncompressed, LZW, Deflate and PackBits are read`)
}

function colourOf(
  directory: TiffDirectory,
  samples: number,
  bits: number,
): Pick<ImageHeader, 'colour' | 'extra' | 'bands'> {
  const photometric = directory.number(tags.photometric) ?? 1
  const isGrey = photometric === 0 || photometric === 1
  if (!isGrey && photometric !== 2 && photometric !== 3) {
    const name = photometricNames[photometric] ?? `photometric interpretation ${photometric}`
    throw unsupported('tiff', `in ${name}; grey, RGB and palettes are read`)
  }
  if (photometric === 0 && (bits === 32 || samples > 1)) {
    throw unsupported('tiff', 'whose white is 0, in float32 or with several channels')
  }
  const colour = isGrey ? 'grey' : 'rgb'
  requirePlanes(directory, samples, colour)
  if (photometric === 3) {
    requirePalette(directory, samples, bits)
    return { colour, extra: 'none' }
  }
  const meanings = directory.numbers(tags.extra, mostBands)
  const more = samples - (isGrey ? 1 : 3)
  if (more === 0) return { colour, extra: 'none' }
  if (more === 1) return { colour, extra: 'alpha' }
  if (isGrey && samples <= mostBands && meanings.every((meaning) => meaning === 0))
    return { colour, extra: 'bands', bands: samples }
  throw unsupported('tiff', `of ${samples} channels; 1, 3 and an opaque alpha channel are read`)
}

/** Channels of a file that one, or three, are chosen from: as many as sharp takes apart. */
const mostBands = 5

function requirePlanes(directory: TiffDirectory, samples: number, colour: ImageHeader['colour']): void {
  if (directory.number(tags.planes) !== 2 || samples === 1) return
  const isTiled = directory.number(tags.tileWidth) !== undefined
  if (colour === 'rgb' && !isTiled) return
  const what = `of ${samples} channels whose planes stand one after the other (planar configuration 2)`
  throw unsupported('tiff', `${what}${colour === 'rgb' ? ' in tiles' : ''}; channels side by side are read`)
}

/** Entries have 16 bits; the decoder keeps the upper 8, which are all where both bytes are equal. */
function requirePalette(directory: TiffDirectory, samples: number, bits: number): void {
  const entries = directory.numbers(tags.palette, 3 * 256)
  if (samples !== 1 || bits > 8) throw unsupported('tiff', `with a palette, of ${samples} x ${bits} bits a pixel`)
  if (entries.length < 3 * 2 ** bits) throw broken('is damaged: its palette is too short')
  if (entries.every((entry) => entry % 257 === 0)) return
  throw unsupported('tiff', 'whose palette has entries of more than 8 bits')
}

/** Whether pixels are said to lie beyond the end of the file. */
export function isTiffCutOff(bytes: Buffer): boolean {
  const directory = readDirectory(bytes)
  const isTiled = directory.number(tags.tileOffsets) !== undefined
  const most = bytes.length / 2
  const offsets = directory.numbers(isTiled ? tags.tileOffsets : tags.stripOffsets, most)
  const sizes = directory.numbers(isTiled ? tags.tileBytes : tags.stripBytes, most)
  return offsets.some((offset, index) => offset + (sizes[index] ?? 0) > bytes.length)
}

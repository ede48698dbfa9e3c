import { broken, type ImageHeader, unsupported } from './image-header.js'
import { orientationOf } from './jpeg.js'

export function isWebp(bytes: Buffer): boolean {
  return bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP'
}

/** Of an extended file (VP8X): bits of its flags. */
const flags = { animation: 0x02, alpha: 0x10 } as const

/** Reads chunks up to the image's (RFC 9649, section 2): whether it is lossy, its size, and whether it has opacity. */
export function readWebpHeader(bytes: Buffer): ImageHeader {
  let [hasAlpha, orientation] = [false, 1]
  let image: Frame | undefined
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = bytes.toString('latin1', at, at + 4)
    const length = bytes.readUInt32LE(at + 4)
    const content = at + 8
    if (name === 'VP8X') {
      const given = bytes.readUInt8(content)
      if ((given & flags.animation) !== 0) throw unsupported('webp', 'of several frames; one is read')
      hasAlpha = (given & flags.alpha) !== 0
    } else if (name === 'VP8 ') image ??= lossyFrame(bytes, content)
    else if (name === 'VP8L') image ??= losslessFrame(bytes, content)
    else if (name === 'EXIF') orientation = orientationOf(exifOf(bytes.subarray(content, content + length)))
    at = content + length + (length % 2)
  }
  if (image === undefined) throw broken('is damaged: it has no image')
  const { alpha, ...frame } = image
  const extra = alpha || hasAlpha ? 'alpha' : 'none'
  return { kind: 'webp', ...frame, bits: 8, depth: 'uint8', colour: 'rgb', extra, orientation }
}

interface Frame {
  readonly lossy: boolean
  readonly height: number
  readonly width: number
  readonly alpha: boolean
}

/** Some writers begin it as in a JPEG. */
function exifOf(chunk: Buffer): Buffer {
  return chunk.toString('latin1', 0, 6) === 'Exif\0\0' ? chunk.subarray(6) : chunk
}

/** RFC 6386, section 9.1: a key frame begins with a tag of 3 bytes and 9d 01 2a. */
function lossyFrame(bytes: Buffer, at: number): Frame {
  if (bytes.readUIntBE(at + 3, 3) !== 0x9d012a) throw broken('is damaged: its image does not begin as one')
  const [width, height] = [bytes.readUInt16LE(at + 6) & 0x3fff, bytes.readUInt16LE(at + 8) & 0x3fff]
  return { lossy: true, height, width, alpha: false }
}

/** RFC 9649, section 3.4: 14 bits of the width less 1, 14 of the height less 1, one of opacity. */
function losslessFrame(bytes: Buffer, at: number): Frame {
  if (bytes.readUInt8(at) !== 0x2f) throw broken('is damaged: its image does not begin as one')
  const sizes = bytes.readUInt32LE(at + 1)
  return {
    lossy: false,
    width: (sizes & 0x3fff) + 1,
    height: ((sizes >>> 14) & 0x3fff) + 1,
    alpha: ((sizes >>> 28) & 1) === 1,
  }
}

/** Shorter than it says. */
export function isWebpCutOff(bytes: Buffer): boolean {
  return bytes.readUInt32LE(4) + 8 > bytes.length
}

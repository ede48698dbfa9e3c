import { broken, type ImageHeader, unsupported } from './image-header.js'
import { readDirectory } from './tiff-directory.js'

export function isJpeg(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes.readUIntBE(0, 3) === 0xffd8ff
}

/** Segments that begin a frame (ITU T.81, table B.1), by what their processes are called. */
const frames: Readonly<Record<number, 'read' | string>> = {
  192: 'read', // baseline
  193: 'read', // extended sequential
  194: 'read', // progressive
  195: 'lossless',
  197: 'hierarchical',
  198: 'hierarchical',
  199: 'hierarchical',
  201: 'arithmetic-coded',
  202: 'arithmetic-coded',
  203: 'lossless',
  205: 'hierarchical',
  206: 'hierarchical',
  207: 'hierarchical',
  247: 'JPEG-LS',
}

/** Reads segments up to the frame's: its process, size and components, and the orientation that EXIF gives. */
export function readJpegHeader(bytes: Buffer): ImageHeader {
  let orientation = 1
  for (let at = 2; ; ) {
    if (bytes.readUInt8(at) !== 0xff) throw broken('is damaged: its header is no sequence of segments')
    const marker = bytes.readUInt8(at + 1)
    if (marker === 0xff) {
      // Fill.
      at += 1
      continue
    }
    const length = bytes.readUInt16BE(at + 2)
    const frame = frames[marker]
    if (frame !== undefined) return frameHeader(bytes, at + 4, frame, orientation)
    if (marker === 0xda || marker === 0xd9) throw broken('is damaged: it declares no size before its pixels')
    if (marker === 0xe1 && bytes.toString('latin1', at + 4, at + 10) === 'Exif\0\0') {
      orientation = orientationOf(bytes.subarray(at + 10, at + 2 + length))
    }
    at += 2 + length
  }
}

function frameHeader(bytes: Buffer, at: number, frame: string, orientation: number): ImageHeader {
  const bits = bytes.readUInt8(at)
  const [height, width, components] = [bytes.readUInt16BE(at + 1), bytes.readUInt16BE(at + 3), bytes.readUInt8(at + 5)]
  if (frame !== 'read') throw unsupported('jpeg', `of a process that is not read (${frame})`)
  if (bits !== 8) throw unsupported('jpeg', `of ${bits} bits a sample; 8 are read`)
  if (components !== 1 && components !== 3) {
    throw unsupported('jpeg', `of ${components} components${components === 4 ? ' (CMYK)' : ''}; 1 and 3 are read`)
  }
  const colour = components === 1 ? 'grey' : 'rgb'
  return { kind: 'jpeg', lossy: true, height, width, bits, depth: 'uint8', colour, extra: 'none', orientation }
}

/** What is wrong in EXIF is no fault of the pixels. */
export function orientationOf(exif: Buffer): number {
  try {
    return readDirectory(exif).number(274) ?? 1
  } catch (error) {
    if (error instanceof RangeError) return 1
    throw error
  }
}

/** Without the marker of the end. */
export function isJpegCutOff(bytes: Buffer): boolean {
  return bytes.lastIndexOf(Buffer.from([0xff, 0xd9])) < 0
}

import type { ImageKind } from '../../components/image-kinds.js'
import { FileProblem } from '../errors.js'
import { isBmp, isBmpCutOff, readBmpHeader } from './bmp.js'
import { describeForeign } from './foreign.js'
import { broken, convertHelp, type ImageHeader, limits } from './image-header.js'
import { isJpeg, isJpegCutOff, readJpegHeader } from './jpeg.js'
import { isPng, isPngCutOff, readPngHeader } from './png.js'
import { isTiff, isTiffCutOff, readTiffHeader } from './tiff.js'
import { isWebp, isWebpCutOff, readWebpHeader } from './webp.js'

interface Reader {
  is(bytes: Buffer): boolean
  read(bytes: Buffer): ImageHeader
  /** Whether the file ends before its pixels do. */
  isCutOff(bytes: Buffer): boolean
}

const readers: Readonly<Record<ImageKind, Reader>> = {
  png: { is: isPng, read: readPngHeader, isCutOff: isPngCutOff },
  tiff: { is: isTiff, read: readTiffHeader, isCutOff: isTiffCutOff },
  webp: { is: isWebp, read: readWebpHeader, isCutOff: isWebpCutOff },
  jpeg: { is: isJpeg, read: readJpegHeader, isCutOff: isJpegCutOff },
  bmp: { is: isBmp, read: readBmpHeader, isCutOff: isBmpCutOff },
}

/** @throws FileProblem for what is no image, and for every layout that is not decoded exactly. */
export function readHeader(bytes: Buffer): ImageHeader {
  const reader = Object.values(readers).find(({ is }) => is(bytes))
  if (reader === undefined) {
    const { what, help } = describeForeign(bytes)
    throw new FileProblem('not-an-image', `is ${what}`, help ?? convertHelp)
  }
  try {
    const header = reader.read(bytes)
    requireSize(header)
    return header
  } catch (error) {
    // An offset beyond the end.
    if (error instanceof RangeError) throw broken('is cut off within its header, or damaged there')
    throw error
  }
}

function requireSize({ height, width }: ImageHeader): void {
  if (height === 0 || width === 0) throw broken(`declares ${height} x ${width} pixels`)
  if (width <= limits.side && height <= limits.side && width * height <= limits.pixels) return
  const limit = `${limits.side} a side and ${limits.pixels} pixels`
  throw new FileProblem('too-large', `declares ${height} x ${width} pixels; the limit is ${limit}`, convertHelp)
}

/** Why a file whose header is whole does not decode. The decoder's own words may be those of another file that it reads meanwhile. */
export function damageOf(kind: ImageKind, bytes: Buffer): FileProblem {
  return broken(
    isCutOff(kind, bytes) ? 'is cut off: it ends before its pixels do' : 'is damaged: its pixels cannot be decoded',
  )
}

function isCutOff(kind: ImageKind, bytes: Buffer): boolean {
  try {
    return readers[kind].isCutOff(bytes)
  } catch (error) {
    // The list of where the pixels are is beyond the end itself.
    if (error instanceof RangeError) return true
    throw error
  }
}

import { type ImageKind, imageKinds, type SampleDepth } from '../../components/image-kinds.js'
import { FileProblem } from '../errors.js'

/** What a file declares before a pixel is decoded, in one of the layouts that are decoded exactly. */
export interface ImageHeader {
  readonly kind: ImageKind
  /** Its numbers are only near those that were measured. */
  readonly lossy: boolean
  readonly height: number
  readonly width: number
  /** Bits of a sample in the file; fewer than 8 are decoded to `uint8`. A palette's entries have 8. */
  readonly bits: 1 | 2 | 4 | 8 | 16 | 32
  readonly depth: SampleDepth
  /** A palette is `rgb`, also where its entries are greys. */
  readonly colour: 'grey' | 'rgb'
  /** Samples after the colour's: one of opacity, or several that make bands of a grey image, as tools for maps write them. */
  readonly extra: 'none' | 'alpha' | 'bands'
  /** Of `extra: 'bands'`: how many there are, from 3 on. */
  readonly bands?: number
  /** EXIF's number for how the image is to be turned for display; 1 is as stored. */
  readonly orientation: number
  /** The number that the file itself says marks missing values (GDAL). */
  readonly noData?: number
}

/** A small file can declare a huge image; what is larger than this is refused before a pixel is decoded. */
export const limits = { side: 16_384, pixels: 1 << 26, fileBytes: 1 << 30 } as const

export const replaceHelp = 'replace the file, or take it out of the data set'
export const convertHelp =
  'convert it to a PNG of 8 or 16 bits, or to a TIFF of 8 bits, 16 bits or float32, grey or RGB, uncompressed or with LZW or Deflate'

/** An intact file in a layout that is not read. `what` goes on from "is a TIFF". */
export function unsupported(kind: ImageKind, what: string): FileProblem {
  return new FileProblem('unsupported-image', `is a ${imageKinds[kind].name} ${what}`, convertHelp)
}

export function broken(what: string): FileProblem {
  return new FileProblem('broken-image', what, replaceHelp)
}

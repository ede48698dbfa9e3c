/** What a file is that is no image that is read. */
export interface Foreign {
  /** Goes on from "is". */
  readonly what: string
  /** Where converting is not what helps. */
  readonly help?: string
}

/** A test of the first bytes, read as Latin-1. */
type Test = (start: string) => boolean

const begins =
  (magic: string, at = 0): Test =>
  (start) =>
    start.startsWith(magic, at)
const matches =
  (pattern: RegExp): Test =>
  (start) =>
    pattern.test(start)

const kinds: readonly (Foreign & { readonly is: Test })[] = [
  {
    is: begins('version https://git-lfs'),
    what: 'a pointer of git-lfs; the image itself was not fetched',
    help: 'run `git lfs pull` where the data comes from',
  },
  {
    is: matches(/^(\xef\xbb\xbf)?\s*<(!doctype html|html)/i),
    what: 'a web page (HTML)',
    help: 'download the file again: a page was saved in place of the image',
  },
  { is: matches(/^(\xef\xbb\xbf)?\s*<(\?xml|svg)/i), what: 'an SVG or another XML document' },
  { is: begins('GIF8'), what: 'a GIF image' },
  { is: begins('ftypavif', 4), what: 'an AVIF image' },
  { is: begins('ftyphei', 4), what: 'a HEIF image' },
  { is: begins('ftypmif1', 4), what: 'a HEIF image' },
  { is: begins('\0\0\0\x0cjP  '), what: 'a JPEG 2000 image' },
  { is: begins('\xff\x4f\xff\x51'), what: 'a JPEG 2000 image' },
  { is: begins('\0\0\0\x0cJXL '), what: 'a JPEG XL image' },
  { is: begins('\xff\x0a'), what: 'a JPEG XL image' },
  { is: begins('v/1\x01'), what: 'an OpenEXR image' },
  { is: begins('8BPS'), what: 'a Photoshop document' },
  { is: begins('SIMPLE  ='), what: 'a FITS image' },
  { is: matches(/^P[1-7Ff]\s/), what: 'a Netpbm image' },
  { is: begins('DICM', 128), what: 'a DICOM image' },
  { is: begins('\x93NUMPY'), what: 'a NumPy array' },
  { is: begins('\x89HDF'), what: 'an HDF5 file' },
  { is: begins('MATLAB '), what: 'a MATLAB file' },
  { is: begins('%PDF-'), what: 'a PDF document' },
  { is: begins('PK\x03\x04'), what: 'a ZIP archive' },
  { is: begins('\x1f\x8b'), what: 'a gzip archive' },
  {
    is: begins('\0'.repeat(64)),
    what: 'filled with zeros, as an interrupted copy leaves files',
    help: 'copy the file again, or take it out of the data set',
  },
]

export function describeForeign(bytes: Buffer): Foreign {
  const start = bytes.toString('latin1', 0, 256)
  const known = kinds.find(({ is }) => is(start))
  if (known !== undefined) return known
  const isText = /^[\t\n\r\x20-\x7e]+$/.test(start)
  const shown = isText
    ? `'${start.slice(0, 24).trim()}'`
    : [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  return { what: `no image of a kind that is known; it begins with ${shown}` }
}

import type { DecodedImage } from './decode.js'
import { FileProblem } from './errors.js'
import { placesOf, shownFloat } from './pixels.js'

const largest = (2 - 2 ** -23) * 2 ** 127

/** What marks missing values in float files of maps and of instruments; 9.97e36 is netCDF's, 3.4e38 the largest float32. */
const usualMarks: ReadonlySet<number> = new Set(
  [-999, -9999, -99_999, -32_768, 1e20, 1e30, -1e30, 9.969_209_968_386_869e36, largest, -largest].map(Math.fround),
)

/** @throws FileProblem for NaN and infinity, and for the number that the file itself says marks missing values (GDAL). */
export function refuseMissing(image: DecodedImage): void {
  const mark = image.header.noData === undefined ? Number.NaN : Math.fround(image.header.noData)
  for (const value of image.values) {
    if (value === mark) refuse(image, value, 'missing-values', ', which the file says marks missing values')
    if (!Number.isFinite(value)) refuse(image, value, 'not-finite', '')
  }
}

/** @param extreme lies outside the range. @throws FileProblem where it is a usual mark. */
export function refuseUsualMark(image: DecodedImage, extreme: number): void {
  if (usualMarks.has(extreme)) refuse(image, extreme, 'missing-values', ', which usually marks missing values')
}

function refuse(
  { values, channels, width }: Pick<DecodedImage, 'values' | 'channels' | 'width'>,
  mark: number,
  code: 'missing-values' | 'not-finite',
  why: string,
): never {
  const first = values.findIndex((value) => Object.is(value, mark))
  const count = values.reduce((sum, value) => sum + (Object.is(value, mark) ? 1 : 0), 0)
  const where = placesOf(Math.floor(first / channels), count, width)
  const help = 'fill in or cut away the pixels without a measurement, or take the file out of the data set'
  throw new FileProblem(code, `holds ${shownFloat(mark)} at ${where}${why}`, help)
}

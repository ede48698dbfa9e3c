import type { DecodedImage, ImagePart } from './decode.js'
import { paddingStream } from './draws.js'
import { FileProblem } from './errors.js'
import { refuseUsualMark } from './missing-values.js'
import type { Preparation } from './parameters.js'
import { inFile, placesOf, shownFloat } from './pixels.js'
import { type Raster, resize } from './resize.js'

/** An image as the pipeline takes it: [height, width], one channel where the file is grey. */
export interface PreparedImage extends Raster {
  /** What the file holds, after normalisation and before resizing: for the check of the range. */
  readonly lowest: number
  readonly highest: number
}

/** What of a file is read. */
export function partOf(kind: 'image' | 'mask' | 'texture', { mask, bands }: Preparation): ImagePart {
  if (kind === 'image') return bands ?? 'colours'
  return kind === 'mask' && mask?.component === 'opaque' ? 'alpha' : 'colours'
}

/**
 * Normalises, resizes and pads a decoded image. Nothing is clamped: values outside the declared range are found by the
 * scan, by `lowest` and `highest`.
 *
 * @param file names the file's own noise, where the padding is noise.
 * @throws FileProblem for colour in a pipeline of one channel, and for a number outside the range that usually marks
 * missing values.
 */
export function prepareImage(decoded: DecodedImage, preparation: Preparation, file: string): PreparedImage {
  const { channels, range, minmax } = preparation
  const help = 'set `channels = 3`, or convert the files to grey'
  const image = channels === 1 ? greyOf(decoded, 'a pipeline of 1 channel', help) : decoded
  const { values } = image
  const normalise = minmax === undefined ? undefined : rescaling(minmax, range)
  let lowest = Number.POSITIVE_INFINITY
  let highest = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (value < lowest) lowest = value
    if (value > highest) highest = value
  }
  for (const extreme of [lowest, highest]) {
    const value = normalise?.(extreme) ?? extreme
    if (value < range[0] || value > range[1]) refuseUsualMark(image, extreme)
  }
  if (normalise !== undefined) {
    for (let index = 0; index < values.length; index += 1) values[index] = normalise(values[index] ?? 0)
    lowest = Math.fround(normalise(lowest))
    highest = Math.fround(normalise(highest))
  }
  return { ...fitToFrame(image, preparation, file), lowest, highest }
}

/** Writes an image into as many channels as are wanted: a grey one into equal ones. */
export function copyInto(to: Float32Array, offset: number, { channels, values }: Raster, wanted: number): void {
  if (channels === wanted) {
    to.set(values, offset)
    return
  }
  for (let pixel = 0, at = offset; pixel < values.length; pixel += 1) {
    const value = values[pixel] ?? 0
    for (let channel = 0; channel < wanted; channel += 1, at += 1) to[at] = value
  }
}

/** A texture: its values, of integer files as scaled to 0 .. 1, over the range of the data; stretched to the frame, grey where that is. */
export function prepareTexture({ channels, values, ...image }: DecodedImage, preparation: Preparation): Raster {
  const { height, width, range, interpolation, antialias } = preparation
  const [low, high] = range
  const isGrey = preparation.channels === 1 && channels === 3
  const own = isGrey ? greyValues(values) : values
  const scaled = own.map((value) => low + (high - low) * Math.min(1, Math.max(0, value)))
  const raster = { height: image.height, width: image.width, channels: isGrey ? 1 : channels, values: scaled } as const
  return resize(raster, height, width, interpolation, antialias)
}

/** ITU-R BT.601, as Pillow makes a colour image grey. */
function greyValues(values: Float32Array): Float32Array {
  return Float32Array.from(
    { length: values.length / 3 },
    (_, pixel) =>
      0.299 * (values[3 * pixel] ?? 0) + 0.587 * (values[3 * pixel + 1] ?? 0) + 0.114 * (values[3 * pixel + 2] ?? 0),
  )
}

/**
 * An image whose channels are equal everywhere is grey, however its file stores it (palettes, JPEGs of grey scenes).
 *
 * @throws FileProblem with the first pixel that has a colour.
 */
export function greyOf(image: DecodedImage, taker: string, help: string): DecodedImage {
  const { channels, values, width, header } = image
  if (channels === 1) return image
  const grey = new Float32Array(values.length / 3)
  for (let pixel = 0; pixel < grey.length; pixel += 1) {
    const [red, green, blue] = [values[3 * pixel] ?? 0, values[3 * pixel + 1] ?? 0, values[3 * pixel + 2] ?? 0]
    if (red !== green || green !== blue) {
      const colour = [red, green, blue].map((value) => shownFloat(inFile(value, header))).join(', ')
      const what = header.extra === 'bands' ? 'has several bands' : 'is a colour image'
      const message = `${what}, (${colour}) at ${placesOf(pixel, 1, width)}, but ${taker} takes grey ones`
      throw new FileProblem('unsupported-image', message, help)
    }
    grey[pixel] = red
  }
  return { ...image, channels: 1, values: grey }
}

/** `low` and `high`, of values that are scaled already where they are integers, become the ends of the range. */
function rescaling(
  { low, high }: { readonly low: number; readonly high: number },
  [bottom, top]: readonly [number, number],
): (value: number) => number {
  const factor = (top - bottom) / (high - low)
  // `low` and `high` themselves must not miss the range by a rounding. What is farther away stays, for the scan to find.
  const rounding = 1e-6 * (top - bottom)
  return (value) => {
    const scaled = bottom + (value - low) * factor
    if (scaled > top && scaled <= top + rounding) return top
    return scaled < bottom && scaled >= bottom - rounding ? bottom : scaled
  }
}

/** Resizes to the frame, or to the largest size in it that keeps the aspect ratio, and pads the rest. */
export function fitToFrame(image: Raster, preparation: Preparation, file: string): Raster {
  const { height, width } = fittedSize(image, preparation)
  return pad(resize(image, height, width, preparation.interpolation, preparation.antialias), preparation, file)
}

/** Size of the image inside the frame: the frame itself, or the largest that keeps the aspect ratio. */
function fittedSize(
  image: { readonly height: number; readonly width: number },
  { height, width, fit }: Preparation,
): { readonly height: number; readonly width: number } {
  if (fit === 'stretch') return { height, width }
  const scale = Math.min(height / image.height, width / image.width)
  return {
    height: Math.min(height, Math.max(1, Math.round(image.height * scale))),
    width: Math.min(width, Math.max(1, Math.round(image.width * scale))),
  }
}

/** Centres the image; an odd rest has its larger half below or to the right. Black is the low end of the range. */
function pad(image: Raster, { height, width, padding, range, seed }: Preparation, file: string): Raster {
  if (image.height === height && image.width === width) return image
  const { channels } = image
  const values = new Float32Array(height * width * channels)
  const [low, high] = range
  if (padding === 'noise') {
    const draws = paddingStream(seed, file)
    // Grey noise: equal in all channels, as the images of this family are.
    for (let pixel = 0; pixel < height * width; pixel += 1) {
      values.fill(low + (high - low) * draws.uniform(), pixel * channels, (pixel + 1) * channels)
    }
  } else values.fill(low)
  const top = Math.floor((height - image.height) / 2)
  const left = Math.floor((width - image.width) / 2)
  const stride = image.width * channels
  for (let row = 0; row < image.height; row += 1) {
    values.set(image.values.subarray(row * stride, (row + 1) * stride), ((top + row) * width + left) * channels)
  }
  return { height, width, channels, values }
}

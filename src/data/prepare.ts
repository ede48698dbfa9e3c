import type { DecodedImage } from './decode.js'
import { paddingStream } from './draws.js'
import { FileProblem } from './errors.js'
import type { Preparation } from './parameters.js'
import { type Raster, resize } from './resize.js'

/** An image as the pipeline takes it: [height, width], one channel where the file is grey. */
export interface PreparedImage extends Raster {
  /** What the file holds, after normalisation and before resizing: for the check of the range. */
  readonly lowest: number
  readonly highest: number
}

/**
 * Normalises, resizes and pads a decoded image. Nothing is clamped: values outside the declared range are found by the
 * scan, by `lowest` and `highest`.
 *
 * @param file names the file's own noise, where the padding is noise.
 * @throws FileProblem for colour in a pipeline of one channel.
 */
export function prepareImage(image: DecodedImage, preparation: Preparation, file: string): PreparedImage {
  if (image.channels > preparation.channels) {
    const help = 'set `channels = 3`, or convert the files to grey'
    throw new FileProblem('unsupported-image', 'is a colour image, but the pipeline takes 1 channel', help)
  }
  const { range, minmax } = preparation
  if (minmax !== undefined && image.depth === 'float32') rescale(image.values, minmax, range)
  let lowest = Number.POSITIVE_INFINITY
  let highest = Number.NEGATIVE_INFINITY
  for (const value of image.values) {
    if (value < lowest) lowest = value
    if (value > highest) highest = value
  }
  const { height, width } = fittedSize(image, preparation)
  const resized = resize(image, height, width, preparation.interpolation, preparation.antialias)
  return { ...pad(resized, preparation, file), lowest, highest }
}

/** Brings a mask to the image's size by nearest neighbours: 1 where any channel is above 0; padding is 0. [H,W,1] */
export function prepareMask(mask: DecodedImage, preparation: Preparation): Raster {
  const values = new Float32Array(mask.height * mask.width)
  mask.values.forEach((value, index) => {
    if (value > 0) values[Math.floor(index / mask.channels)] = 1
  })
  const { height, width } = fittedSize(mask, preparation)
  const resized = resize({ height: mask.height, width: mask.width, channels: 1, values }, height, width, 'nearest')
  return pad(resized, { ...preparation, padding: 'black', range: [0, 1] }, '')
}

function rescale(
  values: Float32Array,
  { low, high }: { readonly low: number; readonly high: number },
  [bottom, top]: readonly [number, number],
): void {
  const factor = (top - bottom) / (high - low)
  // `low` and `high` themselves must not miss the range by a rounding. What is farther away stays, for the scan to find.
  const rounding = 1e-6 * (top - bottom)
  for (let index = 0; index < values.length; index += 1) {
    const value = bottom + ((values[index] ?? 0) - low) * factor
    const over = value > top && value <= top + rounding
    const under = value < bottom && value >= bottom - rounding
    values[index] = over ? top : under ? bottom : value
  }
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

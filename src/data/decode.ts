import sharp from 'sharp'
import { type SampleDepth, sampleScales } from '../components/image-kinds.js'
import { readRegularFileSync } from '../files/read-regular.js'
import { FileProblem } from './errors.js'
import { decodeBmp } from './headers/bmp.js'
import { convertHelp, type ImageHeader, limits, replaceHelp } from './headers/image-header.js'
import { damageOf, readHeader } from './headers/read.js'
import { refuseMissing } from './missing-values.js'
import { placesOf } from './pixels.js'

/** An image as its file has it, [H,W,C] with C = 1 (grey) or 3 (red, green, blue). */
export interface DecodedImage {
  readonly header: ImageHeader
  readonly height: number
  readonly width: number
  readonly channels: 1 | 3
  /** Integers over the largest that their number of bits can hold, float32 as they are. */
  readonly values: Float32Array
}

// libvips keeps decoded files and starts threads for one image; the cache and the pool of workers here take their place.
sharp.cache(false)
sharp.concurrency(1)

/** Reads a whole regular file, in the caller's thread: it is a worker's. @throws FileProblem */
export function readImageFile(path: string): Buffer {
  const content = readRegularFileSync(path, limits.fileBytes)
  switch (content.kind) {
    case 'read':
      if (content.bytes.length === 0) throw new FileProblem('empty-file', 'is empty (0 bytes)', replaceHelp)
      return content.bytes
    case 'missing':
      throw new FileProblem('missing-file', 'is not there', replaceHelp)
    case 'not_regular':
      throw new FileProblem('unreadable-file', `is ${content.what}, not a regular file`, replaceHelp)
    case 'too_large':
      throw new FileProblem('too-large', `has ${content.size} bytes; the limit is ${content.maxBytes}`, convertHelp)
    case 'unreadable':
      throw new FileProblem('unreadable-file', `cannot be read: ${content.reason}`, 'check the permissions of the file')
  }
}

/**
 * Decodes a PNG, TIFF, JPEG, WebP or BMP in a layout that `readHeader` accepts. Alpha that is opaque everywhere is dropped; colour
 * profiles, gamma and orientation are ignored: the numbers are measurements.
 *
 * @param part `alpha`: how opaque each pixel is, as a grey image; numbers: these channels, from 1.
 * @throws FileProblem for everything else, for transparent pixels, and for missing values in a float file.
 */
export async function decodeImage(bytes: Buffer, part: ImagePart = 'colours'): Promise<DecodedImage> {
  if (bytes.length === 0) throw new FileProblem('empty-file', 'is empty (0 bytes)', replaceHelp)
  // Before libvips: its decoders of other kinds never see a file of somebody else.
  const header = readHeader(bytes)
  const { height, width, depth } = header
  const chosen = typeof part === 'string' ? undefined : part
  requireBands(header, chosen)
  const { samples, stored, channels } = await decodeSamples(bytes, header, chosen)
  if (part === 'alpha') return alphaOf(samples, stored, header)
  if (header.extra === 'alpha') requireOpaque(samples, stored, header)
  const values = toFloat(samples, depth, stored, channels)
  const image = withChannels({ header, height, width, channels, values }, chosen)
  if (depth === 'float32') refuseMissing(image)
  return image
}

/** What of a file is an image. */
export type ImagePart = 'colours' | 'alpha' | readonly number[]

/** Channels that the file has; those of its colours, and its bands. */
function channelsOf({ colour, bands = 1 }: ImageHeader): number {
  return colour === 'rgb' ? 3 : bands
}

function requireBands(header: ImageHeader, chosen: readonly number[] | undefined): void {
  const count = channelsOf(header)
  const beyond = chosen?.find((band) => band > count)
  const has = `has ${count} ${count === 1 ? 'channel' : 'channels'}`
  if (beyond !== undefined)
    throw new FileProblem(
      'unsupported-image',
      `${has}, and channel ${beyond} is asked for`,
      'choose others with `bands`',
    )
  if (chosen === undefined && count > 3)
    throw new FileProblem('unsupported-image', `${has}; 1 and 3 are read`, 'choose one or three of them: `bands = [1]`')
}

interface Samples {
  readonly samples: Uint8Array | Uint16Array | Float32Array
  /** Samples of a pixel, with alpha last. */
  readonly stored: number
  /** Those of a pixel that are kept. */
  readonly channels: 1 | 3
}

/**
 * Each layout asks libvips for its own colour space by name: what is left to sharp comes back as 8-bit sRGB, floats cut to
 * 0-255. Samples after grey are asked for one by one, because a grey space has a single channel.
 */
async function decodeSamples(
  bytes: Buffer,
  header: ImageHeader,
  chosen: readonly number[] | undefined,
): Promise<Samples> {
  // libvips as it comes with sharp has no decoder of them.
  if (header.kind === 'bmp') return { samples: decodeBmp(bytes), stored: 3, channels: 3 }
  const { colour, depth, extra } = header
  if (colour === 'rgb' || extra === 'none') {
    const stored = (colour === 'rgb' ? 3 : 1) + (extra === 'alpha' ? 1 : 0)
    const samples = await decodeAs(bytes, header, spaces[depth][colour], stored)
    return { samples, stored, channels: colour === 'rgb' ? 3 : 1 }
  }
  const bands = extra === 'alpha' ? [0, 1] : (chosen ?? [1, 2, 3]).map((band) => band - 1)
  const samples = new arrays[depth](header.height * header.width * bands.length)
  for (const [place, band] of bands.entries()) {
    const plane = await decodeAs(bytes, header, spaces[depth].grey, 1, band)
    for (let pixel = 0; pixel < plane.length; pixel += 1) samples[pixel * bands.length + place] = plane[pixel] ?? 0
  }
  return { samples, stored: bands.length, channels: extra === 'alpha' || bands.length === 1 ? 1 : 3 }
}

/** Of the channels of its colours those that are asked for; bands were taken one by one. */
function withChannels(image: DecodedImage, chosen: readonly number[] | undefined): DecodedImage {
  if (chosen === undefined || image.header.extra === 'bands') return image
  const { channels, values } = image
  const picked = new Float32Array((values.length / channels) * chosen.length)
  for (let pixel = 0; pixel < values.length / channels; pixel += 1)
    for (const [place, band] of chosen.entries())
      picked[pixel * chosen.length + place] = values[pixel * channels + band - 1] ?? 0
  return { ...image, channels: chosen.length === 1 ? 1 : 3, values: picked }
}

const spaces = {
  uint8: { grey: 'b-w', rgb: 'srgb' },
  uint16: { grey: 'grey16', rgb: 'rgb16' },
  float32: { grey: 'b-w', rgb: 'scrgb' },
} as const
const rawDepths = { uint8: 'uchar', uint16: 'ushort', float32: 'float' } as const
const arrays = { uint8: Uint8Array, uint16: Uint16Array, float32: Float32Array } as const

async function decodeAs(
  bytes: Buffer,
  { kind, height, width, depth }: ImageHeader,
  space: string,
  samples: number,
  band?: number,
): Promise<Samples['samples']> {
  // A JPEG with a warning has pixels that the decoder made up; the warnings of other kinds are about tags that are not read.
  const failOn = kind === 'jpeg' || kind === 'webp' ? 'warning' : 'error'
  const image = sharp(bytes, { failOn, limitInputPixels: limits.pixels, ignoreIcc: true })
  // Its types know of four channels; it takes five.
  const selected = band === undefined ? image : image.extractChannel(band as 0)
  const { data, info } = await selected
    .toColourspace(space)
    .raw({ depth: rawDepths[depth] })
    .toBuffer({ resolveWithObject: true })
    .catch(() => {
      throw damageOf(kind, bytes)
    })
  if (info.width !== width || info.height !== height || info.channels !== samples) {
    const found = `${info.height} x ${info.width} x ${info.channels}`
    throw new FileProblem('unsupported-image', `is decoded to ${found}, which its header does not declare`, convertHelp)
  }
  const sampleBytes = arrays[depth].BYTES_PER_ELEMENT
  const aligned = data.byteOffset % sampleBytes === 0 ? data : new Uint8Array(data)
  return new arrays[depth](aligned.buffer, aligned.byteOffset, aligned.byteLength / sampleBytes)
}

function toFloat(samples: Samples['samples'], depth: SampleDepth, stored: number, channels: number): Float32Array {
  if (samples instanceof Float32Array && stored === channels) return samples
  const scale = sampleScales[depth]
  const values = new Float32Array((samples.length / stored) * channels)
  if (stored === channels) {
    for (let index = 0; index < values.length; index += 1) values[index] = (samples[index] ?? 0) / scale
    return values
  }
  for (let from = 0, to = 0; from < samples.length; from += stored) {
    for (let channel = 0; channel < channels; channel += 1, to += 1) {
      values[to] = (samples[from + channel] ?? 0) / scale
    }
  }
  return values
}

function alphaOf(samples: Samples['samples'], stored: number, header: ImageHeader): DecodedImage {
  const { height, width, depth, extra } = header
  if (extra !== 'alpha')
    throw new FileProblem('bad-mask', 'has no alpha channel, and masks mark what is opaque in theirs', replaceHelp)
  const values = new Float32Array(height * width)
  for (let pixel = 0; pixel < values.length; pixel += 1)
    values[pixel] = (samples[(pixel + 1) * stored - 1] ?? 0) / sampleScales[depth]
  return { header, height, width, channels: 1, values }
}

function requireOpaque(samples: Samples['samples'], stored: number, header: ImageHeader): void {
  const opaque = sampleScales[header.depth]
  let [count, first] = [0, 0]
  for (let at = stored - 1; at < samples.length; at += stored) {
    if (samples[at] === opaque) continue
    if (count === 0) first = at
    count += 1
  }
  if (count === 0) return
  const pixel = (first + 1) / stored - 1
  const where = placesOf(pixel, count, header.width)
  const what = `has pixels that are not opaque: alpha ${samples[first]} of ${opaque} at ${where}`
  throw new FileProblem(
    'unsupported-image',
    what,
    'remove the alpha channel, and decide what stands where it is not opaque',
  )
}

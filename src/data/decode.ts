import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import sharp from 'sharp'
import { FileProblem } from './errors.js'
import { declaredBy, isPng, isTiff } from './header.js'

/** An image as its file has it, [H,W,C] with C = 1 (grey) or 3 (red, green, blue). */
export interface DecodedImage {
  readonly height: number
  readonly width: number
  readonly channels: 1 | 3
  /** 8-bit values / 255, 16-bit / 65535, float as they are. */
  readonly values: Float32Array
  readonly depth: 'uint8' | 'uint16' | 'float32'
}

/** A small file can declare a huge image; what is larger than this is refused before a pixel is decoded. */
export const limits = { side: 16_384, pixels: 1 << 26, fileBytes: 1 << 30 } as const

const replace = 'replace the file, or take it out of the data set'
const convert = 'convert it to an 8-bit or 16-bit PNG, or to a TIFF of 8 bit, 16 bit or float32, grey or RGB'

// libvips keeps decoded files and starts threads for one image; the cache and the pool of workers here take their place.
sharp.cache(false)
sharp.concurrency(1)

/**
 * Reads a whole regular file. Synchronous, because it runs in a worker: for small files the way through libuv's threads
 * costs ten times the reading.
 *
 * @throws FileProblem
 */
export function readImageFile(path: string): Buffer {
  let file: number | undefined
  try {
    // Without O_NONBLOCK, opening a named pipe waits for somebody who writes to it.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const status = fstatSync(file)
    if (!status.isFile()) throw new FileProblem('unreadable-file', 'is not a regular file', replace)
    if (status.size === 0) throw new FileProblem('empty-file', 'is empty (0 bytes)', replace)
    if (status.size > limits.fileBytes) {
      throw new FileProblem('too-large', `has ${status.size} bytes; the limit is ${limits.fileBytes}`, convert)
    }
    return readFileSync(file)
  } catch (error) {
    throw error instanceof FileProblem ? error : unreadable(error)
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

function unreadable(error: unknown): FileProblem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  if (code === 'ENOENT') return new FileProblem('missing-file', 'is not there', replace)
  return new FileProblem('unreadable-file', `cannot be read (${code})`, 'check the permissions of the file')
}

/**
 * Decodes a PNG (8, 16 bit) or TIFF (8, 16 bit, float32), grey or RGB; alpha is dropped, colour profiles and
 * orientation are ignored: the numbers are measurements. Each layout asks sharp for its own colour space by name:
 * what is left to sharp comes back as 8-bit sRGB, floats cut to 0-255.
 *
 * @throws FileProblem for everything else, and for NaN or infinity in a float file.
 */
export async function decodeImage(bytes: Buffer): Promise<DecodedImage> {
  if (bytes.length === 0) throw new FileProblem('empty-file', 'is empty (0 bytes)', replace)
  // Looked at here so that no other decoder of libvips ever sees a file of somebody else.
  if (!isPng(bytes) && !isTiff(bytes)) {
    throw new FileProblem('not-an-image', `is neither a PNG nor a TIFF (it begins with ${beginning(bytes)})`, convert)
  }
  refuseByHeader(bytes)
  try {
    return await decode(bytes)
  } catch (error) {
    if (error instanceof FileProblem) throw error
    const reason = error instanceof Error ? firstLine(error.message) : String(error)
    throw new FileProblem('broken-image', `cannot be decoded (${reason})`, replace)
  }
}

/** What the decoder would call broken, though it is whole. */
function refuseByHeader(bytes: Buffer): void {
  const declared = declaredBy(bytes)
  if (declared === undefined) return
  requireSize(declared.height, declared.width)
  if (declared.bits > 32) {
    throw new FileProblem('unsupported-image', `has ${declared.bits} bits a channel; at most 32 are read`, convert)
  }
}

function requireSize(height: number, width: number): void {
  if (width <= limits.side && height <= limits.side && width * height <= limits.pixels) return
  const limit = `${limits.side} a side and ${limits.pixels} pixels`
  throw new FileProblem('too-large', `declares ${height} x ${width} pixels; the limit is ${limit}`, convert)
}

async function decode(bytes: Buffer): Promise<DecodedImage> {
  const options = { failOn: 'error', limitInputPixels: limits.pixels, ignoreIcc: true } as const
  const { width, height, space, depth, pages, channels } = await sharp(bytes, options).metadata()
  requireSize(height, width)
  if ((pages ?? 1) !== 1) {
    throw new FileProblem('unsupported-image', `holds ${pages} images; one a file is read`, convert)
  }
  const layout = layouts.find((row) => row.space === space && row.depth === depth)
  if (layout === undefined || channels > 4) {
    throw new FileProblem('unsupported-image', `has the layout ${space}, ${depth}, ${channels} channels`, convert)
  }
  const { data, info } = await sharp(bytes, options)
    .toColourspace(layout.space)
    .raw({ depth: layout.depth })
    .toBuffer({ resolveWithObject: true })
  if (info.width !== width || info.height !== height || info.channels < layout.channels) {
    throw new FileProblem('unsupported-image', `has the layout ${space}, ${depth}, ${info.channels} channels`, convert)
  }
  const values = toFloat(data, layout, info.channels, width * height)
  if (layout.depth === 'float') requireFinite(values, width, layout.channels)
  return { height, width, channels: layout.channels, values, depth: depthNames[layout.depth] }
}

const layouts = [
  { space: 'b-w', depth: 'uchar', channels: 1 },
  { space: 'b-w', depth: 'float', channels: 1 },
  { space: 'grey16', depth: 'ushort', channels: 1 },
  { space: 'srgb', depth: 'uchar', channels: 3 },
  { space: 'rgb16', depth: 'ushort', channels: 3 },
  { space: 'scrgb', depth: 'float', channels: 3 },
] as const
type Layout = (typeof layouts)[number]
const depthNames = { uchar: 'uint8', ushort: 'uint16', float: 'float32' } as const
const scales = { uchar: 255, ushort: 65535, float: 1 } as const

/** @param stored channels in `data`, with alpha; only the first `layout.channels` are kept. */
function toFloat(data: Buffer, layout: Layout, stored: number, pixels: number): Float32Array {
  const raw = typedView(data, layout.depth)
  const scale = scales[layout.depth]
  const values = new Float32Array(pixels * layout.channels)
  let to = 0
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    for (let channel = 0; channel < layout.channels; channel += 1) {
      values[to] = (raw[pixel * stored + channel] ?? 0) / scale
      to += 1
    }
  }
  return values
}

function typedView(data: Buffer, depth: Layout['depth']): Uint8Array | Uint16Array | Float32Array {
  if (depth === 'uchar') return data
  const bytes = data.byteOffset % 4 === 0 ? data : new Uint8Array(data)
  if (depth === 'ushort') return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2)
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
}

function requireFinite(values: Float32Array, width: number, channels: number): void {
  const at = values.findIndex((value) => !Number.isFinite(value))
  if (at < 0) return
  const pixel = Math.floor(at / channels)
  const place = `row ${Math.floor(pixel / width)}, column ${pixel % width}`
  throw new FileProblem('not-finite', `holds ${values[at]} at ${place}`, replace)
}

function beginning(bytes: Buffer): string {
  return [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
}

function firstLine(text: string): string {
  return (text.split('\n').find((line) => line.trim() !== '') ?? '').trim()
}

import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import sharp from 'sharp'
import { encodeFloatTiff } from '../../data/tiff-write.js'
import { replaceContent } from '../../files/replace.js'
import type { MapFormat } from './messages.js'

/** Values of one image, [H, W, C] with C of 1 or 3. */
export interface Picture {
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly values: ArrayLike<number>
  /** What black and white are, or the ends of the colours. */
  readonly range: readonly [low: number, high: number]
}

/** Extension of a format, by which whoever reads the directory knows it. */
export const extensions = { png: 'png', png16: 'png', tiff: 'tiff' } as const satisfies Record<MapFormat, string>

/** How a heat map is stored: coloured for the eye, or its values for programs (16 bits over the range; float32 as they are). */
export async function encodeMap(map: Picture, format: MapFormat): Promise<Buffer> {
  switch (format) {
    case 'png':
      return await encodePng({ ...map, channels: 3, values: colours(map) })
    case 'png16':
      return await encodePng16(map)
    case 'tiff':
      return encodeFloatTiff(map.height, map.width, Float32Array.from(map.values))
  }
}

/** A reconstruction; three channels as float are a TIFF for each. */
export async function encodePicture(picture: Picture, format: MapFormat): Promise<readonly Buffer[]> {
  switch (format) {
    case 'png':
      return [await encodePng({ ...picture, values: scaled(picture, 255) })]
    case 'png16':
      return [await encodePng16(picture)]
    case 'tiff':
      return Array.from({ length: picture.channels }, (_, channel) => {
        const plane = Float32Array.from({ length: picture.height * picture.width }, (_, pixel) =>
          valueAt(picture, pixel, channel),
        )
        return encodeFloatTiff(picture.height, picture.width, plane)
      })
  }
}

/** The image with the map's colours over it, the more opaque the higher the value. */
export async function encodeOverlay(image: Picture, map: Picture): Promise<Buffer> {
  const under = scaled(image, 255)
  const over = colours(map)
  const [low, high] = map.range
  const values = new Uint8Array(3 * map.height * map.width)
  for (let pixel = 0; pixel < map.height * map.width; pixel += 1) {
    const opacity = mostOpaque * unit(map.values[pixel] as number, low, high)
    for (let channel = 0; channel < 3; channel += 1) {
      const below = under[pixel * image.channels + (image.channels === 1 ? 0 : channel)] as number
      values[3 * pixel + channel] = Math.round(below + opacity * ((over[3 * pixel + channel] as number) - below))
    }
  }
  return await encodePng({ height: map.height, width: map.width, channels: 3, values })
}

const mostOpaque = 0.7

export function writePicture(path: string, bytes: Buffer): void {
  mkdirSync(dirname(path), { recursive: true })
  replaceContent(path, bytes)
}

interface Bytes extends Omit<Picture, 'values' | 'range'> {
  readonly values: Uint8Array
}

function encodePng({ height, width, channels, values }: Bytes): Promise<Buffer> {
  const raw = { height, width, channels: channels === 1 ? 1 : 3 } as const
  const image = sharp(values, { raw }).png({ compressionLevel: 6 })
  return (channels === 1 ? image.toColourspace('b-w') : image).toBuffer()
}

function encodePng16(picture: Picture): Promise<Buffer> {
  const { height, width, channels } = picture
  const values = Uint16Array.from({ length: height * width * channels }, (_, index) =>
    Math.round(unit(picture.values[index] as number, ...picture.range) * 65_535),
  )
  const image = sharp(values, { raw: { height, width, channels: channels === 1 ? 1 : 3 } })
  return image
    .toColourspace(channels === 1 ? 'grey16' : 'rgb16')
    .png({ compressionLevel: 6 })
    .toBuffer()
}

function scaled({ values, range: [low, high] }: Picture, white: number): Uint8Array {
  return Uint8Array.from(values, (value) => Math.round(unit(value, low, high) * white))
}

/** Black, red, yellow, white: brightness grows with the value, also where colours look alike. */
function colours({ values, range: [low, high] }: Picture): Uint8Array {
  const result = new Uint8Array(3 * values.length)
  for (let pixel = 0; pixel < values.length; pixel += 1) {
    const heat = 3 * unit(values[pixel] as number, low, high)
    for (let channel = 0; channel < 3; channel += 1)
      result[3 * pixel + channel] = Math.round(255 * Math.min(1, Math.max(0, heat - channel)))
  }
  return result
}

function valueAt({ values, channels }: Picture, pixel: number, channel: number): number {
  return values[pixel * channels + channel] as number
}

function unit(value: number, low: number, high: number): number {
  return high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0
}

import sharp from 'sharp'
import { own } from '../source/own.js'
import type { PreviewSample } from './preview.js'

interface Size {
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly range: readonly [low: number, high: number]
}

/** Pixels of a small image become squares, so that a tile has at least this width. */
const leastWidth = 160
const gap = 4

/**
 * A picture of samples as PNG: a row for each, from left to right the clean image, the faulty one, what changed (grey: nothing; brighter:
 * more; darker: less), the mask, the severity.
 */
export async function encodeSheet(samples: readonly PreviewSample[], size: Size): Promise<Buffer> {
  const scale = Math.max(1, Math.ceil(leastWidth / size.width))
  const [tileHeight, tileWidth] = [size.height * scale, size.width * scale]
  const labelWidth = 6 * glyph.scale * (glyph.width + 1) + 2 * gap
  const [height, width] = [samples.length * (tileHeight + gap) + gap, 4 * (tileWidth + gap) + gap + labelWidth]
  const sheet = new Uint8Array(height * width * 3).fill(background)
  const set = (y: number, x: number, color: readonly [number, number, number]): void => {
    if (y >= 0 && x >= 0 && y < height && x < width) sheet.set(color, (y * width + x) * 3)
  }
  for (const [row, sample] of samples.entries()) {
    const top = gap + row * (tileHeight + gap)
    for (const [column, colorOf] of tilesOf(sample, size).entries()) {
      const left = gap + column * (tileWidth + gap)
      for (let y = 0; y < tileHeight; y += 1)
        for (let x = 0; x < tileWidth; x += 1)
          set(top + y, left + x, colorOf(Math.floor(y / scale) * size.width + Math.floor(x / scale)))
    }
    drawText(String(Number(sample.severity.toPrecision(2))).slice(0, 6), top + gap, width - labelWidth + gap, set)
  }
  return await sharp(sheet, { raw: { height, width, channels: 3 } })
    .png({ compressionLevel: 6 })
    .toBuffer()
}

const background = 24

type Color = readonly [number, number, number]

function tilesOf(sample: PreviewSample, { channels, range }: Size): readonly ((pixel: number) => Color)[] {
  const [low, high] = range
  const byte = (value: number): number => Math.min(255, Math.max(0, Math.round((255 * (value - low)) / (high - low))))
  const at = (values: Float32Array, pixel: number, channel: number): number =>
    values[pixel * channels + (channels === 1 ? 0 : channel)] ?? 0
  const plain = (values: Float32Array) => (pixel: number) =>
    [0, 1, 2].map((channel) => byte(at(values, pixel, channel))) as unknown as Color
  const changed = (pixel: number) =>
    [0, 1, 2].map((channel) => {
      const change = at(sample.image, pixel, channel) - at(sample.clean, pixel, channel)
      return byte((low + high) / 2 + change / 2)
    }) as unknown as Color
  const marked = (pixel: number): Color => ((sample.mask[pixel] ?? 0) > 0 ? [255, 255, 255] : [0, 0, 0])
  return [plain(sample.clean), plain(sample.image), changed, marked]
}

/** Digits of 3 x 5 pixels, a row a number of three bits. */
const glyph = {
  width: 3,
  scale: 3,
  rows: {
    '0': [7, 5, 5, 5, 7],
    '1': [2, 6, 2, 2, 7],
    '2': [7, 1, 7, 4, 7],
    '3': [7, 1, 7, 1, 7],
    '4': [5, 5, 7, 1, 1],
    '5': [7, 4, 7, 1, 7],
    '6': [7, 4, 7, 5, 7],
    '7': [7, 1, 1, 2, 2],
    '8': [7, 5, 7, 5, 7],
    '9': [7, 5, 7, 1, 7],
    '.': [0, 0, 0, 0, 2],
  } as Readonly<Record<string, readonly number[]>>,
} as const

function drawText(text: string, top: number, left: number, set: (y: number, x: number, color: Color) => void): void {
  for (const [place, letter] of [...text].entries()) {
    for (const [row, bits] of (own(glyph.rows, letter) ?? []).entries()) {
      for (let column = 0; column < glyph.width; column += 1) {
        if (((bits >> (glyph.width - 1 - column)) & 1) === 0) continue
        for (let y = 0; y < glyph.scale; y += 1)
          for (let x = 0; x < glyph.scale; x += 1) {
            const across = left + (place * (glyph.width + 1) + column) * glyph.scale + x
            set(top + row * glyph.scale + y, across, [230, 230, 230])
          }
      }
    }
  }
}

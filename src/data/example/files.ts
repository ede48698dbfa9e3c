import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import type { ExampleOptions } from './sets.js'

/** At least one. */
export function scaled(count: number, { size }: ExampleOptions): number {
  return Math.max(1, Math.round(count * size))
}

export function numbered(index: number): string {
  return String(index).padStart(4, '0')
}

export async function encodePng(height: number, width: number, channels: 1 | 3, values: Uint8Array): Promise<Buffer> {
  return await sharp(values, { raw: { width, height, channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png({ compressionLevel: 0 }) // how deflate searches differs between processors; stored bytes do not
    .toBuffer()
}

/** @param mask [H,W], 0 or 1. */
export async function writeMask(
  directory: string,
  name: string,
  [height, width]: readonly [number, number],
  mask: Uint8Array,
): Promise<void> {
  const values = mask.map((value) => value * 255)
  await writeFile(join(directory, `${name}_mask.png`), await encodePng(height, width, 1, values))
}

export async function makeDirectoryFor(...parts: readonly string[]): Promise<string> {
  const directory = join(...parts)
  await mkdir(directory, { recursive: true })
  return directory
}

/**
 * A grey float32 TIFF: little-endian, one strip, uncompressed (TIFF 6.0, sections 2 and 19). sharp cannot write float
 * values as they are.
 *
 * @param values [H,W], written as they are.
 */
export function encodeFloatTiff(height: number, width: number, values: Float32Array): Buffer {
  const strip = 8
  const stripBytes = height * width * 4
  const directory = strip + stripBytes
  const bytes = Buffer.alloc(directory + 2 + 12 * tags.length + 4)
  bytes.write('II', 0, 'latin1')
  bytes.writeUInt16LE(42, 2)
  bytes.writeUInt32LE(directory, 4)
  for (let index = 0; index < height * width; index += 1) bytes.writeFloatLE(values[index] ?? 0, strip + 4 * index)
  bytes.writeUInt16LE(tags.length, directory)
  tags.forEach(([tag, value], row) => {
    const at = directory + 2 + 12 * row
    bytes.writeUInt16LE(tag, at)
    bytes.writeUInt16LE(4, at + 2) // LONG
    bytes.writeUInt32LE(1, at + 4)
    bytes.writeUInt32LE(typeof value === 'number' ? value : { width, height, strip, stripBytes }[value], at + 8)
  })
  return bytes
}

const tags = [
  [256, 'width'],
  [257, 'height'],
  [258, 32], // bits per sample
  [259, 1], // no compression
  [262, 1], // black is zero
  [273, 'strip'],
  [277, 1], // samples per pixel
  [278, 'height'], // rows per strip
  [279, 'stripBytes'],
  [339, 3], // IEEE floating point
] as const

import { deflateSync } from 'node:zlib'

/** What a TIFF is to declare; everything but the size has the value of a grey 8-bit file. */
export interface TiffFacts {
  readonly width: number
  readonly height: number
  readonly bits?: number
  /** 1 unsigned, 2 signed, 3 float. */
  readonly format?: number
  readonly samples?: number
  readonly photometric?: number
  readonly compression?: number
  /** 2: one plane after the other. */
  readonly planes?: number
  readonly extra?: readonly number[]
  /** 3 x 2^bits entries. */
  readonly palette?: readonly number[]
  readonly orientation?: number
  readonly noData?: string
  readonly order?: 'II' | 'MM'
  readonly isBig?: boolean
}

/** A TIFF in one strip (a plane each, where planes stand one after the other), with the pixels' bytes as they are to stand in it. */
export function tiffOf(facts: TiffFacts, pixels: Buffer): Buffer {
  const { order = 'II', isBig = false, samples = 1, planes = 1 } = facts
  const number = (value: number, size: number): Buffer => {
    const bytes = Buffer.alloc(size)
    if (size === 8) number(value, 4).copy(bytes, order === 'II' ? 0 : 4)
    else if (order === 'II') bytes.writeUIntLE(value, 0, size)
    else bytes.writeUIntBE(value, 0, size)
    return bytes
  }
  const word = isBig ? 8 : 4
  const head = isBig ? 16 : 8
  const strips = planes === 2 ? samples : 1
  const same = (value: number) => Array.from({ length: samples }, () => value)
  const stripBytes = pixels.length / strips
  const entries: readonly (readonly [tag: number, type: 2 | 3 | 4, values: readonly number[] | undefined])[] = [
    [256, 4, [facts.width]],
    [257, 4, [facts.height]],
    [258, 3, same(facts.bits ?? 8)],
    [259, 3, [facts.compression ?? 1]],
    [262, 3, [facts.photometric ?? 1]],
    [273, 4, Array.from({ length: strips }, (_, index) => head + index * stripBytes)],
    [274, 3, [facts.orientation ?? 1]],
    [277, 3, [samples]],
    [278, 4, [facts.height]],
    [279, 4, Array.from({ length: strips }, () => stripBytes)],
    [284, 3, [planes]],
    [320, 3, facts.palette],
    [338, 3, facts.extra],
    [339, 3, same(facts.format ?? 1)],
    [42113, 2, facts.noData === undefined ? undefined : [...Buffer.from(`${facts.noData}\0`)]],
  ]
  const there = entries.filter(([, , values]) => values !== undefined)
  const directory = head + pixels.length
  const sizes = { 2: 1, 3: 2, 4: 4 } as const
  let behind = directory + (isBig ? 8 : 2) + (12 + (isBig ? 8 : 0)) * there.length + word
  const rows: Buffer[] = []
  const values: Buffer[] = []
  for (const [tag, type, list = []] of there) {
    const data = Buffer.concat(list.map((value) => number(value, sizes[type])))
    const isInside = data.length <= word
    const place = isInside ? Buffer.concat([data, Buffer.alloc(word - data.length)]) : number(behind, word)
    rows.push(number(tag, 2), number(type, 2), number(list.length, word), place)
    if (isInside) continue
    values.push(data)
    behind += data.length
  }
  return Buffer.concat([
    Buffer.from(order, 'latin1'),
    ...(isBig ? [number(43, 2), number(8, 2), number(0, 2)] : [number(42, 2)]),
    number(directory, word),
    pixels,
    number(there.length, isBig ? 8 : 2),
    ...rows,
    number(0, word),
    ...values,
  ])
}

/** @param type 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA. @param rows bytes of each row, without its filter. */
export function pngOf(
  size: { readonly width: number; readonly height: number },
  bits: number,
  type: number,
  rows: readonly (readonly number[])[],
  chunks: readonly Buffer[] = [],
): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(size.width, 0)
  header.writeUInt32BE(size.height, 4)
  header[8] = bits
  header[9] = type
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    ...chunks,
    pngChunk('IDAT', deflateSync(Buffer.from(rows.flatMap((row) => [0, ...row])))),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

export function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}

function crc32(data: Buffer): number {
  let crc = 0xffffffff
  for (const byte of data) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}

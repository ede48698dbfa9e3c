import { isRecord } from '../files/json.js'

/**
 * The safetensors format: 8 bytes little-endian header length, a JSON header, the tensors' bytes row-major and little-endian. Pure
 * functions of buffers. A file is untrusted: every size in it is checked before it is used.
 */

export const bytesPerValue = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
} as const

export type SafetensorsDType = keyof typeof bytesPerValue

export interface StoredTensor {
  readonly dtype: SafetensorsDType
  readonly shape: readonly number[]
  /** Row-major, little-endian. A decoded tensor shares the file's memory and may start at any byte. */
  readonly data: Uint8Array
}

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, StoredTensor>
  readonly metadata: Readonly<Record<string, string>>
}

/** What is wrong with a file, for who wants to tell it apart. */
export type SafetensorsFault =
  | 'truncated'
  | 'header_size'
  | 'header_json'
  | 'header_form'
  | 'duplicate_name'
  | 'dtype'
  | 'shape'
  | 'offsets'
  | 'overlap'
  | 'gap'

/** A file that is no safetensors, or a tensor that is not as asked for. */
export class SafetensorsError extends Error {
  override readonly name = 'SafetensorsError'
  constructor(
    readonly fault: SafetensorsFault,
    message: string,
  ) {
    super(message)
  }
}

/** The format's own limit; a JSON text of this length is still read in seconds. */
const largestHeader = 100_000_000

function fail(fault: SafetensorsFault, message: string): never {
  throw new SafetensorsError(fault, message)
}

/** Where one tensor's bytes lie, counted from the end of the header. */
export interface TensorPlace {
  readonly name: string
  readonly dtype: SafetensorsDType
  readonly shape: readonly number[]
  readonly from: number
  readonly to: number
}

export interface SafetensorsHeader {
  readonly places: readonly TensorPlace[]
  readonly metadata: Readonly<Record<string, string>>
}

/** Length of the JSON header, from the file's first 8 bytes and its size; what follows starts at 8 + length. */
export function headerLength(prefix: Uint8Array, fileSize: number): number {
  if (prefix.byteLength < 8) fail('truncated', `${prefix.byteLength} bytes are too few for a header`)
  const length = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true)
  if (length > BigInt(largestHeader)) fail('header_size', `a header of ${length} bytes is above ${largestHeader}`)
  const end = 8 + Number(length)
  if (end > fileSize) fail('truncated', `the header ends at byte ${end} of ${fileSize}`)
  return Number(length)
}

/** Reads the JSON header. `bodySize` is what follows it, in bytes: the tensors fill it without gap or overlap, as the format demands. */
export function decodeHeader(bytes: Uint8Array, bodySize: number): SafetensorsHeader {
  const header = parseHeader(bytes)
  const metadata = readMetadata(header)
  const places = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => readEntry(name, entry, bodySize))
  requireNoGap(places, bodySize)
  return { places, metadata }
}

/** Reads a whole file. Tensors share its memory. */
export function decodeSafetensors(bytes: Uint8Array): Safetensors {
  const begin = 8 + headerLength(bytes, bytes.byteLength)
  const body = bytes.subarray(begin)
  const { places, metadata } = decodeHeader(bytes.subarray(8, begin), body.byteLength)
  const tensors = places.map(({ name, dtype, shape, from, to }): readonly [string, StoredTensor] => [
    name,
    { dtype, shape, data: body.subarray(from, to) },
  ])
  return { tensors: new Map(tensors), metadata }
}

/** Writes a file: tensors by falling size of their values, then by name, so that each starts at a multiple of its value's size. */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const ordered = [...tensors].sort(
    ([a, { dtype: first }], [b, { dtype: second }]) =>
      bytesPerValue[second] - bytesPerValue[first] || (a < b ? -1 : a > b ? 1 : 0),
  )
  let offset = 0
  const header: [string, unknown][] = Object.keys(metadata).length === 0 ? [] : [['__metadata__', metadata]]
  for (const [name, { dtype, shape, data }] of ordered) {
    if (name === '__metadata__') fail('header_form', 'no tensor can be called __metadata__')
    const size = byteLengthOf(name, dtype, shape)
    if (data.byteLength !== size) fail('shape', `${name}: ${data.byteLength} bytes for ${dtype} [${shape.join(',')}]`)
    header.push([name, { dtype, shape, data_offsets: [offset, offset + size] }])
    offset += size
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)))
  const headerSize = Math.ceil(text.byteLength / 8) * 8
  const bytes = new Uint8Array(8 + headerSize + offset)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerSize), true)
  bytes.fill(0x20, 8, 8 + headerSize)
  bytes.set(text, 8)
  let at = 8 + headerSize
  for (const [, { data }] of ordered) {
    bytes.set(data, at)
    at += data.byteLength
  }
  return bytes
}

function parseHeader(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let text: string
  let header: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    header = JSON.parse(text)
  } catch (error) {
    return fail('header_json', `the header is no JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (!isRecord(header) || !text.startsWith('{')) return fail('header_form', 'the header is no JSON object')
  requireDistinctNames(text)
  return header
}

/** JSON.parse keeps the last of equal names in silence: the names of the outermost object are read again here. */
function requireDistinctNames(text: string): void {
  const known = new Set<string>()
  let depth = 0
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g)) {
    const [token, colon] = match
    if (token === '{' || token === '[') depth += 1
    else if (token === '}' || token === ']') depth -= 1
    else if (depth === 1 && colon !== undefined) {
      const name = String(JSON.parse(token.slice(0, token.length - colon.length)))
      if (known.has(name)) fail('duplicate_name', `${JSON.stringify(name)} is there twice`)
      known.add(name)
    }
  }
}

function readMetadata(header: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const metadata = header.__metadata__ ?? {}
  if (!isRecord(metadata)) return fail('header_form', '__metadata__ is no object')
  const texts: [string, string][] = []
  for (const [name, value] of Object.entries(metadata)) {
    if (typeof value !== 'string') return fail('header_form', `__metadata__ ${JSON.stringify(name)} is no string`)
    texts.push([name, value])
  }
  return Object.fromEntries(texts)
}

function readEntry(name: string, entry: unknown, bodySize: number): TensorPlace {
  if (!isRecord(entry)) return fail('header_form', `${name} is no object`)
  const { dtype, shape, data_offsets: offsets } = entry
  if (!isDType(dtype)) return fail('dtype', `${name}: ${JSON.stringify(dtype)} is no dtype that is known here`)
  if (!isSizes(shape)) return fail('shape', `${name}: shape ${JSON.stringify(shape)}`)
  const [from, to] = isSizes(offsets) && offsets.length === 2 ? offsets : []
  if (from === undefined || to === undefined || from > to || to > bodySize)
    return fail('offsets', `${name}: offsets ${JSON.stringify(offsets)} of ${bodySize} bytes`)
  const size = byteLengthOf(name, dtype, shape)
  if (to - from !== size) return fail('shape', `${name}: ${to - from} bytes for ${dtype} [${shape.join(',')}]`)
  return { name, dtype, shape, from, to }
}

function requireNoGap(entries: readonly TensorPlace[], bodySize: number): void {
  let end = 0
  for (const { name, from, to } of [...entries].sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (from < end) fail('overlap', `${name} begins at ${from}, inside the tensor that ends at ${end}`)
    if (from > end) fail('gap', `${name} begins at ${from}, the tensor before it ends at ${end}`)
    end = to
  }
  if (end !== bodySize) fail('gap', `the tensors end at ${end} of ${bodySize} bytes`)
}

function byteLengthOf(name: string, dtype: SafetensorsDType, shape: readonly number[]): number {
  if (!isSizes(shape)) return fail('shape', `${name}: shape ${JSON.stringify(shape)}`)
  const size = shape.includes(0) ? 0 : shape.reduce((product, side) => product * side, bytesPerValue[dtype])
  return Number.isSafeInteger(size) ? size : fail('shape', `${name}: [${shape.join(',')}] is too large`)
}

function isDType(value: unknown): value is SafetensorsDType {
  return typeof value === 'string' && Object.hasOwn(bytesPerValue, value)
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((side) => Number.isSafeInteger(side) && side >= 0)
}

/** A float32 tensor that shares the values' memory (this machine is little-endian, as every one that Node runs on but s390x). */
export function float32Tensor(shape: readonly number[], values: Float32Array): StoredTensor {
  return { dtype: 'F32', shape, data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) }
}

export function float64Tensor(shape: readonly number[], values: Float64Array): StoredTensor {
  return { dtype: 'F64', shape, data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) }
}

/** The values as numbers, copied; 64-bit integers beyond 2^53 lose digits. */
export function toFloat64({ dtype, data }: StoredTensor): Float64Array {
  const size = bytesPerValue[dtype]
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const read = readers[dtype]
  return Float64Array.from({ length: data.byteLength / size }, (_value, place) => read(view, place * size))
}

/** The values of an F32 tensor, copied to memory of their own. */
export function toFloat32(tensor: StoredTensor): Float32Array {
  if (tensor.dtype !== 'F32') return Float32Array.from(toFloat64(tensor))
  return new Float32Array(tensor.data.slice().buffer)
}

const readers: Readonly<Record<SafetensorsDType, (view: DataView, at: number) => number>> = {
  BOOL: (view, at) => view.getUint8(at),
  U8: (view, at) => view.getUint8(at),
  I8: (view, at) => view.getInt8(at),
  U16: (view, at) => view.getUint16(at, true),
  I16: (view, at) => view.getInt16(at, true),
  F16: (view, at) => halfToNumber(view.getUint16(at, true)),
  BF16: (view, at) => bf16ToNumber(view.getUint16(at, true)),
  U32: (view, at) => view.getUint32(at, true),
  I32: (view, at) => view.getInt32(at, true),
  F32: (view, at) => view.getFloat32(at, true),
  U64: (view, at) => Number(view.getBigUint64(at, true)),
  I64: (view, at) => Number(view.getBigInt64(at, true)),
  F64: (view, at) => view.getFloat64(at, true),
}

function halfToNumber(bits: number): number {
  const sign = bits >> 15 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return (sign * fraction) / 0x1000000
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return (sign * (1024 + fraction) * (1 << exponent)) / 0x2000000
}

function bf16ToNumber(bits: number): number {
  const view = new DataView(new ArrayBuffer(4))
  view.setUint32(0, bits << 16)
  return view.getFloat32(0)
}

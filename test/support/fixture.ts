import { readFileSync } from 'node:fs'

/** Tensors of a safetensors file of `test/fixtures` by name, whatever their type, as numbers. */
export function readFixture(path: string): (name: string) => Float64Array {
  const bytes = readFileSync(path)
  const headerLength = Number(bytes.readBigUInt64LE(0))
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerLength))
  return (name) => {
    const { dtype, data_offsets: offsets } = header[name]
    const data = bytes.subarray(8 + headerLength + offsets[0], 8 + headerLength + offsets[1])
    const [width, read] = readers[dtype as keyof typeof readers]
    return Float64Array.from({ length: data.length / width }, (_, i) => read(data, i * width))
  }
}

const readers = {
  F32: [4, (data: Buffer, at: number) => data.readFloatLE(at)],
  F64: [8, (data: Buffer, at: number) => data.readDoubleLE(at)],
  I32: [4, (data: Buffer, at: number) => data.readInt32LE(at)],
  I64: [8, (data: Buffer, at: number) => Number(data.readBigInt64LE(at))],
  U8: [1, (data: Buffer, at: number) => data.readUInt8(at)],
} as const

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeSafetensors,
  encodeSafetensors,
  float32Tensor,
  float64Tensor,
  SafetensorsError,
  type SafetensorsFault,
  type StoredTensor,
  toFloat32,
  toFloat64,
} from '../../src/plan/safetensors.js'

function file(header: string, body = 0, stated?: bigint): Uint8Array {
  const text = new TextEncoder().encode(header)
  const bytes = new Uint8Array(8 + text.length + body)
  new DataView(bytes.buffer).setBigUint64(0, stated ?? BigInt(text.length), true)
  bytes.set(text, 8)
  return bytes
}

const faults: readonly [string, SafetensorsFault, Uint8Array][] = [
  ['an empty file', 'truncated', new Uint8Array(0)],
  ['a header beyond the end', 'truncated', file('{}', 0, 100n)],
  ['a header of 2^63 bytes', 'header_size', file('{}', 0, 1n << 63n)],
  ['no JSON', 'header_json', file('{"a":')],
  ['no UTF-8', 'header_json', Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0xff)],
  ['a list', 'header_form', file('[]')],
  ['a number for a tensor', 'header_form', file('{"a":1}')],
  ['metadata that is no text', 'header_form', file('{"__metadata__":{"a":1}}')],
  [
    'a name twice',
    'duplicate_name',
    file(
      '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\\u0061":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}',
      2,
    ),
  ],
  ['an unknown dtype', 'dtype', file('{"a":{"dtype":"F4","shape":[1],"data_offsets":[0,1]}}', 1)],
  ['a dtype from the prototype', 'dtype', file('{"a":{"dtype":"toString","shape":[1],"data_offsets":[0,1]}}', 1)],
  ['a negative side', 'shape', file('{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}', 1)],
  ['a side that is no integer', 'shape', file('{"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}}', 1)],
  [
    'a shape whose size overflows',
    'shape',
    file('{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}'),
  ],
  ['a shape that is not its bytes', 'shape', file('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', 4)],
  ['offsets beyond the end', 'offsets', file('{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}', 3)],
  ['offsets the wrong way round', 'offsets', file('{"a":{"dtype":"U8","shape":[0],"data_offsets":[1,0]}}', 1)],
  ['three offsets', 'offsets', file('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}', 2)],
  [
    'an overlap',
    'overlap',
    file(
      '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}',
      3,
    ),
  ],
  ['a gap', 'gap', file('{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}', 2)],
  ['bytes after the last tensor', 'gap', file('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 2)],
]

function faultOf(bytes: Uint8Array): SafetensorsFault | undefined {
  try {
    decodeSafetensors(bytes)
  } catch (error) {
    if (error instanceof SafetensorsError) return error.fault
    throw error
  }
  return undefined
}

describe('decodeSafetensors', () => {
  it.each(faults)('refuses %s as %s', (_what, fault, bytes) => {
    expect(faultOf(bytes)).toBe(fault)
  })

  it('gives a file or a named fault for any bytes', () => {
    const real = encodeSafetensors(new Map([['w', float32Tensor([2, 2], Float32Array.of(1, 2, 3, 4))]]), { a: 'b' })
    fc.assert(
      fc.property(fc.nat(real.length - 1), fc.nat(255), fc.nat(real.length), (place, value, length) => {
        const damaged = real.slice(0, length)
        if (place < length) damaged[place] = value
        faultOf(damaged)
      }),
      { numRuns: 2000 },
    )
  })

  it('reads what PyTorch wrote', () => {
    const { tensors, metadata } = decodeSafetensors(readFileSync('test/fixtures/blocks.safetensors'))
    expect(JSON.parse(metadata.config ?? '')).toEqual({ kind: 'blocks' })
    expect(tensors.get('max_pool_2x2/output')?.shape).toEqual([2, 2, 3, 4])
  })

  it('reads every dtype', () => {
    const body = Uint8Array.of(0x00, 0x3c, 0x01, 0x80, 0x00, 0xfc)
    const half: StoredTensor = { dtype: 'F16', shape: [3], data: body }
    expect([...toFloat64(half)]).toEqual([1, -(2 ** -24), Number.NEGATIVE_INFINITY])
    expect([...toFloat64({ dtype: 'BF16', shape: [1], data: Uint8Array.of(0x49, 0x40) })]).toEqual([3.140625])
    expect([...toFloat64({ dtype: 'I64', shape: [1], data: new Uint8Array(8).fill(0xff) })]).toEqual([-1])
    expect([...toFloat64({ dtype: 'U32', shape: [1], data: new Uint8Array(4).fill(0xff) })]).toEqual([4294967295])
  })
})

describe('encodeSafetensors', () => {
  it('round-trips tensors and metadata, each tensor aligned to its values', () => {
    const tensors = new Map([
      ['b', float32Tensor([3], Float32Array.of(1.5, -0, Number.NaN))],
      ['a', float64Tensor([], Float64Array.of(Math.PI))],
      ['flag', { dtype: 'BOOL', shape: [1], data: Uint8Array.of(1) } as const],
      ['empty', float32Tensor([0, 4], new Float32Array(0))],
    ])
    const bytes = encodeSafetensors(tensors, { step: '7' })
    const decoded = decodeSafetensors(bytes)
    expect(decoded.metadata).toEqual({ step: '7' })
    expect([...decoded.tensors.keys()].sort()).toEqual(['a', 'b', 'empty', 'flag'])
    for (const [name, { dtype, shape, data }] of tensors) {
      const back = decoded.tensors.get(name)
      expect(back).toMatchObject({ dtype, shape })
      expect([...(back?.data ?? [])]).toEqual([...data])
    }
    expect((decoded.tensors.get('a')?.data.byteOffset ?? 1) % 8).toBe(0)
    expect([...toFloat32(decoded.tensors.get('b') ?? float32Tensor([], new Float32Array(1)))]).toEqual([
      1.5,
      -0,
      Number.NaN,
    ])
  })

  it('refuses a shape that is not its bytes', () => {
    expect(() => encodeSafetensors(new Map([['w', float32Tensor([3], new Float32Array(2))]]))).toThrow(SafetensorsError)
  })
})

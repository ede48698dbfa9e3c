import { readFileSync } from 'node:fs'
import { invariant } from '../../../src/diagnostics/invariant.js'

export interface FixtureTensor {
  readonly shape: readonly number[]
  readonly values: Float64Array
}

export interface Fixture {
  readonly config: Readonly<Record<string, unknown>>
  readonly names: readonly string[]
  tensor(name: string): FixtureTensor
  has(name: string): boolean
}

interface Entry {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data_offsets: readonly [number, number]
}

/** Numbers from PyTorch, as float64 whatever they are stored as. See `test/fixtures/README.md`. */
export function readFixture(name: string): Fixture {
  const file = readFileSync(new URL(`../../fixtures/${name}.safetensors`, import.meta.url))
  const headerLength = Number(file.readBigUInt64LE(0))
  const header = JSON.parse(file.subarray(8, 8 + headerLength).toString()) as Record<string, Entry>
  const metadata = header.__metadata__ as unknown as { readonly config: string }
  const start = 8 + headerLength
  return {
    config: JSON.parse(metadata.config) as Record<string, unknown>,
    names: Object.keys(header).filter((key) => key !== '__metadata__'),
    has: (key) => key in header,
    tensor: (key) => {
      const entry = header[key]
      invariant(entry, `${name} has no ${key}`)
      const [from, to] = entry.data_offsets
      return { shape: entry.shape, values: decode(file.subarray(start + from, start + to), entry.dtype) }
    },
  }
}

function decode(bytes: Buffer, dtype: string): Float64Array {
  const copy = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  switch (dtype) {
    case 'F64':
      return new Float64Array(copy)
    case 'F32':
      return Float64Array.from(new Float32Array(copy))
    case 'I64':
      return Float64Array.from(new BigInt64Array(copy), Number)
    default:
      invariant(false, `no reader for ${dtype}`)
  }
}

/** [N,C,H,W] to [N,H,W,C]; other ranks stay. */
export function channelsLast({ shape, values }: FixtureTensor): FixtureTensor {
  return shape.length === 4 ? permuted({ shape, values }, [0, 2, 3, 1]) : { shape, values }
}

/** OIHW to HWIO, (out, in) to (in, out); other ranks stay. */
export function engineKernel({ shape, values }: FixtureTensor): FixtureTensor {
  if (shape.length === 4) return permuted({ shape, values }, [2, 3, 1, 0])
  return shape.length === 2 ? permuted({ shape, values }, [1, 0]) : { shape, values }
}

function permuted({ shape, values }: FixtureTensor, order: readonly number[]): FixtureTensor {
  const target = order.map((axis) => shape[axis] ?? 1)
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1))
  const result = new Float64Array(values.length)
  const index = target.map(() => 0)
  for (let place = 0; place < result.length; place += 1) {
    let from = 0
    for (const [axis, source] of order.entries()) from += (index[axis] ?? 0) * (strides[source] ?? 1)
    result[place] = values[from] ?? Number.NaN
    for (let axis = target.length - 1; axis >= 0; axis -= 1) {
      const next = (index[axis] ?? 0) + 1
      index[axis] = next < (target[axis] ?? 1) ? next : 0
      if (next < (target[axis] ?? 1)) break
    }
  }
  return { shape: target, values: result }
}

/** Our name of a weight for the fixture's (anomalib's); undefined for what is no weight of ours. */
export function weightName(torch: string): string {
  const [network = '', ...rest] = torch.split('.')
  const last = rest.at(-1) ?? ''
  const inner = rest.slice(0, -1)
  switch (network) {
    case 'reconstructive_subnetwork':
      return subnetwork('recon', inner, last)
    case 'discriminative_subnetwork':
      return subnetwork('seg', [(inner[0] ?? '').replace('_segment', ''), ...inner.slice(1)], last)
    case 'severity_head':
      return `severity.dense${{ 0: 1, 3: 2, 6: 3 }[Number(inner[1])] ?? '?'}.${product(last)}`
    case 'fault_severity_subnetwork': {
      const place = Number(inner[1])
      if (inner[0] === 'regressor') return `severity.dense${{ 0: 1, 3: 2, 6: 3 }[place] ?? '?'}.${product(last)}`
      const number = place < 4 ? 1 : 2
      return place % 4 === 0 ? `severity.conv${number}.${product(last)}` : `severity.norm${number}.${norm(last)}`
    }
    default:
      invariant(false, `unknown network of ${torch}`)
  }
}

function subnetwork(prefix: string, [part = '', block = '', ...places]: readonly string[], last: string): string {
  const name = block.replace(/^db/, 'block')
  if (block === 'fin_out') return `${prefix}.${part}.output.${product(last)}`
  if (places[0]?.startsWith('masked_conv'))
    return `${prefix}.${part}.block5.masked${places[0].slice(-1)}.${product(last)}`
  if (places[0] === 'attention_module')
    return `${prefix}.${part}.block5.dense${(places[1] ?? '').slice(-1)}.${product(last)}`
  const place = Number(places[0])
  if (block.startsWith('up'))
    return `${prefix}.${part}.${name}.${place === 1 ? `conv.${product(last)}` : `norm.${norm(last)}`}`
  const number = place < 3 ? 1 : 2
  return `${prefix}.${part}.${name}.${place % 3 === 0 ? `conv${number}.${product(last)}` : `norm${number}.${norm(last)}`}`
}

function product(last: string): string {
  return last === 'weight' ? 'kernel' : last
}

function norm(last: string): string {
  return (
    { weight: 'scale', bias: 'offset', running_mean: 'running_mean', running_var: 'running_variance' }[last] ?? last
  )
}

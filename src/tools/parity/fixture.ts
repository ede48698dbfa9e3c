import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

/** A tensor of a fixture: row-major, in PyTorch's layout. */
export interface FixtureTensor {
  readonly shape: readonly number[]
  readonly values: Float64Array
}

export interface Fixture {
  /** File name without its ending. */
  readonly name: string
  readonly config: Readonly<Record<string, unknown>>
  readonly tensors: ReadonlyMap<string, FixtureTensor>
}

/** A fixture that cannot be run: said by name in the table, and the tool ends with 1. */
export class FixtureError extends Error {
  override readonly name = 'FixtureError'
}

interface Entry {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data_offsets: readonly [number, number]
}

/** Reads safetensors of any float or int64, with the JSON under `config` in its metadata. */
export function readFixture(path: string): Fixture {
  const file = readFileSync(path)
  const length = Number(file.readBigUInt64LE(0))
  const header: unknown = JSON.parse(file.toString('utf8', 8, 8 + length))
  if (typeof header !== 'object' || header === null) throw new FixtureError('the header is no object')
  const { __metadata__: metadata, ...entries } = header as Record<string, unknown>
  const config = (metadata as Record<string, string> | undefined)?.config
  if (config === undefined) throw new FixtureError('there is no config in its metadata')
  const data = file.subarray(8 + length)
  const tensors = new Map<string, FixtureTensor>()
  for (const [name, entry] of Object.entries(entries as Record<string, Entry>)) {
    tensors.set(name, { shape: entry.shape, values: decode(data, entry) })
  }
  return { name: basename(path, '.safetensors'), config: JSON.parse(config), tensors }
}

function decode(data: Buffer, { dtype, data_offsets: [begin, end] }: Entry): Float64Array {
  const view = new DataView(data.buffer, data.byteOffset + begin, end - begin)
  switch (dtype) {
    case 'F64':
      return Float64Array.from({ length: view.byteLength / 8 }, (_, index) => view.getFloat64(index * 8, true))
    case 'F32':
      return Float64Array.from({ length: view.byteLength / 4 }, (_, index) => view.getFloat32(index * 4, true))
    case 'I64':
      return Float64Array.from({ length: view.byteLength / 8 }, (_, index) => Number(view.getBigInt64(index * 8, true)))
    default:
      throw new FixtureError(`tensors of ${dtype} are not read`)
  }
}

export function tensor(fixture: Fixture, name: string): FixtureTensor {
  const found = fixture.tensors.get(name)
  if (found === undefined) throw new FixtureError(`it lacks ${name}`)
  return found
}

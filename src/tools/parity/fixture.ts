import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { decodeSafetensors, toFloat64 } from '../../plan/safetensors.js'

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

/** Reads safetensors with the JSON under `config` in its metadata. */
export function readFixture(path: string): Fixture {
  const { tensors, metadata } = decodeSafetensors(readFileSync(path))
  if (metadata.config === undefined) throw new FixtureError('there is no config in its metadata')
  return {
    name: basename(path, '.safetensors'),
    config: JSON.parse(metadata.config),
    tensors: new Map(
      [...tensors].map(([name, stored]) => [name, { shape: stored.shape, values: toFloat64(stored) }] as const),
    ),
  }
}

export function tensor(fixture: Fixture, name: string): FixtureTensor {
  const found = fixture.tensors.get(name)
  if (found === undefined) throw new FixtureError(`it lacks ${name}`)
  return found
}

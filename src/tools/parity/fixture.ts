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
  const stored = decodeSafetensors(readFileSync(path))
  const tensors = new Map<string, FixtureTensor>()
  for (const [name, { shape, ...rest }] of stored.tensors) {
    const values = toFloat64({ shape, ...rest })
    const bad = values.findIndex((value) => !Number.isFinite(value))
    // Nothing can be compared with it, and nothing that is computed from it.
    if (bad >= 0) throw new FixtureError(`${name} holds ${values[bad]}: only finite numbers can be compared`)
    tensors.set(name, { shape, values })
  }
  return { name: basename(path, '.safetensors'), config: readConfig(stored.metadata.config), tensors }
}

function readConfig(text: string | undefined): Fixture['config'] {
  if (text === undefined) throw new FixtureError('there is no config in its metadata')
  let config: unknown
  try {
    config = JSON.parse(text)
  } catch (error) {
    throw new FixtureError(`its config is no JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (!isJson(config)) throw new FixtureError(`its config is no JSON object but ${JSON.stringify(config)}`)
  return config
}

export function isJson(value: unknown): value is Fixture['config'] {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function tensor(fixture: Fixture, name: string): FixtureTensor {
  const found = fixture.tensors.get(name)
  if (found === undefined) throw new FixtureError(`it lacks ${name}`)
  return found
}

/** Names of a group (`eval/...`), without it. */
export function groupNames(fixture: Fixture, group: string): readonly string[] {
  return [...fixture.tensors.keys()]
    .filter((name) => name.startsWith(`${group}/`))
    .map((name) => name.slice(group.length + 1))
}

/** What stands before the `/` of the names, each once. */
export function groups(fixture: Fixture): readonly string[] {
  return [...new Set([...fixture.tensors.keys()].map((name) => name.split('/')[0] ?? ''))]
}

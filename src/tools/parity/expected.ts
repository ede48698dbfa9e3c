import { type Fixture, FixtureError } from './fixture.js'

/** Shapes in PyTorch's layout by a tensor's whole name; undefined where any will do, or another place looks. */
export type Shapes = ReadonlyMap<string, readonly number[] | undefined>

/** Every tensor that a fixture of some kind may hold. */
export interface ExpectedTensors {
  /** What is put in: without these nothing can be computed. */
  readonly inputs: Shapes
  /** What the inputs promise. A fixture that promises less names its results in its config, and must then have those. */
  readonly results: Shapes
  /** What may be there. */
  readonly optional?: Shapes
}

/**
 * Refuses a fixture that lacks a result, or holds what nothing here looks at, or in another shape: a tensor that is not
 * compared would otherwise pass for one that agrees.
 */
export function checkTensors(
  fixture: Fixture,
  { inputs, results, optional = new Map() }: ExpectedTensors,
  promised: ReadonlySet<string> | undefined = promisedResults(fixture.config.results),
): void {
  const known: Shapes = new Map([...inputs, ...results, ...optional])
  const required = new Set([...inputs.keys(), ...(promised ?? results.keys())])
  const lacking = [...required].filter((name) => !fixture.tensors.has(name))
  const unknown = [...fixture.tensors.keys()].filter((name) => !known.has(name))
  const misshapen = [...fixture.tensors].flatMap(([name, { shape }]) => {
    const right = known.get(name)
    return right === undefined || right.join() === shape.join()
      ? []
      : [`${name} is ${shown(shape)}, not ${shown(right)}`]
  })
  const canBeFewer = promised === undefined && lacking.some((name) => results.has(name))
  const faults = [
    ...(lacking.length === 0 ? [] : [`it lacks ${listed(lacking)}${canBeFewer ? fewerResults : ''}`]),
    ...(unknown.length === 0 ? [] : [`nothing here knows its ${listed(unknown)}`]),
    ...(misshapen.length === 0 ? [] : [listed(misshapen)]),
  ]
  if (faults.length > 0) throw new FixtureError(faults.join('; '))
}

/** `results` of a config: names of the results that a fixture with fewer than usual holds. */
export function promisedResults(results: unknown): ReadonlySet<string> | undefined {
  if (results === undefined) return undefined
  if (Array.isArray(results) && results.every((name) => typeof name === 'string')) return new Set<string>(results)
  throw new FixtureError('results of its config is no list of names')
}

export function shown(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`
}

const fewerResults = ' (a fixture with fewer results names them in `results` of its config)'
const mostListed = 5

function listed(items: readonly string[]): string {
  const rest = items.length - mostListed
  return items.slice(0, mostListed).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

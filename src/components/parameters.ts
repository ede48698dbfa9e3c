import type { MetricList, MetricValue, Monitor } from './metrics.js'
import type {
  ComponentKind,
  Constraints,
  JsonValue,
  NumberBounds,
  Optional,
  ParameterSchema,
  QuantityUnit,
  Table,
  ValueOf,
  ValueSchema,
} from './schema.js'

/** The forms that a parameter of a component can have: each gives the JSON Schema of its values and their type. */

interface Given<T> {
  readonly default?: T & JsonValue
  readonly examples?: readonly JsonValue[]
}

/** A parameter that may be left out, and is then absent. */
export function optional<T>(parameter: ParameterSchema<T>): Optional<T> {
  return { ...parameter, optional: true }
}

export function number(description: string, options: NumberBounds & Given<number> = {}): ParameterSchema<number> {
  return { form: 'number', type: 'number', description, ...options }
}

/** @param options.counts what is counted, for the docs */
export function whole(
  description: string,
  options: NumberBounds & Given<number> & { readonly counts?: string } = {},
): ParameterSchema<number> {
  return { form: 'number', type: 'integer', description, ...options }
}

/** One of a few whole numbers. */
export function oneOf<const N extends number>(
  values: readonly N[],
  description: string,
  options: Given<N> = {},
): ParameterSchema<N> {
  return { form: 'number', type: 'integer', enum: values, description, ...options }
}

/** A share from 0 to 1, written `50%` or `0.5`. */
export function share(description: string, options: NumberBounds & Given<number> = {}): ParameterSchema<number> {
  return { form: 'fraction', type: 'number', description, ...options }
}

export function flag(description: string, otherwise: boolean): ParameterSchema<boolean> {
  return { form: 'boolean', type: 'boolean', description, default: otherwise }
}

/** A path, absolute once it is resolved. */
export function path(description: string): ParameterSchema<string> {
  return { form: 'path', type: 'string', minLength: 1, description }
}

/** The path of a file or directory below another, with `/`; whether it is below is known where it is looked for. */
export function below(description: string, options: Given<string> = {}): ParameterSchema<string> {
  return { form: 'name', type: 'string', minLength: 1, description, ...options }
}

/** [height, width] in pixels. */
export function size(
  description: string,
  largestSide: number,
): ParameterSchema<readonly [height: number, width: number]> {
  const side: ValueSchema<number> = { form: 'number', type: 'integer', minimum: 1, maximum: largestSide }
  return { form: 'size', type: 'array', minItems: 2, maxItems: 2, items: side, description }
}

export function choice<const W extends string>(
  words: readonly W[],
  description: string,
  options: Given<W> = {},
): ParameterSchema<W> {
  return { form: 'choice', type: 'string', enum: words, description, ...options }
}

/** @param pattern what `validate.ts` has words for */
export function name(description: string, pattern: string): ParameterSchema<string> {
  return { form: 'name', type: 'string', minLength: 1, pattern, description }
}

/** A whole number of one unit, which may be left out. */
export function count(
  unit: QuantityUnit,
  description: string,
  options: NumberBounds & Given<number> = {},
): ParameterSchema<number> {
  return { form: 'count', units: [unit], type: 'integer', minimum: 1, description, ...options }
}

export type Quantity<Unit extends QuantityUnit> = { readonly [U in Unit]: { readonly [Name in U]: number } }[Unit]

const boundsOfUnit: Readonly<Record<QuantityUnit, Constraints>> = {
  px: { type: 'integer', minimum: 1 },
  percent: { type: 'number', exclusiveMinimum: 0, maximum: 100 },
  epoch: { type: 'integer', minimum: 1 },
  step: { type: 'integer', minimum: 1 },
}

/** A number in one of several units, which must be written. */
export function quantity<const Unit extends QuantityUnit>(
  units: readonly Unit[],
  description: string,
  options: Given<Quantity<Unit>> = {},
): ParameterSchema<Quantity<Unit>> {
  const properties = Object.fromEntries(units.map((unit) => [unit, boundsOfUnit[unit]]))
  const one = { minProperties: 1, maxProperties: 1, additionalProperties: false } as const
  return { form: 'quantity', units, type: 'object', properties, ...one, description, ...options }
}

/** @param options.proper its ends may not be equal */
export function range<T>(
  item: ValueSchema<T>,
  description: string,
  options: Given<readonly [T, T]> & { readonly proper?: boolean } = {},
): ParameterSchema<readonly [low: T, high: T]> {
  return { form: 'range', type: 'array', minItems: 2, maxItems: 2, items: item, description, ...options }
}

export function list<T>(
  item: ValueSchema<T>,
  description: string,
  options: Given<readonly T[]> & { readonly minItems?: number; readonly uniqueItems?: boolean } = {},
): ParameterSchema<readonly T[]> {
  return { form: 'list', type: 'array', items: item, description, ...options }
}

/** A list, or one word that stands for one. */
export function listOr<T, const W extends string>(
  word: W,
  item: ValueSchema<T>,
  description: string,
): ParameterSchema<W | readonly T[]> {
  return { form: 'list', type: ['array', 'string'], words: [word], items: item, default: word, description }
}

/** A component of the table, which is that of the kind. */
export function component<T extends Table>(
  kind: ComponentKind,
  _table: T,
  description: string,
  options: Given<ValueOf<T>> = {},
): ParameterSchema<ValueOf<T>> {
  return { form: 'component', kind, type: 'object', description, ...options }
}

/** A metric by one of these names, `inWords` for messages. */
export function metricOf<L extends MetricList>(
  only: readonly string[],
  inWords: string,
): ParameterSchema<MetricValue<L>> {
  return { form: 'component', kind: 'metric', only, inWords, type: 'object', description: '' }
}

/** The name of a binding of the model: `score`, `seg.mask`. */
export function outputName(description: string): ParameterSchema<string> {
  return { form: 'output', type: 'string', minLength: 1, description }
}

/** A number that the validation produces: `val.auroc(score)`. */
export function monitor(description: string): ParameterSchema<Monitor> {
  return { form: 'monitor', type: 'object', description }
}

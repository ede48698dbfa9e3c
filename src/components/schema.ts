/**
 * How a component is declared: its parameters once, as JSON Schema (draft-07) with keywords of ours for what JSON Schema has no word
 * for: how a value is written in a `.draem` file. The type of the resolved parameters is inferred from the declaration; the
 * checker, ajv, the reference pages and completion read the same object.
 */

/** What a component is for; a parameter of form `component` names the kind that it takes. */
export const componentKinds = {
  data: { inWords: 'a data source', title: 'Data sources: `data = ...`' },
  synthesis: { inWords: 'a synthesis of faults', title: 'Syntheses of faults: `synthesis = ...`' },
  augmentation: { inWords: 'an augmentation', title: 'Augmentations: `augmentation = ...`' },
  marking: { inWords: 'a rule for masks', title: 'What masks mark: `mask = ...` of a data source' },
  normalisation: { inWords: 'a normalisation', title: 'Normalisations: `normalise = ...` of a data source' },
  validation: { inWords: 'a validation set', title: 'Validation sets: `validation = ...` of a data source' },
  optimizer: { inWords: 'an optimizer', title: 'Optimizers: `optimizer = ...` in `train`' },
  schedule: { inWords: 'a schedule of the learning rate', title: 'Schedules: `learning_rate = ...` in `train`' },
  warm_up: { inWords: 'a warm-up', title: 'Warm-ups of the learning rate: `warm_up = ...` in `train`' },
  interval: { inWords: 'an interval', title: 'Intervals: `validate = ...` in `train`' },
  early_stop: { inWords: 'a rule for stopping early', title: 'Early stopping: `early_stop = ...` in `train`' },
  checkpoint: { inWords: 'a rule for keeping checkpoints', title: 'Checkpoints: `checkpoint = ...` in `train`' },
  threshold: { inWords: 'a threshold', title: 'Thresholds: `threshold = ...` of a metric' },
  metric: { inWords: 'a metric', title: 'Metrics: `image`, `pixel` and `values` in `evaluate`' },
  section: { inWords: 'a section', title: 'Sections' },
} as const
export type ComponentKind = keyof typeof componentKinds

/** Components that are blocks of the language, on the pixels of one image. */
export type BlockKind = 'synthesis' | 'augmentation'

export function isBlockKind(kind: ComponentKind | undefined): kind is BlockKind {
  return kind === 'synthesis' || kind === 'augmentation'
}

/**
 * How a value is written, and the JSON that it becomes:
 *
 * number            `1e-4`                    number; `type: 'integer'` asks for a whole one
 * fraction          `50%` or `0.5`            number
 * count             `3 epochs` or `3`         whole number of its only unit
 * quantity          `16px`, `10%`             `{ px: 16 }`, `{ percent: 10 }`: one of its units
 * boolean           `true`                    boolean
 * path              `"data/maps"`             absolute path
 * size              `32x96`                   [height, width]
 * choice            `bilinear`                one of `enum`
 * name              `domain_A`, `"domain A"`  string
 * range             `a .. b` or `[a, b]`      [low, high] of `items`
 * list              `[a, b]`                  list of `items`, or one of `words` alone
 * component         `held_out(10%)`           { component, parameters } of a component of kind `kind`
 * output            `seg.mask`                name of a model output
 * monitor           `val.auroc(score)`        { split, component, parameters } of a metric
 */
export type Form =
  | 'number'
  | 'fraction'
  | 'count'
  | 'quantity'
  | 'boolean'
  | 'path'
  | 'size'
  | 'choice'
  | 'name'
  | 'range'
  | 'list'
  | 'component'
  | 'output'
  | 'monitor'

export type QuantityUnit = 'px' | 'percent' | 'epoch' | 'step'
type JsonType = 'integer' | 'number' | 'boolean' | 'string' | 'array' | 'object'

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue }

export interface NumberBounds {
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
}

/** The part of JSON Schema that parameters use; a keyword that is not here has no message for the user. */
export interface Constraints extends NumberBounds {
  readonly type: JsonType | readonly JsonType[]
  readonly enum?: readonly (string | number)[]
  readonly minItems?: number
  readonly maxItems?: number
  readonly uniqueItems?: boolean
  readonly minLength?: number
  readonly pattern?: string
  /** Values that most texts could have, for a parameter without a default. */
  readonly examples?: readonly JsonValue[]
  readonly minProperties?: number
  readonly maxProperties?: number
  readonly properties?: Readonly<Record<string, Constraints>>
  readonly additionalProperties?: boolean
}

declare const resolved: unique symbol

/** A value and how it is written. `T` is the TypeScript type of its JSON. */
export interface ValueSchema<T = unknown> extends Constraints {
  readonly [resolved]?: T
  readonly form: Form
  /** Of a count or a quantity: the units that it may be written with. */
  readonly units?: readonly QuantityUnit[]
  /** What a plain number counts, for the docs: `MiB`, `images`. */
  readonly counts?: string
  /** Of a component. */
  readonly kind?: ComponentKind
  /** Of a component: the names of its kind that fit here; all of them where it is left out. */
  readonly only?: readonly string[]
  /** Of a component: what it is, where that is less than its kind. */
  readonly inWords?: string
  /** Of a list: words that may stand instead of one. */
  readonly words?: readonly string[]
  /** Of a range: its ends may not be equal. */
  readonly proper?: boolean
  readonly items?: ValueSchema
}

export interface ParameterSchema<T = unknown> extends ValueSchema<T> {
  readonly description: string
  /** Without a default, and not optional, a parameter must be given. */
  readonly default?: JsonValue
  /** May be left out, and is then absent. */
  readonly optional?: boolean
}

export type Optional<T> = ParameterSchema<T> & { readonly optional: true }

type Resolved<S> = S extends ValueSchema<infer T> ? T : never
type OptionalNames<P> = { [Name in keyof P]: P[Name] extends { readonly optional: true } ? Name : never }[keyof P]

/** The resolved parameters of a declaration: defaults are filled in. */
export type ParametersOf<D> = D extends { readonly parameters: infer P }
  ? { readonly [Name in Exclude<keyof P, OptionalNames<P>>]: Resolved<P[Name]> } & {
      readonly [Name in OptionalNames<P>]?: Resolved<P[Name]>
    }
  : never

export type Parameters = Readonly<Record<string, ParameterSchema>>

export interface Declaration<P extends Parameters = Parameters> {
  readonly doc: string
  readonly parameters: P
  /** Names of the parameters that may be given without their name, in order. */
  readonly positional: readonly string[]
  /** Two numbers of which the first must be the smaller. */
  readonly ascending?: readonly [low: string, high: string]
}

/** The components of a kind by name. */
export type Table = Readonly<Record<string, Declaration>>

/** A component with its resolved parameters: its name decides their type. */
export type ValueOf<T> = {
  readonly [Name in keyof T & string]: { readonly component: Name; readonly parameters: ParametersOf<T[Name]> }
}[keyof T & string]

/** What a room knows of each component of a table: one row for each, or it does not compile. */
export type Halves<T, Rest extends readonly unknown[], Result> = {
  readonly [Name in keyof T & string]: (parameters: ParametersOf<T[Name]>, ...rest: Rest) => Result
}

/** The row of a value's component. */
export function halfOf<T, Rest extends readonly unknown[], Result>(
  halves: Halves<T, Rest, Result>,
  { component, parameters }: ValueOf<T>,
  ...rest: Rest
): Result {
  // The name and the parameters are of one component: their union cannot say so.
  return halves[component](parameters as never, ...rest)
}

export function declare<const P extends Parameters>(
  doc: string,
  parameters: P,
  options: {
    readonly positional?: readonly (keyof P & string)[]
    readonly ascending?: readonly [keyof P & string, keyof P & string]
  } = {},
): Declaration<P> {
  return { doc, parameters, positional: [], ...options }
}

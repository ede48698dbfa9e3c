/**
 * What a component is made of: one JSON Schema (draft-07) for its parameters. The `x-` keywords say what JSON Schema
 * has no word for: how a value is written in a `.draem` file. Names, types, units, enums, defaults and docs of the
 * parameters are read from here by the checker, the reference pages and completion; ajv reads the same object.
 */

/** What a component is for; a parameter of form `component` names the kind that it takes. */
export const componentKinds = [
  'data',
  'synthesis',
  'normalisation',
  'validation',
  'optimizer',
  'schedule',
  'interval',
  'early_stop',
  'checkpoint',
  'image_metric',
  'pixel_metric',
  'value_metric',
  'section',
] as const
export type ComponentKind = (typeof componentKinds)[number]

/**
 * How a value is written, and the JSON that it becomes:
 *
 * number            `1e-4`                    number; `type: 'integer'` asks for a whole one
 * fraction          `50%` or `0.5`            number
 * quantity          `16px`, `10%`, `3 epochs` a number in the first of `x-units`, `{ percent: 10 }` (by unit) in the others
 * boolean           `true`                    boolean
 * path              `"data/maps"`             absolute path
 * size              `32x96`                   [height, width]
 * choice            `bilinear`                one of `enum`
 * name              `domain_A`, `"domain A"`  string
 * range             `a .. b` or `[a, b]`      [low, high] of `items`
 * list              `[a, b]`                  list of `items`; one of `x-words` alone is a list of that word
 * component         `held_out(10%)`           { component, parameters } of a component of kind `x-kind`
 * output            `seg.mask`                name of a model output
 * metric_reference  `val.auroc(score)`        { split, metric, output }
 */
export type Form =
  | 'number'
  | 'fraction'
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
  | 'metric_reference'

export type QuantityUnit = 'px' | 'percent' | 'epoch' | 'step'
type JsonType = 'integer' | 'number' | 'boolean' | 'string' | 'array' | 'object'

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue }

/** The part of JSON Schema that parameters use; a keyword that is not here has no message for the user. */
export interface Constraints {
  readonly type: JsonType | readonly JsonType[]
  readonly enum?: readonly (string | number)[]
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly uniqueItems?: boolean
  readonly minLength?: number
  readonly pattern?: string
  /** Values that most texts could have, for a parameter without a default. */
  readonly examples?: readonly JsonValue[]
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Constraints>>
  readonly additionalProperties?: boolean
}

/** A value and how it is written. */
export interface ValueSchema extends Constraints {
  readonly 'x-form': Form
  /** For a quantity: units that it may be written with. A single unit may be left out. */
  readonly 'x-units'?: readonly QuantityUnit[]
  /** What a plain number counts, for the docs: `MiB`, `images`. */
  readonly 'x-counts'?: string
  /** For a component. */
  readonly 'x-kind'?: ComponentKind
  /** For a list: words that may stand instead of one. */
  readonly 'x-words'?: readonly string[]
  /** For a range: its ends may not be equal. */
  readonly 'x-proper'?: boolean
  readonly items?: ValueSchema
}

export interface ParameterSchema extends ValueSchema {
  readonly description: string
  /** A parameter that is neither required nor has a default may be left out and is then absent. */
  readonly default?: JsonValue
}

export interface ParametersSchema {
  readonly $id: string
  readonly type: 'object'
  readonly description: string
  readonly additionalProperties: false
  readonly required: readonly string[]
  /** Names of the parameters that may be given without their name, in order. */
  readonly 'x-positional': readonly string[]
  readonly properties: Readonly<Record<string, ParameterSchema>>
}

export interface Component {
  readonly kind: ComponentKind
  readonly name: string
  readonly schema: ParametersSchema
}

/** Declares a component; `required` and `positional` default to none. */
export function component(
  kind: ComponentKind,
  name: string,
  description: string,
  properties: Readonly<Record<string, ParameterSchema>>,
  options: { readonly required?: readonly string[]; readonly positional?: readonly string[] } = {},
): Component {
  return {
    kind,
    name,
    schema: {
      $id: `draemc:${kind}/${name}`,
      type: 'object',
      description,
      additionalProperties: false,
      required: options.required ?? [],
      'x-positional': options.positional ?? [],
      properties,
    },
  }
}

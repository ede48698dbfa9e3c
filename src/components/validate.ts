import type { ErrorObject } from 'ajv'
import { invariant } from '../diagnostics/invariant.js'
import { own } from '../source/own.js'
import type { Component } from './registry.js'
import { type Constraints, isBlockKind, type JsonValue, type ValueSchema } from './schema.js'
import { blockParameters, blockParametersName, typeOfParameter } from './synthesis.js'
import { validatorOf } from './validators.js'
import { alternatives, boundsInWords, isUnit, showValue, withUnit } from './words.js'

/** A value that its schema refuses, in words for the user. */
export interface Violation {
  /** JSON pointer of the value below the parameters: `/width/0`. */
  readonly pointer: string
  /** Continues "must be": `from 0% to 100%`, `1 or 3`. */
  readonly must: string
  /** As it would be written. */
  readonly found: string
}

/**
 * What is wrong with resolved parameters by the component's schema. Parameters that are missing or unknown are not reported
 * here: the checker refuses them before, with the place and a suggestion. One violation a value.
 */
export function violationsOf(
  component: Component,
  parameters: Readonly<Record<string, JsonValue>>,
): readonly Violation[] {
  if (isBlockKind(component.kind)) return ofBlock(component, parameters)
  const validate = validatorOf(component)
  if (validate(parameters)) return []
  const first = new Map<string, Violation>()
  for (const error of validate.errors ?? []) {
    const pointer = pointerOf(error)
    if (first.has(pointer)) continue
    first.set(pointer, { pointer, must: mustBe(error), found: foundIn(error) })
  }
  return [...first.values()]
}

const forms: Component = { ...blockParameters, kind: 'section', name: blockParametersName }

/** A synthesis is a block: its parameters have the bounds of their types. */
function ofBlock(
  { parameters: schemas }: Component,
  parameters: Readonly<Record<string, JsonValue>>,
): readonly Violation[] {
  return Object.entries(parameters).flatMap(([name, value]) => {
    const schema = own(schemas, name)
    const type = schema && typeOfParameter(schema)
    if (type === undefined) return []
    return violationsOf(forms, { [type]: value }).map(({ pointer, ...rest }) => ({
      ...rest,
      pointer: `/${name}${pointer.slice(type.length + 1)}`,
    }))
  })
}

/** Of what is wrong: in a list with repetition that is the second of two equal items. */
function pointerOf({ keyword, instancePath, params }: ErrorObject): string {
  return keyword === 'uniqueItems' ? `${instancePath}/${Math.max(Number(params.i), Number(params.j))}` : instancePath
}

function foundIn(error: ErrorObject): string {
  const data = error.data as JsonValue
  if (error.keyword !== 'uniqueItems' || !Array.isArray(data)) return show(error, data)
  return `${String((data as readonly JsonValue[])[Math.max(Number(error.params.i), Number(error.params.j))])} again`
}

function mustBe(error: ErrorObject): string {
  const schema = error.parentSchema as Constraints
  switch (error.keyword) {
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return boundsInWords(schema, (bound) => show(error, bound))
    case 'enum':
      return alternatives((schema.enum ?? []).map(String))
    case 'minItems':
      return schema.minItems === 1 ? 'a list that is not empty' : `a list of at least ${schema.minItems}`
    case 'maxItems':
      return `a list of at most ${schema.maxItems}`
    case 'uniqueItems':
      return 'a list without repetition'
    case 'minLength':
      return 'a text that is not empty'
    case 'pattern':
      // Of a name only: it is that of a directory.
      return 'one name, without `/`'
    default:
      // The checker builds values of the right type, so type, required and additionalProperties cannot fail.
      invariant(false, `${error.schemaPath}: no words for the keyword ${error.keyword}`)
      return ''
  }
}

/** A value, or a bound of it, with the unit that it is written with. */
function show(error: ErrorObject, value: JsonValue): string {
  const schema = error.parentSchema as Partial<ValueSchema>
  const unit = error.instancePath.split('/').at(-1)
  if (typeof value === 'number' && isUnit(unit)) return withUnit(value, unit)
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : showValue(schema as ValueSchema, value)
  if (value === '') return 'an empty text'
  return schema.form === undefined ? String(value) : showValue(schema as ValueSchema, value)
}

import type { QuantityUnit, ValueSchema } from '../../components/schema.js'
import { describeForm, exampleOf, wholeNumberOf, withUnit } from '../../components/words.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import { assertNever } from '../../diagnostics/invariant.js'
import { suggest } from '../../diagnostics/suggest.js'
import type { SettingValue } from '../../plan/settings.js'
import type { StaticValue } from '../values/static-value.js'
import { type Conversion, type Converted, type Place, report, resolvePath, whatOf } from './place.js'

type NumberValue = Extract<StaticValue, { kind: 'number' }>

/** A value that the checker knows (a literal, a param, arithmetic) as the JSON of its schema; reports what it cannot be. */
export function fromStatic(schema: ValueSchema, value: StaticValue, place: Place, conversion: Conversion): Converted {
  conversion.spans.set(place.pointer, value.span)
  const form = schema.form
  switch (form) {
    case 'number':
      return value.kind === 'number'
        ? plainNumber(schema, value, place, conversion)
        : wrongType(schema, value, place, conversion)
    case 'fraction':
      return value.kind === 'number'
        ? fraction(schema, value, place, conversion)
        : wrongType(schema, value, place, conversion)
    case 'count':
    case 'quantity':
      return value.kind === 'number'
        ? quantity(schema, value, place, conversion)
        : wrongType(schema, value, place, conversion)
    case 'boolean':
      return value.kind === 'boolean' ? value.value : wrongType(schema, value, place, conversion)
    case 'path':
      return value.kind === 'string'
        ? value.value === ''
          ? ''
          : resolvePath(conversion.context, value.span, value.value)
        : wrongType(schema, value, place, conversion)
    case 'size':
      return value.kind === 'size' ? [value.height, value.width] : wrongType(schema, value, place, conversion)
    case 'name':
      return value.kind === 'string' || value.kind === 'enum'
        ? value.value
        : wrongType(schema, value, place, conversion)
    case 'choice':
      return value.kind === 'string' || value.kind === 'enum'
        ? choice(schema, value.value, value.span, place, conversion)
        : wrongType(schema, value, place, conversion)
    case 'range':
      if (value.kind === 'range') return items(schema, [value.low, value.high], place, conversion)
      if (value.kind === 'list' && value.items.length === 2) return items(schema, value.items, place, conversion)
      return wrongType(schema, value, place, conversion)
    case 'list':
      if (value.kind === 'string' && schema.words?.includes(value.value)) return value.value
      return value.kind === 'list'
        ? items(schema, value.items, place, conversion)
        : wrongType(schema, value, place, conversion)
    case 'component':
    case 'output':
    case 'monitor':
      return wrongType(schema, value, place, conversion)
    default:
      return assertNever(form)
  }
}

/** One of `enum`, or a report with the nearest. */
export function choice(
  schema: ValueSchema,
  name: string,
  span: StaticValue['span'],
  place: Place,
  conversion: Conversion,
): Converted {
  const known = (schema.enum ?? []).map(String)
  if (known.includes(name)) return name
  const { suggestion } = nearest(name, known)
  return report(conversion.context, typesDiagnostics.typeMismatch, span, {
    what: whatOf(place),
    expected: describeForm(schema),
    found: `\`${name}\``,
    ...(suggestion === undefined ? {} : { help: `Write \`${suggestion}\`.` }),
  })
}

export function nearest(name: string, known: readonly string[]): { readonly suggestion?: string } {
  const suggestion = suggest(name, known)
  return suggestion === undefined ? {} : { suggestion }
}

function items(schema: ValueSchema, values: readonly StaticValue[], place: Place, conversion: Conversion): Converted {
  const { items: item } = schema
  if (item === undefined) return undefined
  const converted = values.map((value, index) =>
    fromStatic(item, value, { ...place, pointer: `${place.pointer}/${index}`, path: undefined }, conversion),
  )
  return allOf(converted)
}

export function allOf(values: readonly Converted[]): Converted {
  const known = values.filter((value): value is SettingValue => value !== undefined)
  return known.length === values.length ? known : undefined
}

function plainNumber(schema: ValueSchema, value: NumberValue, place: Place, conversion: Conversion): Converted {
  if (value.unit !== undefined) {
    const counts = schema.counts
    return report(conversion.context, typesDiagnostics.wrongUnit, value.span, {
      what: whatOf(place),
      expected: `${describeForm(schema)}${counts === undefined ? '' : ` of ${counts}`} without a unit`,
      found: describeStatic(value),
      help: `Write it as \`${String(value.unit === 'percent' && schema.type === 'number' ? value.value / 100 : value.value)}\`.`,
    })
  }
  if (schema.type === 'integer' && !Number.isInteger(value.value)) return wrongType(schema, value, place, conversion)
  return value.value
}

function fraction(schema: ValueSchema, value: NumberValue, place: Place, conversion: Conversion): Converted {
  if (value.unit === 'percent') return value.value / 100
  // 50 is meant as 50%, and this says so; 1.5 is no such slip but a share above 100%, which its bounds tell.
  if (value.unit === undefined && Math.abs(value.value) < 2) return value.value
  return wrongUnit(schema, value, place, conversion)
}

function quantity(schema: ValueSchema, value: NumberValue, place: Place, conversion: Conversion): Converted {
  const units = schema.units ?? []
  const unit = units.find((candidate) => candidate === (value.unit ?? (units.length === 1 ? units[0] : undefined)))
  if (unit === undefined) return wrongUnit(schema, value, place, conversion)
  if (unit !== 'percent' && !Number.isInteger(value.value)) {
    return report(conversion.context, typesDiagnostics.typeMismatch, value.span, {
      what: whatOf(place),
      expected: wholeNumberOf(unit),
      found: describeStatic(value),
      help: `Write \`${withUnit(Math.max(1, Math.round(value.value)), unit)}\`.`,
    })
  }
  return schema.form === 'count' ? value.value : { [unit]: value.value }
}

function wrongUnit(schema: ValueSchema, value: NumberValue, place: Place, conversion: Conversion): undefined {
  return report(conversion.context, typesDiagnostics.wrongUnit, value.span, {
    what: whatOf(place),
    expected: describeForm(schema),
    found: value.unit === undefined ? `${value.value} without a unit` : describeStatic(value),
    help: `Write it as \`${mendedUnit(schema, value)}\`.`,
  })
}

/** The number as it stands, with a unit that is due. */
function mendedUnit(schema: ValueSchema, { value }: NumberValue): string {
  if (schema.form === 'fraction') return value >= 0 && value <= 100 ? withUnit(value, 'percent') : exampleOf(schema)
  const units: readonly QuantityUnit[] = schema.units ?? []
  const [first] = units
  if (value > 0 && Number.isInteger(value)) return units.map((unit) => withUnit(value, unit)).join('` or `')
  // 0.8 is a share written as a factor; 16.5 is a count that is not whole.
  if (value > 0 && value < 1 && units.includes('percent')) return withUnit(value * 100, 'percent')
  return first === undefined || value < 1 ? exampleOf(schema) : withUnit(Math.round(value), first)
}

function wrongType(schema: ValueSchema, value: StaticValue, place: Place, conversion: Conversion): undefined {
  return report(conversion.context, typesDiagnostics.typeMismatch, value.span, {
    what: whatOf(place),
    expected: describeForm(schema),
    found: describeStatic(value),
    help: `Write ${mendedType(schema, value, place)}.`,
  })
}

/** What most likely is meant, as code: a single number for a range is both of its ends. */
function mendedType(schema: ValueSchema, value: StaticValue, { parameter }: Place): string {
  if (schema.form === 'boolean') return mendedBoolean(parameter, textOf(value))
  const { items: item } = schema
  if (schema.form === 'range' && item !== undefined && !schema.proper && value.kind === 'number') {
    const end = oneEnd(item, value)
    if (end !== undefined) return `\`${parameter} = ${end} .. ${end}\``
  }
  return `\`${parameter} = ${exampleOf(schema)}\``
}

/** As it is written; undefined where its unit is none of an end. */
function oneEnd(schema: ValueSchema, { value, unit }: NumberValue): string | undefined {
  if (schema.form !== 'quantity' && schema.form !== 'count') return unit === undefined ? String(value) : undefined
  const units = schema.units ?? []
  const known = unit === undefined ? units[0] : units.find((candidate) => candidate === unit)
  return known === undefined || (known !== 'percent' && !Number.isInteger(value)) ? undefined : withUnit(value, known)
}

const spellings: Readonly<Record<'true' | 'false', readonly string[]>> = {
  true: ['true', 'yes', 'on', '1'],
  false: ['false', 'no', 'off', 'none', '0'],
}

/** `False` and `no` of other languages mean `false`; of any other word nobody knows which of the two is meant. */
export function mendedBoolean(parameter: string, text: string): string {
  const words = (['true', 'false'] as const).filter((word) => spellings[word].includes(text.toLowerCase()))
  const meant = words.length === 0 ? (['true', 'false'] as const) : words
  return meant.map((word) => `\`${parameter} = ${word}\``).join(' or ')
}

function textOf(value: StaticValue): string {
  return value.kind === 'number' || value.kind === 'string' || value.kind === 'enum' ? String(value.value) : ''
}

/** A known value in words, for "and this is ...". */
export function describeStatic(value: StaticValue): string {
  switch (value.kind) {
    case 'number':
      switch (value.unit) {
        case undefined:
          return `the number ${value.value}`
        case 'px':
        case 'percent':
        case 'epoch':
        case 'step':
          return withUnit(value.value, value.unit)
        case 'degree':
        case 'second':
          return `${value.value} ${value.unit}s`
        default:
          return assertNever(value.unit)
      }
    case 'boolean':
      return `\`${value.value}\``
    case 'string':
      return `the text "${value.value}"`
    case 'size':
      return `the size ${value.height}x${value.width}`
    case 'enum':
      return `\`${value.value}\``
    case 'list':
      return `a list of ${value.items.length}`
    case 'range':
      return 'a range'
    default:
      return assertNever(value)
  }
}

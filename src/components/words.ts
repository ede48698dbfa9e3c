import { own } from '../source/own.js'
import { type Monitor, monitorName } from './metrics.js'
import { type Component, componentsOf, findComponent, isRequired } from './registry.js'
import { componentKinds, type JsonValue, type NumberBounds, type QuantityUnit, type ValueSchema } from './schema.js'

/** What a value of this schema is, in words: `a whole number`, `a length in px or percent`, `a metric of images`. */
export function describeForm(schema: ValueSchema): string {
  switch (schema.form) {
    case 'number':
      return schema.type === 'integer' ? 'a whole number' : 'a number'
    case 'fraction':
      return 'a share, such as 50% or 0.5'
    case 'count':
    case 'quantity':
      return describeQuantity(schema.units ?? [])
    case 'boolean':
      return '`true` or `false`'
    case 'path':
      return 'a path in quotes'
    case 'size':
      return 'a size, height x width, such as 32x96'
    case 'choice':
      return alternatives((schema.enum ?? []).map((name) => `\`${name}\``))
    case 'name':
      return 'a name'
    case 'range':
      return `a range, such as \`${rangeExamples(schema).join('` or `')}\``
    case 'list':
      return ['a list', ...(schema.words ?? []).map((word) => `\`${word}\``)].join(' or ')
    case 'component':
      return schema.inWords ?? (schema.kind === undefined ? 'a component' : componentKinds[schema.kind].inWords)
    case 'output':
      return "the name of one of the model's outputs"
    case 'monitor':
      return 'a number of the validation, such as `val.auroc(score)`'
  }
}

function describeQuantity(units: readonly QuantityUnit[]): string {
  const [only] = units
  if (units.length === 1 && only !== undefined) return wholeNumberOf(only)
  return `a number in ${alternatives(units.map((unit) => unitWords[unit]))}`
}

/** One of its units: `a whole number of epochs`. */
export function wholeNumberOf(unit: QuantityUnit): string {
  return `a whole number of ${unitWords[unit]}`
}

const unitWords: Readonly<Record<QuantityUnit, string>> = {
  px: 'px',
  percent: 'percent',
  epoch: 'epochs',
  step: 'steps',
}
const unitExamples: Readonly<Record<QuantityUnit, string>> = {
  px: '16px',
  percent: '10%',
  epoch: '10 epochs',
  step: '100 steps',
}

/** A value of this schema as it would be written: its default where it has one. */
export function exampleOf(schema: ValueSchema & { readonly default?: JsonValue }): string {
  // A width in percent fits into any image, a default in pixels may not.
  const isRelative = schema.form === 'range' && schema.items?.units?.includes('percent') === true
  if (schema.default !== undefined && schema.form !== 'component' && !isRelative)
    return showValue(schema, schema.default)
  const [example] = schema.examples ?? []
  if (example !== undefined) return showValue(schema, example)
  switch (schema.form) {
    case 'number':
      return schema.type === 'integer' ? '1' : '0.5'
    case 'fraction':
      return '50%'
    case 'count':
    case 'quantity':
      return (schema.units ?? []).map((unit) => unitExamples[unit])[0] ?? '1'
    case 'boolean':
      return 'true'
    case 'path':
      return '"datasets/maps"'
    case 'size':
      return '256x256'
    case 'choice':
      return String(schema.enum?.[0] ?? '')
    case 'name':
      return 'domain_A'
    case 'range':
      return rangeExamples(schema).at(-1) ?? '0 .. 1'
    case 'list':
      return `[${schema.items === undefined ? '' : exampleOf(schema.items)}]`
    case 'component': {
      const first =
        schema.kind === undefined ? undefined : componentsOf(schema.kind).find(({ name }) => fits(schema, name))
      return first === undefined ? '' : signatureOf(first)
    }
    case 'output':
      return 'score'
    case 'monitor':
      return 'val.auroc(score)'
  }
}

/** Whether a component of the kind may stand here. */
export function fits({ only }: ValueSchema, name: string): boolean {
  return only?.includes(name) !== false
}

/** The components that may stand here. */
export function namesFor(schema: ValueSchema): readonly string[] {
  return schema.kind === undefined
    ? []
    : componentsOf(schema.kind).flatMap(({ name }) => (fits(schema, name) ? [name] : []))
}

/** What to write where a component is due. */
export function writeOneOf(names: readonly string[]): string {
  const listed = names.map((name) => `\`${name}\``).join(', ')
  return `Write a call of ${names.length === 1 ? '' : 'one of '}${listed}, such as \`${names[0] ?? ''}(...)\`.`
}

/** `keep_best(val.auroc(score))`: the required parameters only. */
function signatureOf({ name, parameters, positional }: Component): string {
  const given = Object.entries(parameters).flatMap(([parameter, schema]) => {
    if (!isRequired(schema)) return []
    const value = exampleOf(schema)
    return [positional.includes(parameter) ? value : `${parameter} = ${value}`]
  })
  return `${name}(${given.join(', ')})`
}

function rangeExamples({ items }: ValueSchema): readonly string[] {
  if (items?.form !== 'quantity') return ['0 .. 1']
  return (items.units ?? []).map((unit) => (unit === 'px' ? '16px .. 64px' : '10% .. 25%'))
}

/** A resolved value as it would be written in a `.draem` file. */
export function showValue(schema: ValueSchema, value: JsonValue): string {
  switch (schema.form) {
    case 'fraction':
      return typeof value === 'number' ? `${trimmed(value * 100)}%` : String(value)
    case 'count': {
      const [unit] = schema.units ?? []
      return typeof value === 'number' && unit !== undefined ? withUnit(value, unit) : String(value)
    }
    case 'quantity':
      return showQuantity(value)
    case 'path':
      return JSON.stringify(value)
    case 'name':
      return isWord(String(value)) ? String(value) : JSON.stringify(value)
    case 'size':
      return isList(value) ? value.map(String).join('x') : String(value)
    case 'range':
      return isList(value) ? value.map((end) => showItem(schema, end)).join(' .. ') : String(value)
    case 'list': {
      if (!isList(value)) return String(value)
      return `[${value.map((item) => showItem(schema, item)).join(', ')}]`
    }
    case 'component':
      return showComponent(schema, value)
    case 'monitor':
      return isRecord(value) ? showReference(value) : String(value)
    case 'number':
    case 'boolean':
    case 'choice':
    case 'output':
      return String(value)
  }
}

function showReference(value: { readonly [name: string]: JsonValue }): string {
  // The form is that of monitors alone.
  return monitorName(value as unknown as Monitor)
}

function showItem({ items }: ValueSchema, value: JsonValue): string {
  return items === undefined ? String(value) : showValue(items, value)
}

function showQuantity(value: JsonValue): string {
  const [entry] = isRecord(value) ? Object.entries(value) : []
  if (entry === undefined || typeof entry[1] !== 'number' || !isUnit(entry[0])) return String(value)
  return withUnit(entry[1], entry[0])
}

export function isUnit(word: string | undefined): word is QuantityUnit {
  return word !== undefined && Object.hasOwn(unitWords, word)
}

/** A number with its unit as the language writes it: `16px`, `10%`, `1 epoch`. */
export function withUnit(value: number, unit: QuantityUnit): string {
  switch (unit) {
    case 'px':
      return `${value}px`
    case 'percent':
      return `${trimmed(value)}%`
    case 'epoch':
    case 'step':
      return `${value} ${unit}${value === 1 ? '' : 's'}`
  }
}

function showComponent({ kind }: ValueSchema, value: JsonValue): string {
  if (!isRecord(value) || typeof value.component !== 'string') return String(value)
  const given = isRecord(value.parameters) ? value.parameters : {}
  const of = kind === undefined ? undefined : findComponent(kind, value.component)
  const shown = Object.entries(of?.parameters ?? {}).flatMap(([name, parameter]) => {
    const argument = own(given, name)
    if (argument === undefined) return []
    const text = showValue(parameter, argument)
    return [of?.positional.includes(name) === true ? text : `${name} = ${text}`]
  })
  return shown.length === 0 ? value.component : `${value.component}(${shown.join(', ')})`
}

/** What a number must be, in words: `from 0 to 1`, `at least 1`, `more than 0 and less than 1`. */
export function boundsInWords(schema: NumberBounds, show: (bound: number) => string = String): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema
  if (minimum !== undefined && maximum !== undefined) return `from ${show(minimum)} to ${show(maximum)}`
  const low =
    minimum !== undefined
      ? `at least ${show(minimum)}`
      : exclusiveMinimum !== undefined
        ? `more than ${show(exclusiveMinimum)}`
        : undefined
  const high =
    maximum !== undefined
      ? `at most ${show(maximum)}`
      : exclusiveMaximum !== undefined
        ? `less than ${show(exclusiveMaximum)}`
        : undefined
  return [low, high].filter((bound) => bound !== undefined).join(' and ')
}

export function alternatives(words: readonly string[]): string {
  return words.length <= 1 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

/** Enough digits to read and write back, without the noise of a product (0.07 * 100). */
function trimmed(value: number): number {
  return Number(value.toPrecision(12))
}

function isWord(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text)
}
function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value)
}
function isRecord(value: JsonValue | undefined): value is { readonly [name: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

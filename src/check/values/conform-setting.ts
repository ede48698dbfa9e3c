import { type MetricName, metricNames, metrics } from '../../components/metrics.js'
import { componentKinds, isBlockKind, type QuantityUnit, type ValueSchema } from '../../components/schema.js'
import {
  describeForm,
  exampleOf,
  fits,
  isUnit,
  namesFor,
  wholeNumberOf,
  withUnit,
  writeOneOf,
} from '../../components/words.js'
import { trainingDiagnostics } from '../../diagnostics/codes/training.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import { DiagnosticCollector } from '../../diagnostics/collector.js'
import { suggest } from '../../diagnostics/suggest.js'
import type { Env } from '../evaluation/env.js'
import { fail, failUse } from '../evaluation/env.js'
import { textOf } from '../evaluation/session.js'
import { describeValue } from './describe.js'
import type { StaticValue } from './static-value.js'
import { itemType, type SettingType } from './type.js'
import type { ComponentValue, PoisonedValue, Value } from './value.js'
import { isPoison, placeOfUse } from './value.js'

type NumberValue = Extract<StaticValue, { kind: 'number' }>

/** The value as one of a component's parameter: its form, its unit, the order of its ends. Bounds are held when it is resolved. */
export function conformSetting(value: Value, type: SettingType, env: Env, what: string): Value {
  const { schema, parameter } = type
  const wrong = (help = `Write ${instead(schema, value, parameter)}.`, found = describeValue(value)): PoisonedValue =>
    failUse(env, typesDiagnostics.typeMismatch, value, { what, expected: describeForm(schema), found, help })
  switch (schema.form) {
    case 'number':
    case 'fraction':
    case 'count':
    case 'quantity':
      return value.kind === 'number' ? (numberOf(value, schema, env, what) ?? wrong()) : wrong()
    case 'boolean':
    case 'size':
      return value.kind === schema.form ? value : wrong()
    case 'path': {
      const text = value.kind === 'number' ? numberText(value) : wordOf(value)
      return value.kind === 'string' ? value : wrong(text === undefined ? undefined : inQuotes(text, parameter))
    }
    case 'name':
      if (value.kind === 'string' || value.kind === 'enum') return value
      if (value.kind !== 'word') return wrong()
      return value.name.includes('-')
        ? wrong(`Write it in quotes: \`"${value.name}"\`.`, `the difference \`${value.name}\``)
        : value
    case 'choice': {
      const known = (schema.enum ?? []).map(String)
      const name = wordOf(value)
      if (name === undefined) return wrong()
      const isQuoted = value.kind === 'string' && value.used === undefined
      if (known.includes(name)) return isQuoted ? wrong(`Write it without quotes: \`${parameter} = ${name}\`.`) : value
      const suggestion = suggest(name, known)
      return wrong(
        suggestion === undefined ? `Give ${describeForm(schema)}.` : `Write \`${suggestion}\`.`,
        `\`${name}\``,
      )
    }
    case 'range':
      if (value.kind === 'range') return endsOf(value, [value.low, value.high], type, env, what)
      if (value.kind === 'list' && value.items.length === 2) return endsOf(value, value.items, type, env, what)
      return wrong()
    case 'list': {
      const item = itemType(type)
      if (value.kind === 'list' && item !== undefined)
        return { ...value, items: value.items.map((each) => conformTo(each, item, env, what)) }
      const name = wordOf(value)
      if (name !== undefined && schema.words?.includes(name)) return value
      return wrong(listInstead(schema, name, parameter, textOf(env.session, placeOfUse(value))))
    }
    case 'component':
      return value.kind === 'component' && value.component.kind === schema.kind && value.split === undefined
        ? fitting(value, type, env, what)
        : wrong(
            isBlockKind(schema.kind)
              ? `Write a call of ${describeForm(schema)}, such as \`${schema.kind === 'synthesis' ? 'additive' : 'flipped'}(...)\`.`
              : writeOneOf(namesFor(schema)),
          )
    case 'output':
      return value.kind === 'word' ? value : wrong()
    case 'monitor': {
      if (value.kind === 'component' && value.split !== undefined) return value
      const facts = { parameter, found: describeValue(value) }
      return failUse(env, trainingDiagnostics.notAMonitor, value, facts)
    }
  }
}

function conformTo(value: Value, type: SettingType, env: Env, what: string): Value {
  return isPoison(value) ? value : conformSetting(value, type, env, what)
}

const inQuotes = (text: string, parameter: string): string =>
  `A text stands in quotes: \`"${text}"\`; in an option for the shell, \`--set 'data.${parameter}="${text}"'\`.`

function wordOf(value: Value): string | undefined {
  if (value.kind === 'word') return value.name
  return value.kind === 'string' || value.kind === 'enum' ? value.value : undefined
}

/** A metric of another list than that it stands in is refused. */
function fitting(value: ComponentValue, { schema }: SettingType, env: Env, what: string): Value {
  const { kind, name } = value.component
  if (fits(schema, name)) return value
  const list = metricNames.some((known) => known === name) ? metrics[name as MetricName].lists[0] : undefined
  const facts = {
    what,
    expected: describeForm(schema),
    found: `\`${name}\`, ${componentKinds[kind].inWords} of \`${list}\``,
    help: `Move it to \`${list}\`, or write ${describeForm(schema)}: ${namesFor(schema)
      .map((each) => `\`${each}\``)
      .join(', ')}.`,
  }
  return fail(env, typesDiagnostics.typeMismatch, value.nameSpan, facts)
}

/** Undefined for a number that is not whole where one is due. */
function numberOf(value: NumberValue, schema: ValueSchema, env: Env, what: string): Value | undefined {
  const { form, units = [] } = schema
  const isWhole = Number.isInteger(value.value)
  if (form === 'number') {
    if (value.unit === undefined) return schema.type === 'integer' && !isWhole ? undefined : value
    const of = schema.counts === undefined ? '' : ` of ${schema.counts}`
    const plain = value.unit === 'percent' && schema.type === 'number' ? value.value / 100 : value.value
    return wrongUnit(`${describeForm(schema)}${of} without a unit`, String(plain))
  }
  if (form === 'fraction') {
    // 50 is meant as 50%, and this says so; 1.5 is no such slip but a share above 100%, which its bounds tell.
    const isShare = value.unit === 'percent' || (value.unit === undefined && Math.abs(value.value) < 2)
    return isShare ? value : wrongUnit()
  }
  const unit = value.unit ?? (units.length === 1 ? units[0] : undefined)
  if (unit === undefined || !units.some((each) => each === unit)) return wrongUnit()
  if (unit === 'percent' || isWhole) return { ...value, unit }
  const due = unit as QuantityUnit
  const help = `Write \`${withUnit(Math.max(1, Math.round(value.value)), due)}\`.`
  const facts = { what, expected: wholeNumberOf(due), found: describeValue(value), help }
  return failUse(env, typesDiagnostics.typeMismatch, value, facts)

  function wrongUnit(expected = describeForm(schema), write = withDueUnit(schema, value)): PoisonedValue {
    const found = value.unit === undefined ? `${value.value} without a unit` : describeValue(value)
    const facts = { what, expected, found, help: `Write it as \`${write}\`.` }
    return failUse(env, typesDiagnostics.wrongUnit, value, facts)
  }
}

/** The number as it stands, with a unit that is due. */
function withDueUnit(schema: ValueSchema, { value }: NumberValue): string {
  if (schema.form === 'fraction') return value >= 0 && value <= 100 ? withUnit(value, 'percent') : exampleOf(schema)
  const units: readonly QuantityUnit[] = schema.units ?? []
  const [first] = units
  if (value > 0 && Number.isInteger(value)) return units.map((unit) => withUnit(value, unit)).join('` or `')
  // 0.8 is a share written as a factor; 16.5 is a count that is not whole.
  if (value > 0 && value < 1 && units.includes('percent')) return withUnit(value * 100, 'percent')
  return first === undefined || value < 1 ? exampleOf(schema) : withUnit(Math.round(value), first)
}

/** A range of two ends of one unit, the lower first. The same mistake at both (a missing unit) is reported once, at the low end. */
function endsOf(value: Value, ends: readonly Value[], type: SettingType, env: Env, what: string): Value {
  const item = itemType(type)
  if (item === undefined) return value
  const sinks = ends.map(() => new DiagnosticCollector())
  const [low, high] = ends.map((end, index) => {
    const sink = sinks[index] ?? env.session.sink
    return conformTo(end, item, { ...env, session: { ...env.session, sink } as Env['session'] }, what)
  })
  const codes = new Set(sinks[0]?.all.map(({ code }) => code))
  env.session.sink.reportAll([
    ...(sinks[0]?.all ?? []),
    ...(sinks[1]?.all ?? []).filter(({ code }) => !codes.has(code)),
  ])
  const poisoned = [low, high].find((end) => end !== undefined && isPoison(end))
  if (poisoned !== undefined) return poisoned
  if (low?.kind !== 'number' || high?.kind !== 'number') return value
  const { span } = value
  const [bottom, top] = [low, high].map((end) => numberText(end))
  if (low.unit !== high.unit) {
    const facts = {
      what,
      expected: 'one unit for both ends',
      found: `${bottom} .. ${top}`,
      help: 'Write it as `10% .. 25%`.',
    }
    return fail(env, typesDiagnostics.wrongUnit, span, facts)
  }
  const { proper = false } = type.schema
  if (low.value < high.value || (low.value === high.value && !proper)) return { kind: 'range', low, high, span }
  const problem = `\`${type.parameter}\` goes from ${bottom} to ${top}: the low end ${proper ? 'is not below' : 'is above'} the high end`
  const help = bottom === top ? 'Make the high end larger.' : `Write \`${top} .. ${bottom}\`.`
  return fail(env, typesDiagnostics.arithmetic, span, { problem, help })
}

function numberText({ value, unit }: NumberValue): string {
  return unit !== undefined && isUnit(unit) ? withUnit(value, unit) : String(value)
}

/** What most likely is meant, as code: a single number for a range is both of its ends. */
function instead(schema: ValueSchema, value: Value, parameter: string): string {
  if (schema.form === 'boolean') return booleanInstead(parameter, value)
  const { items: item } = schema
  if (schema.form === 'range' && item !== undefined && !schema.proper && value.kind === 'number') {
    const end = endOf(item, value)
    if (end !== undefined) return `\`${parameter} = ${end} .. ${end}\``
  }
  return `\`${parameter} = ${exampleOf(schema)}\``
}

/** As it is written; undefined where its unit is none of an end. */
function endOf({ form, units = [] }: ValueSchema, { value, unit }: NumberValue): string | undefined {
  if (form !== 'quantity' && form !== 'count') return unit === undefined ? String(value) : undefined
  const known = unit === undefined ? units[0] : units.find((candidate) => candidate === unit)
  return known === undefined || (known !== 'percent' && !Number.isInteger(value)) ? undefined : withUnit(value, known)
}

const spellings: Readonly<Record<'true' | 'false', readonly string[]>> = {
  true: ['true', 'yes', 'on', '1'],
  false: ['false', 'no', 'off', 'none', '0'],
}

/** `False` and `no` of other languages mean `false`; of any other word nobody knows which of the two is meant. */
function booleanInstead(parameter: string, value: Value): string {
  const text = (value.kind === 'number' ? String(value.value) : (wordOf(value) ?? '')).toLowerCase()
  const words = (['true', 'false'] as const).filter((word) => spellings[word].includes(text))
  const meant = words.length === 0 ? (['true', 'false'] as const) : words
  return meant.map((word) => `\`${parameter} = ${word}\``).join(' or ')
}

/** A misspelt `auto`, a list of words none of which this is, or one item without its brackets. */
function listInstead(schema: ValueSchema, name: string | undefined, parameter: string, text: string): string {
  const words = schema.words ?? []
  const word = name === undefined ? undefined : suggest(name, words)
  if (word !== undefined) return `Write \`${parameter} = ${word}\`.`
  const isOther = name !== undefined && schema.items?.enum?.includes(name) === false
  if (isOther) return `Write \`${parameter} = ${exampleOf(schema)}\`.`
  const isAll = name !== undefined && words.length > 0 && ['all', 'none', 'any'].includes(name)
  if (isAll) return `Write \`${parameter} = ${words[0]}\` for all that are there, or list them in brackets.`
  return `Put it into brackets: \`[${text}]\`.`
}

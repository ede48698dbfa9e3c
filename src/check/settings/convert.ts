import type { ValueSchema } from '../../components/schema.js'
import { describeForm, exampleOf } from '../../components/words.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import { DiagnosticCollector } from '../../diagnostics/collector.js'
import type { DiagnosticSink } from '../../diagnostics/diagnostic.js'
import type { Expression } from '../../syntax/ast.js'
import { allOf, choice, fromStatic, mendedBoolean, nearest } from './convert-static.js'
import { metricReference, outputName } from './metric-reference.js'
import {
  type Conversion,
  type Converted,
  describeExpression,
  dottedName,
  isRecovered,
  type Place,
  report,
  whatOf,
} from './place.js'

/**
 * An argument as the JSON of its schema. What only settings have is read from the expression itself (bare words, calls of
 * components, monitors); everything else is a value that the checker evaluates.
 */
export function convert(schema: ValueSchema, written: Expression, place: Place, conversion: Conversion): Converted {
  const expression = conversion.context.substitute?.(written, schema.form) ?? written
  if (isRecovered(expression)) return undefined
  conversion.spans.set(place.pointer, expression.span)
  if (expression.kind === 'if') return convertIf(schema, expression, place, conversion)
  if (expression.kind === 'match') return convertMatch(schema, expression, place, conversion)
  switch (schema.form) {
    case 'component':
      return componentValue(schema, expression, place, conversion)
    case 'output':
      return outputName(expression, conversion.context)
    case 'monitor':
      return metricReference(expression, place.parameter, conversion.context)
    case 'choice':
    case 'name':
      return word(schema, expression, place, conversion)
    case 'range':
      if (expression.kind === 'range') return ends(schema, [expression.low, expression.high], place, conversion)
      if (expression.kind === 'list' && expression.items.length === 2)
        return ends(schema, expression.items, place, conversion)
      return evaluated(schema, expression, place, conversion)
    case 'list':
      return list(schema, expression, place, conversion)
    default:
      return evaluated(schema, expression, place, conversion)
  }
}

function evaluated(schema: ValueSchema, expression: Expression, place: Place, conversion: Conversion): Converted {
  const notAValue = expression.kind === 'record' || expression.kind === 'list' || expression.kind === 'range'
  const isBareText = schema.form === 'path' && ['binary', 'member', 'unary', 'number'].includes(expression.kind)
  if (notAValue || isBareText || isUnknownWord(schema, expression, conversion)) {
    return report(conversion.context, typesDiagnostics.typeMismatch, expression.span, {
      what: whatOf(place),
      expected: describeForm(schema),
      found: describeExpression(expression),
      help: isBareText
        ? 'A text stands in quotes: `"maps/hdmap"`; in an option for the shell, `--set \'data.root="maps/hdmap"\'`.'
        : schema.form === 'boolean'
          ? `Write ${mendedBoolean(place.parameter, dottedName(expression) ?? '')}.`
          : `Write \`${place.parameter} = ${exampleOf(schema)}\`.`,
    })
  }
  const value = conversion.context.evaluate(expression)
  return value === undefined ? undefined : fromStatic(schema, value, place, conversion)
}

/** A word where a number is due is a misspelt param: the evaluation knows the names and says so. */
const numericForms: ReadonlySet<ValueSchema['form']> = new Set([
  'number',
  'fraction',
  'count',
  'quantity',
  'size',
  'range',
])

/** A word that names no param. */
function isUnknownWord(schema: ValueSchema, expression: Expression, { context }: Conversion): boolean {
  const isNumeric = numericForms.has(schema.form)
  return !isNumeric && expression.kind === 'identifier' && !context.isParameter(expression.name)
}

/** A bare word (`bilinear`, `source.test`), or a param or text that holds one. */
function word(schema: ValueSchema, expression: Expression, place: Place, conversion: Conversion): Converted {
  const name = dottedName(expression)
  const isParam = expression.kind === 'identifier' && conversion.context.isParameter(expression.name)
  if (name !== undefined && !isParam && expression.kind !== 'index') {
    return schema.form === 'choice' ? choice(schema, name, expression.span, place, conversion) : name
  }
  const hyphenated = expression.kind === 'binary' ? hyphenatedName(expression, conversion) : undefined
  if (hyphenated !== undefined) {
    if (schema.form === 'choice') return choice(schema, hyphenated, expression.span, place, conversion)
    return report(conversion.context, typesDiagnostics.typeMismatch, expression.span, {
      what: whatOf(place),
      expected: describeForm(schema),
      found: `the difference \`${hyphenated}\``,
      help: `Write it in quotes: \`"${hyphenated}"\`.`,
    })
  }
  if (expression.kind === 'string' && schema.form === 'choice') {
    const known = (schema.enum ?? []).map(String)
    if (!known.includes(expression.value)) return choice(schema, expression.value, expression.span, place, conversion)
    return report(conversion.context, typesDiagnostics.typeMismatch, expression.span, {
      what: whatOf(place),
      expected: describeForm(schema),
      found: describeExpression(expression),
      help: `Write it without quotes: \`${place.parameter} = ${expression.value}\`.`,
    })
  }
  return evaluated(schema, expression, place, conversion)
}

/** `domain-A`, which reads as a difference of two names; undefined where one of them is a param. */
function hyphenatedName(expression: Expression, conversion: Conversion): string | undefined {
  switch (expression.kind) {
    case 'identifier':
      return conversion.context.isParameter(expression.name) ? undefined : expression.name
    case 'number':
      return expression.unit === undefined ? String(expression.value) : undefined
    case 'binary': {
      if (expression.operator !== '-') return undefined
      const [left, right] = [expression.left, expression.right].map((side) => hyphenatedName(side, conversion))
      return left === undefined || right === undefined || expression.left.kind === 'number'
        ? undefined
        : `${left}-${right}`
    }
    default:
      return undefined
  }
}

function list(schema: ValueSchema, expression: Expression, place: Place, conversion: Conversion): Converted {
  if (expression.kind === 'list') return items(schema, expression.items, place, conversion)
  const name = expression.kind === 'identifier' ? expression.name : undefined
  if (name === undefined || conversion.context.isParameter(name)) {
    const wantsWords = schema.items?.form === 'component' || schema.items?.form === 'choice'
    if (wantsWords && expression.kind !== 'identifier') return notAList(schema, expression, place, conversion)
    return evaluated(schema, expression, place, conversion)
  }
  if (schema.words?.includes(name)) return name
  return notAList(schema, expression, place, conversion)
}

function notAList(schema: ValueSchema, expression: Expression, place: Place, conversion: Conversion): undefined {
  return report(conversion.context, typesDiagnostics.typeMismatch, expression.span, {
    what: whatOf(place),
    expected: describeForm(schema),
    found: describeExpression(expression),
    help: listMend(schema, dottedName(expression), place.parameter),
  })
}

/** A misspelt `auto`, a list of words none of which this is, or one item without its brackets. */
function listMend(schema: ValueSchema, name: string | undefined, parameter: string): string {
  const words = schema.words ?? []
  const word = name === undefined ? undefined : nearest(name, words).suggestion
  if (word !== undefined) return `Write \`${parameter} = ${word}\`.`
  const isOther = name !== undefined && schema.items?.enum?.includes(name) === false
  if (isOther) return `Write \`${parameter} = ${exampleOf(schema)}\`.`
  const isAll = name !== undefined && words.length > 0 && ['all', 'none', 'any'].includes(name)
  if (isAll) return `Write \`${parameter} = ${words[0]}\` for all that are there, or list them in brackets.`
  return `Put it into brackets: \`[${name ?? ' ... '}]\`.`
}

function items(
  schema: ValueSchema,
  expressions: readonly Expression[],
  place: Place,
  conversion: Conversion,
): Converted {
  const { items: item } = schema
  if (item === undefined) return undefined
  return allOf(
    expressions.map((expression, index) =>
      convert(item, expression, { ...place, pointer: `${place.pointer}/${index}`, path: undefined }, conversion),
    ),
  )
}

/** Both ends of a range. The same mistake at both (a missing unit) is told once, at the low end. */
function ends(
  schema: ValueSchema,
  expressions: readonly Expression[],
  place: Place,
  conversion: Conversion,
): Converted {
  const low = new DiagnosticCollector()
  const high = new DiagnosticCollector()
  const [first, second] = expressions
  const { items: item } = schema
  if (item === undefined || first === undefined || second === undefined) return undefined
  const convertEnd = (expression: Expression, index: number, sink: DiagnosticSink): Converted =>
    convert(
      item,
      expression,
      { ...place, pointer: `${place.pointer}/${index}`, path: undefined },
      { ...conversion, context: { ...conversion.context, sink } },
    )
  const values = [convertEnd(first, 0, low), convertEnd(second, 1, high)]
  for (const diagnostic of low.all) conversion.context.sink.report(diagnostic)
  for (const diagnostic of high.all) {
    if (!low.all.some(({ code }) => code === diagnostic.code)) conversion.context.sink.report(diagnostic)
  }
  return allOf(values)
}

function componentValue(schema: ValueSchema, expression: Expression, place: Place, conversion: Conversion): Converted {
  const value = conversion.component(schema, expression, place)
  return value === undefined ? undefined : { component: value.component, parameters: value.parameters }
}

/** `if deep { a } else { b }`: the condition decides which of the two is read. */
function convertIf(
  schema: ValueSchema,
  expression: Extract<Expression, { kind: 'if' }>,
  place: Place,
  conversion: Conversion,
): Converted {
  const condition = conversion.context.evaluate(expression.condition)
  if (condition === undefined) return undefined
  if (condition.kind !== 'boolean') {
    return report(conversion.context, typesDiagnostics.typeMismatch, expression.condition.span, {
      what: 'the condition of `if`',
      expected: '`true` or `false`',
      found: describeExpression(expression.condition),
    })
  }
  return convert(schema, condition.value ? expression.then : expression.otherwise, place, conversion)
}

/** `match size { small => nearest, _ => bilinear }`: the first arm that is the subject's value. */
function convertMatch(
  schema: ValueSchema,
  expression: Extract<Expression, { kind: 'match' }>,
  place: Place,
  conversion: Conversion,
): Converted {
  const subject = conversion.context.evaluate(expression.subject)
  if (subject === undefined) return undefined
  const arm = expression.arms.find(({ pattern }) => {
    switch (pattern.kind) {
      case 'wildcard':
        return true
      case 'identifier':
        return subject.kind === 'enum' && subject.value === pattern.name
      case 'number':
      case 'boolean':
      case 'string':
        return subject.kind === pattern.kind && subject.value === pattern.value
      default:
        return false
    }
  })
  // Without such an arm the match itself is the mistake, and evaluating it says so.
  return arm === undefined
    ? evaluated(schema, expression, place, conversion)
    : convert(schema, arm.value, place, conversion)
}

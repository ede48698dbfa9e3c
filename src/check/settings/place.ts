import { resolve } from 'node:path'
import type { ValueSchema } from '../../components/schema.js'
import { type DiagnosticDefinition, diagnose } from '../../diagnostics/define.js'
import type { RelatedSpan } from '../../diagnostics/diagnostic.js'
import type { ComponentValue, SettingValue } from '../../plan/settings.js'
import type { Span } from '../../source/span.js'
import type { Binding, Expression } from '../../syntax/ast.js'
import type { SettingsContext } from './context.js'

/** Bindings that replace single parameters, by dotted path below the call. */
export type Replacements = ReadonlyMap<string, Binding>
export const noReplacements: Replacements = new Map()

/** Replacements of what lies below a parameter. */
export function below(replaced: Replacements, name: string): Replacements {
  const inner = [...replaced].filter(([path]) => path.startsWith(`${name}.`))
  return new Map(inner.map(([path, binding]) => [path.slice(name.length + 1), binding]))
}

export function merged(first: Replacements, second: Replacements): Replacements {
  return new Map([...first, ...second])
}

/** The parameter that a value is converted for. */
export interface Place {
  /** Its name, for messages. */
  readonly parameter: string
  /** What it is a parameter of. */
  readonly callee?: string
  /** JSON pointer below the outermost component's parameters. */
  readonly pointer: string
  /** Dotted path of the setting, for origins; undefined inside lists, which are recorded as a whole. */
  readonly path: string | undefined
  readonly replaced: Replacements
}

/** The parameter as messages name it. */
export function whatOf({ parameter, callee }: Place): string {
  return callee === undefined ? `\`${parameter}\`` : `\`${parameter}\` of \`${callee}\``
}

/** One conversion of a call: where its values were written is collected in `spans`, by pointer. */
export interface Conversion {
  readonly context: SettingsContext
  readonly spans: Map<string, Span>
  /** Nested calls: handed in, since they convert values in turn. */
  readonly component: (schema: ValueSchema, expression: Expression, place: Place) => ComponentValue | undefined
}

/** A value, or undefined when its mistake is reported (or the parser already did). */
export type Converted = SettingValue | undefined

export function report<Facts>(
  context: SettingsContext,
  definition: DiagnosticDefinition<Facts>,
  span: Span,
  facts: Facts,
  related: readonly RelatedSpan[] = [],
): undefined {
  context.sink.report(diagnose(definition, span, facts, related))
  return undefined
}

/** Whether the parser made it up: checks are silent there. */
export function isRecovered(expression: Expression): boolean {
  return expression.recovered === true || expression.kind === 'missing'
}

/** `seg.mask` as written; undefined for anything but names joined by dots. An item of a list is a name too: `features[2]` is `features.2`. */
export function dottedName(expression: Expression): string | undefined {
  switch (expression.kind) {
    case 'identifier':
      return expression.name
    case 'member': {
      const object = dottedName(expression.object)
      return object === undefined ? undefined : `${object}.${expression.member.name}`
    }
    case 'index': {
      const object = dottedName(expression.object)
      if (object === undefined || expression.index.kind !== 'number') return undefined
      return `${object}.${expression.index.value}`
    }
    default:
      return undefined
  }
}

/** The expression in words, for "and this is ...". */
export function describeExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'identifier':
    case 'member':
      return `\`${dottedName(expression) ?? 'a field'}\``
    case 'number':
      return `the number ${expression.value}`
    case 'string':
      return `the text "${expression.value}"`
    case 'boolean':
      return `\`${expression.value}\``
    case 'size':
      return `the size ${expression.height}x${expression.width}`
    case 'call': {
      const callee = dottedName(expression.callee)
      return callee === undefined ? 'a call' : `a call of \`${callee}\``
    }
    case 'list':
      return 'a list'
    case 'record':
      return 'a record'
    case 'range':
      return 'a range'
    default:
      return 'an expression'
  }
}

/** Absolute, from the directory of the text that names it. */
export function resolvePath(context: SettingsContext, span: Span, path: string): string {
  return resolve(context.directoryOf(span), path)
}

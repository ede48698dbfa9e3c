import { type MetricName, metricNames, metrics } from '../../components/metrics.js'
import {
  type Component,
  componentsOf,
  type componentTables,
  findComponent,
  isRequired,
} from '../../components/registry.js'
import {
  type ComponentKind,
  componentKinds,
  type JsonValue,
  type ParameterSchema,
  type ParametersOf,
  type ValueOf,
  type ValueSchema,
} from '../../components/schema.js'
import type { sections } from '../../components/sections.js'
import { violationsOf } from '../../components/validate.js'
import { exampleOf, fits, kindInWords, showValue } from '../../components/words.js'
import { namesDiagnostics } from '../../diagnostics/codes/names.js'
import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import { diagnose } from '../../diagnostics/define.js'
import { invariant } from '../../diagnostics/invariant.js'
import type { ComponentValue, SettingValue } from '../../plan/settings.js'
import type { Span } from '../../source/span.js'
import type { Argument, Binding, Expression } from '../../syntax/ast.js'
import {
  type Binder,
  type BoundArguments,
  bindArguments,
  reportDuplicates,
  type Signature,
} from '../evaluation/arguments.js'
import { removedHere } from '../flattening/removal.js'
import type { FlatSection, FlatSetting, SettingsContext } from './context.js'
import { convert } from './convert.js'
import { nearest } from './convert-static.js'
import { defaultComponent } from './default-component.js'
import { type OrderMistake, orderMistakes } from './order.js'
import {
  below,
  type Conversion,
  describeExpression,
  isRecovered,
  type Place,
  type Replacements,
  report,
  whatOf,
} from './place.js'

interface AnyValue {
  readonly component: string
  readonly parameters: object
}
type Draft<V extends AnyValue> = V extends AnyValue
  ? { readonly component: V['component']; readonly parameters: Partial<V['parameters']> }
  : never
type ComponentOf<K extends ComponentKind> = ValueOf<(typeof componentTables)[K]>
type SectionValue<N extends keyof typeof sections> = {
  readonly component: N
  readonly parameters: ParametersOf<(typeof sections)[N]>
}

/** The value when all of its parameters are there. What is poisoned stands at its default: the mistake is reported. */
export function wholeValue<V extends AnyValue>({ value }: CheckedCall<V>, kind: ComponentKind): V | undefined {
  const declared = findComponent(kind, value.component)?.parameters ?? {}
  const isWhole = Object.entries(declared).every(
    ([name, { optional }]) => optional === true || Object.hasOwn(value.parameters, name),
  )
  // The binder made every parameter by its declaration, which is where the type comes from.
  return isWhole ? (value as unknown as V) : undefined
}

/** A call of a component after its checks. */
export interface CheckedCall<V extends AnyValue = AnyValue> {
  /** With defaults; a parameter whose mistake is reported has its default, or is absent where there is none. */
  readonly value: Draft<V>
  /** Where each value was written, by JSON pointer below the parameters (`/width/0`, `/validation/parameters/fraction`); defaults have no place. */
  readonly spans: ReadonlyMap<string, Span>
  /** Pointers of values whose mistake is reported: further checks of them are silent. */
  readonly poisoned: ReadonlySet<string>
  /** What names that are not known most likely meant; undefined for one that is near nothing. */
  readonly misspelt: ReadonlySet<string | undefined>
  /** The call's name. */
  readonly nameSpan: Span
}

/** The value of a setting such as `data = hdmap(...)` against the components of a kind. Undefined when it is no call of one. */
export function checkComponent<K extends ComponentKind>(
  kind: K,
  setting: FlatSetting,
  path: string,
  context: SettingsContext,
): CheckedCall<ComponentOf<K>> | undefined {
  const checker = new CallChecker(context)
  const schema: ValueSchema = { form: 'component', kind, type: 'object' }
  const place: Place = { parameter: path, pointer: '', path, replaced: setting.replaced }
  if (isRecovered(setting.binding.value)) return undefined
  return checker.outermost(schema, setting.binding.value, place) as CheckedCall<ComponentOf<K>> | undefined
}

/** A component that stands for itself, where nothing has a use for its value yet. */
export function checkExpression(kind: ComponentKind, expression: Expression, context: SettingsContext): void {
  const place: Place = { parameter: kind, pointer: '', path: undefined, replaced: new Map() }
  new CallChecker(context).outermost({ form: 'component', kind, type: 'object' }, expression, place)
}

/** The settings of a section against the schema of that section. */
export function checkSection<N extends keyof typeof sections>(
  name: N,
  section: FlatSection,
  context: SettingsContext,
): CheckedCall<SectionValue<N>> {
  return new CallChecker(context).section(name, section) as CheckedCall<SectionValue<N>>
}

/** One parameter as it was written. */
interface Written {
  readonly value: Expression
  readonly replaced: Replacements
}

/** Where missing parameters are told; those that a misspelt name most likely meant are told there. */
interface MissingAt {
  readonly span: Span
  readonly excused: ReadonlySet<string | undefined>
  /** What a `remove` took away, with its place. */
  readonly removed: ReadonlyMap<string, Span>
}

class CallChecker {
  readonly #spans = new Map<string, Span>()
  readonly #poisoned = new Set<string>()
  readonly #conversion: Conversion

  readonly #binder: Binder

  constructor(private readonly context: SettingsContext) {
    this.#binder = {
      isName: context.isParameter,
      sink: context.sink,
      report: (definition, span, facts, related = []) => {
        const diagnostic = diagnose(definition, span, facts, related)
        context.sink.report(diagnostic)
        return diagnostic
      },
    }
    this.#conversion = {
      context,
      spans: this.#spans,
      component: (schema, expression, place) => this.#call(schema, expression, place),
    }
  }

  outermost(schema: ValueSchema, expression: Expression, place: Place): CheckedCall | undefined {
    const value = this.#call(schema, expression, { ...place, pointer: '' })
    if (value === undefined) return undefined
    return {
      value,
      spans: this.#spans,
      poisoned: this.#poisoned,
      misspelt: new Set(),
      nameSpan: calleeSpan(expression),
    }
  }

  section(sectionName: string, section: FlatSection): CheckedCall {
    const component = findComponent('section', sectionName)
    invariant(component !== undefined, `the section ${sectionName} is not declared`)
    const args: Argument[] = []
    const replaced = new Map<string, Binding>()
    for (const [name, setting] of section.settings) {
      const { binding } = setting
      const identifier = binding.path.at(-1)
      if (identifier === undefined) continue
      if (binding.recovered !== true || Object.hasOwn(component.parameters, name))
        args.push({ name: identifier, value: binding.value, span: binding.span })
      for (const [path, replacement] of setting.replaced) replaced.set(`${name}.${path}`, replacement)
    }
    const bound = bindArguments(signatureOf(component), args, undefined, this.#binder)
    const misspelt = new Set([...bound.meant, ...section.damaged.keys()])
    const place: Place = { parameter: sectionName, pointer: '', path: sectionName, replaced }
    const parameters = this.#parameters(component, bound, place, {
      span: section.span,
      excused: misspelt,
      removed: section.removed,
    })
    const value = { component: sectionName, parameters }
    return { value, spans: this.#spans, poisoned: this.#poisoned, misspelt: bound.meant, nameSpan: section.span }
  }

  /** A call, or the bare name of a component that needs no parameters. */
  #call(schema: ValueSchema, written: Expression, place: Place): ComponentValue | undefined {
    const kind = schema.kind
    const expression = this.context.substitute?.(written, 'component') ?? written
    if (kind === undefined || isRecovered(expression)) return undefined
    if (expression.kind === 'if' || expression.kind === 'match') {
      const chosen = convert(schema, expression, place, this.#conversion)
      // The conversion of a component gives one.
      return chosen as ComponentValue | undefined
    }
    const callee = expression.kind === 'call' ? expression.callee : expression
    const known = componentsOf(kind).flatMap(({ name }) => (fits(schema, name) ? [name] : []))
    if (isRecovered(callee)) return undefined
    if (callee.kind !== 'identifier') {
      return report(this.context, typesDiagnostics.typeMismatch, expression.span, {
        what: whatOf(place),
        expected: kindInWords(schema),
        found: describeExpression(expression),
        help: `Write a call of ${known.length === 1 ? '' : 'one of '}${listed(known)}, such as \`${known[0] ?? ''}(...)\`.`,
      })
    }
    const component = findComponent(kind, callee.name)
    if (component === undefined) {
      const what = kindInWords(schema).replace(/^an? /, '')
      const facts = { what, name: callee.name, known, ...nearest(callee.name, known) }
      return report(this.context, namesDiagnostics.unknownName, callee.span, facts)
    }
    if (!fits(schema, component.name)) {
      return report(this.context, typesDiagnostics.typeMismatch, callee.span, {
        what: whatOf(place),
        expected: kindInWords(schema),
        found: `\`${callee.name}\`, ${componentKinds[kind].inWords} of \`${listOf(component.name)}\``,
        help: `Move it to \`${listOf(component.name)}\`, or write ${kindInWords(schema)}: ${listed(known)}.`,
      })
    }
    const args = expression.kind === 'call' ? expression.args : []
    const bound = bindArguments(signatureOf(component), args, undefined, this.#binder)
    const { meant } = bound
    const isWhole =
      bound.broken === undefined &&
      args.every((each) => !each.recovered && !each.name?.recovered && !isRecovered(each.value))
    const recovered = expression.recovered === true || !isWhole
    this.#record(place, component.name, callee.span)
    const base = place.pointer === '' ? '' : `${place.pointer}/parameters`
    // Nothing is known of what a misspelt name was to set: its default says nothing.
    for (const name of Object.keys(component.parameters)) {
      const isMeant = meant.has(name) || meant.has(undefined)
      if (isMeant && !bound.byName.has(name)) this.#poisoned.add(`${base}/${name}`)
    }
    const parameters = this.#parameters(
      component,
      bound,
      { ...place, pointer: base },
      recovered ? undefined : { span: callee.span, excused: new Set(), removed: new Map() },
    )
    // Within another call a component is whole or not there: what reads it needs no more questions.
    const isComplete = Object.entries(component.parameters).every(([name, of]) => !isRequired(of) || name in parameters)
    return isComplete || place.pointer === '' ? { component: component.name, parameters } : undefined
  }

  /** `missingAt` is where missing parameters are told; undefined when the text is incomplete anyway. */
  #parameters(
    component: Component,
    bound: Pick<BoundArguments, 'byName' | 'duplicates'>,
    place: Place,
    missingAt: MissingAt | undefined,
    base: Readonly<Record<string, JsonValue>> = {},
  ): Readonly<Record<string, SettingValue>> {
    const given = this.#given(component, bound, place)
    const values: Record<string, SettingValue> = {}
    const missing: [string, ParameterSchema][] = []
    for (const [name, schema] of Object.entries(component.parameters)) {
      const argument = given.get(name)
      const inner: Place = {
        parameter: name,
        callee: component.name,
        pointer: `${place.pointer}/${name}`,
        path: place.path === undefined ? undefined : `${place.path}.${name}`,
        replaced: argument?.replaced ?? below(place.replaced, name),
      }
      const value = argument === undefined ? undefined : convert(schema, argument.value, inner, this.#conversion)
      if (argument !== undefined && value === undefined) this.#poisoned.add(inner.pointer)
      if (value !== undefined) {
        values[name] = value
        if (schema.form !== 'component') this.#recordValue(schema, value, inner)
        continue
      }
      const fallback = base[name] ?? schema.default
      if (fallback !== undefined)
        values[name] = this.#default(component, schema, fallback, inner, argument === undefined)
      else if (argument === undefined && isRequired(schema)) missing.push([name, schema])
    }
    const told = missing.filter(([name]) => !missingAt?.excused.has(name))
    if (told.length > 0 && missingAt !== undefined) {
      const facts = {
        callee: component.name,
        missing: told.map(([name]) => name),
        signature: signatureOf(component).text,
        example: told.map(([name, schema]) => `\`${name} = ${exampleOf(schema)}\``).join(', '),
      }
      const related = told.flatMap(([name]) => removedHere(missingAt.removed.get(name)))
      report(this.context, typesDiagnostics.missingArgument, missingAt.span, facts, related)
    }
    this.#validate(component, values, place)
    return values
  }

  /** The arguments, and what `extends` or `--set` put in their place. */
  #given(
    component: Component,
    bound: Pick<BoundArguments, 'byName' | 'duplicates'>,
    place: Place,
  ): ReadonlyMap<string, Written> {
    reportDuplicates(bound, component.name, this.#binder)
    const given = new Map<string, Written>()
    for (const [name, source] of bound.byName) {
      if (source.kind === 'expression')
        given.set(name, { value: source.expression, replaced: below(place.replaced, name) })
    }
    for (const [path, binding] of place.replaced) {
      const [name = '', ...inner] = path.split('.')
      const schema = component.parameters[name]
      const isOfComponent = inner.length === 0 || schema?.form === 'component'
      if (schema === undefined || !isOfComponent) {
        const last = binding.path.at(-1)
        const known = schema === undefined ? Object.keys(component.parameters) : []
        const argument = schema === undefined ? name : inner.join('.')
        const { text } = signatureOf(component)
        const facts = {
          callee: schema === undefined ? component.name : name,
          argument,
          signature: text,
          takes: known.length,
        }
        const all = { ...facts, ...nearest(argument, known) }
        report(this.context, typesDiagnostics.unexpectedArgument, last?.span ?? binding.span, all)
      } else if (inner.length === 0) given.set(name, { value: binding.value, replaced: below(place.replaced, name) })
    }
    return given
  }

  /** A default; `isOrigin` is false where it only stands in for a value whose mistake is reported. */
  #default(
    component: Component,
    schema: ParameterSchema,
    value: JsonValue,
    place: Place,
    isOrigin: boolean,
  ): SettingValue {
    const nested = schema.kind === undefined ? undefined : defaultComponent(schema.kind, value)
    if (nested !== undefined && isOrigin) {
      this.#recordDefault(place, nested.component.name, component)
      const inner = { ...place, pointer: `${place.pointer}/parameters` }
      const parameters = this.#parameters(nested.component, nothing, inner, undefined, nested.parameters)
      return { component: nested.component.name, parameters }
    }
    if (isOrigin) this.#recordDefault(place, showValue(schema, value), component)
    return value
  }

  #validate(component: Component, values: Readonly<Record<string, SettingValue>>, place: Place): void {
    const refused = new Set<string>()
    for (const { pointer, must, found } of violationsOf(component, values)) {
      const full = `${place.pointer}${pointer}`
      const [, name = ''] = pointer.split('/')
      const span = this.#spanOf(full)
      if (span === undefined || this.#poisoned.has(`${place.pointer}/${name}`)) continue
      refused.add(name)
      this.#poisoned.add(full)
      report(this.context, tensorsDiagnostics.attribute, span, { callee: component.name, name, must, found })
    }
    for (const name of refused) this.#poisoned.add(`${place.pointer}/${name}`)
    for (const mistake of orderMistakes(component, values)) {
      const pointer = `${place.pointer}/${mistake.parameter}`
      const span = this.#spanOf(pointer)
      if (span === undefined || this.#poisoned.has(pointer)) continue
      this.#poisoned.add(pointer)
      if (mistake.kind === 'order') report(this.context, typesDiagnostics.arithmetic, span, downwards(mistake))
      else {
        report(this.context, typesDiagnostics.wrongUnit, span, {
          what: `\`${mistake.parameter}\` of \`${component.name}\``,
          expected: 'one unit for both ends',
          found: mistake.written,
          help: 'Write it as `10% .. 25%`.',
        })
      }
    }
  }

  /** Of the value itself, or of the nearest one around it that was written. */
  #spanOf(pointer: string): Span | undefined {
    for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
      const span = this.#spans.get(at)
      if (span !== undefined) return span
    }
    return undefined
  }

  #recordValue(schema: ParameterSchema, value: SettingValue, place: Place): void {
    const span = this.#spans.get(place.pointer)
    if (span !== undefined) this.#record(place, showValue(schema, value), span)
  }

  #record({ path }: Place, value: string, span: Span): void {
    if (path !== undefined) this.context.recordOrigin({ path, value, ...this.context.originOf(span) })
  }

  #recordDefault({ path }: Place, value: string, component: Component): void {
    if (path !== undefined) {
      this.context.recordOrigin({ path, value, origin: 'default', where: `default of ${component.name}` })
    }
  }
}

const nothing = { byName: new Map(), duplicates: [] }

/** As the binder sees it. */
function signatureOf({ name, parameters, positional }: Component): Signature {
  const names = Object.entries(parameters).map(([each, schema]) => ({ name: each, required: isRequired(schema) }))
  const text = `${name}(${names.map((each) => each.name).join(', ')})`
  return { callee: name, parameters: names, positional, variadic: false, text }
}

function downwards({ parameter, low, high, mayBeEqual, instead }: OrderMistake & { kind: 'order' }): {
  readonly problem: string
  readonly help: string
} {
  const problem =
    instead !== undefined
      ? `\`low\` is ${low} and \`high\` is ${high}: the low end is not below the high end`
      : `\`${parameter}\` goes from ${low} to ${high}: the low end ${mayBeEqual ? 'is above' : 'is not below'} the high end`
  const help =
    low === high && !mayBeEqual ? 'Make the high end larger.' : `Write \`${instead ?? `${high} .. ${low}`}\`.`
  return { problem, help }
}

function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ')
}

function calleeSpan(expression: Expression): Span {
  return expression.kind === 'call' ? expression.callee.span : expression.span
}

/** The list of the evaluate section that a metric belongs to. */
function listOf(name: string): string | undefined {
  return metricNames.some((known) => known === name) ? metrics[name as MetricName].lists[0] : undefined
}

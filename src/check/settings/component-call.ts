import { type MetricName, metricNames, metrics } from '../../components/metrics.js'
import {
  type Component,
  componentsOf,
  type componentTables,
  findComponent,
  isRequired,
} from '../../components/registry.js'
import type {
  ComponentKind,
  JsonValue,
  ParameterSchema,
  ParametersOf,
  ValueOf,
  ValueSchema,
} from '../../components/schema.js'
import type { sections } from '../../components/sections.js'
import { violationsOf } from '../../components/validate.js'
import { exampleOf, fits, kindInWords, showValue } from '../../components/words.js'
import { settingsDiagnostics } from '../../diagnostics/codes/settings.js'
import type { ComponentValue, SettingValue } from '../../plan/settings.js'
import type { Span } from '../../source/span.js'
import type { Argument, Expression } from '../../syntax/ast.js'
import { readCompared } from '../evaluation/compared.js'
import type { FlatSection, FlatSetting, SettingsContext } from './context.js'
import { convert } from './convert.js'
import { nearest } from './convert-static.js'
import { defaultComponent } from './default-component.js'
import { orderMistakes } from './order.js'
import {
  below,
  type Conversion,
  describeExpression,
  isRecovered,
  merged,
  noReplacements,
  type Place,
  type Replacements,
  report,
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
  readonly name: string
  readonly nameSpan: Span
  readonly value: Expression
  readonly replaced: Replacements
  /** What `extends` or `--set` put instead is not what the call says twice. */
  readonly recovered: boolean
}

/** Where missing parameters are told; those that a misspelt name most likely meant are told there. */
interface MissingAt {
  readonly span: Span
  readonly excused: ReadonlySet<string | undefined>
}

class CallChecker {
  readonly #spans = new Map<string, Span>()
  readonly #poisoned = new Set<string>()
  readonly #conversion: Conversion

  constructor(private readonly context: SettingsContext) {
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
    const written: Written[] = []
    for (const [name, { binding, replaced }] of section.settings) {
      const nameSpan = binding.path.at(-1)?.span ?? binding.span
      written.push({ name, nameSpan, value: binding.value, replaced, recovered: binding.recovered === true })
    }
    const known = component === undefined ? [] : Object.keys(component.parameters)
    const misspelt = new Set<string | undefined>()
    for (const { name, nameSpan, recovered } of written) {
      if (known.includes(name) || recovered) continue
      misspelt.add(nearest(name, known).suggestion)
      report(this.context, settingsDiagnostics.unknownSetting, nameSpan, {
        section: sectionName,
        name,
        known,
        ...nearest(name, known),
      })
    }
    const parameters =
      component === undefined
        ? {}
        : this.#parameters(
            component,
            written,
            { parameter: sectionName, pointer: '', path: sectionName, replaced: noReplacements },
            { span: section.span, excused: new Set([...misspelt, ...section.torn.keys()]) },
          )
    return {
      value: { component: sectionName, parameters },
      spans: this.#spans,
      poisoned: this.#poisoned,
      misspelt,
      nameSpan: section.span,
    }
  }

  /** A call, or the bare name of a component that needs no parameters. */
  #call(schema: ValueSchema, written: Expression, place: Place): ComponentValue | undefined {
    const kind = schema.kind
    const expression = this.context.substitute?.(written, 'component') ?? written
    if (kind === undefined || isRecovered(expression)) return undefined
    const callee = expression.kind === 'call' ? expression.callee : expression
    const known = componentsOf(kind).flatMap(({ name }) => (fits(schema, name) ? [name] : []))
    if (isRecovered(callee)) return undefined
    if (callee.kind !== 'identifier') {
      return report(this.context, settingsDiagnostics.notAComponent, expression.span, {
        parameter: place.parameter,
        kind: kindInWords(schema),
        found: describeExpression(expression),
        known,
      })
    }
    const component = findComponent(kind, callee.name)
    if (component === undefined || !fits(schema, component.name)) {
      const list = listOf(callee.name)
      return report(this.context, settingsDiagnostics.unknownComponent, callee.span, {
        kind: kindInWords(schema),
        name: callee.name,
        known,
        ...(kind === 'metric' && list !== undefined ? { list } : nearest(callee.name, known)),
      })
    }
    const { given, isWhole, misspelt } = this.#written(component, expression.kind === 'call' ? expression.args : [])
    const recovered = expression.recovered === true || !isWhole
    this.#record(place, component.name, callee.span)
    const base = place.pointer === '' ? '' : `${place.pointer}/parameters`
    // Nothing is known of what a misspelt name was to set: its default says nothing.
    for (const name of Object.keys(component.parameters)) {
      const isMeant = misspelt.has(name) || misspelt.has(undefined)
      if (isMeant && !given.some((argument) => argument.name === name)) this.#poisoned.add(`${base}/${name}`)
    }
    const parameters = this.#parameters(
      component,
      given,
      { ...place, pointer: base },
      recovered ? undefined : { span: callee.span, excused: new Set() },
    )
    // Within another call a component is whole or not there: what reads it needs no more questions.
    const isComplete = Object.entries(component.parameters).every(([name, of]) => !isRequired(of) || name in parameters)
    return isComplete || place.pointer === '' ? { component: component.name, parameters } : undefined
  }

  /** Which argument is which parameter. */
  #written(
    component: Component,
    args: readonly Argument[],
  ): { given: Written[]; isWhole: boolean; misspelt: ReadonlySet<string | undefined> } {
    const misspelt = new Set<string | undefined>()
    const known = Object.keys(component.parameters)
    const positional = component.positional
    const written: Written[] = []
    let position = 0
    let isWhole = true
    let tooMany = false
    for (const each of args) {
      const argument = readCompared(each, known, this.context.isParameter, this.context.sink)
      const recovered = argument.recovered === true || argument.name?.recovered === true || isRecovered(argument.value)
      if (recovered) isWhole = false
      const name = argument.name?.name ?? positional[position]
      const nameSpan = argument.name?.span ?? argument.value.span
      if (argument.name === undefined) position++
      if (name === undefined) {
        if (!tooMany && !recovered) {
          report(this.context, settingsDiagnostics.tooManyPositional, nameSpan, {
            component: component.name,
            takes: positional,
          })
        }
        tooMany = true
      } else if (!known.includes(name)) {
        // A misspelt name is most likely the one that is missing: one mistake, one message.
        isWhole = false
        if (argument.name?.recovered) continue
        misspelt.add(nearest(name, known).suggestion)
        report(this.context, settingsDiagnostics.unknownParameter, nameSpan, {
          component: component.name,
          name,
          known,
          ...nearest(name, known),
        })
      } else written.push({ name, nameSpan, value: argument.value, replaced: noReplacements, recovered })
    }
    return { given: written, isWhole: isWhole && !tooMany, misspelt }
  }

  /** `missingAt` is where missing parameters are told; undefined when the text is incomplete anyway. */
  #parameters(
    component: Component,
    written: readonly Written[],
    place: Place,
    missingAt: MissingAt | undefined,
    base: Readonly<Record<string, JsonValue>> = {},
  ): Readonly<Record<string, SettingValue>> {
    const given = this.#given(component, written, place)
    const values: Record<string, SettingValue> = {}
    const missing: [string, ParameterSchema][] = []
    for (const [name, schema] of Object.entries(component.parameters)) {
      const argument = given.get(name)
      const inner: Place = {
        parameter: name,
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
      report(this.context, settingsDiagnostics.missingParameter, missingAt.span, {
        component: component.name,
        names: told.map(([name]) => name),
        example: told.map(([name, schema]) => `\`${name} = ${exampleOf(schema)}\``).join(', '),
      })
    }
    this.#validate(component, values, place)
    return values
  }

  #given(component: Component, written: readonly Written[], place: Place): ReadonlyMap<string, Written> {
    const given = new Map<string, Written>()
    for (const argument of written) {
      const before = given.get(argument.name)
      if (before === undefined)
        given.set(argument.name, {
          ...argument,
          replaced: merged(argument.replaced, below(place.replaced, argument.name)),
        })
      else if (!argument.recovered) {
        report(
          this.context,
          settingsDiagnostics.duplicateParameter,
          argument.nameSpan,
          { component: component.name, name: argument.name },
          [{ span: before.nameSpan, label: 'given here first' }],
        )
      }
    }
    const known = Object.keys(component.parameters)
    for (const [path, binding] of place.replaced) {
      const [name = ''] = path.split('.')
      const nameSpan = binding.path.at(-1)?.span ?? binding.span
      if (!known.includes(name)) {
        report(this.context, settingsDiagnostics.unknownParameter, nameSpan, {
          component: component.name,
          name,
          known,
          ...nearest(name, known),
        })
      } else if (path !== name && component.parameters[name]?.form !== 'component') {
        report(this.context, settingsDiagnostics.unknownParameter, nameSpan, {
          component: name,
          name: path.slice(name.length + 1),
          known: [],
        })
      } else if (path === name) {
        const recovered = binding.recovered === true
        given.set(name, { name, nameSpan, value: binding.value, replaced: below(place.replaced, name), recovered })
      }
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
      const parameters = this.#parameters(nested.component, [], inner, undefined, nested.parameters)
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
      report(this.context, settingsDiagnostics.outOfBounds, span, {
        parameter: name,
        must,
        found,
      })
    }
    for (const name of refused) this.#poisoned.add(`${place.pointer}/${name}`)
    for (const mistake of orderMistakes(component, values)) {
      const pointer = `${place.pointer}/${mistake.parameter}`
      const span = this.#spanOf(pointer)
      if (span === undefined || this.#poisoned.has(pointer)) continue
      this.#poisoned.add(pointer)
      if (mistake.kind === 'order') report(this.context, settingsDiagnostics.emptyRange, span, mistake)
      else {
        report(this.context, settingsDiagnostics.wrongUnit, span, {
          parameter: mistake.parameter,
          expected: 'one unit for both ends',
          found: mistake.written,
          example: '10% .. 25%',
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

function calleeSpan(expression: Expression): Span {
  return expression.kind === 'call' ? expression.callee.span : expression.span
}

/** The list of the evaluate section that a metric belongs to. */
function listOf(name: string): string | undefined {
  return metricNames.some((known) => known === name) ? metrics[name as MetricName].lists[0] : undefined
}

import { resolve } from 'node:path'
import type { Monitor } from '../../components/metrics.js'
import { type Component, type componentTables, findComponent, isRequired } from '../../components/registry.js'
import type { ComponentKind, ParametersOf, ValueOf, ValueSchema } from '../../components/schema.js'
import type { sections } from '../../components/sections.js'
import { violationsOf } from '../../components/validate.js'
import { showValue } from '../../components/words.js'
import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import { invariant } from '../../diagnostics/invariant.js'
import type { ComponentValue as SettingComponent, SettingValue } from '../../plan/settings.js'
import { own, setOwn } from '../../source/own.js'
import type { Span } from '../../source/span.js'
import type { Argument, Binding, Expression } from '../../syntax/ast.js'
import { argumentOf, bindComponent, defaultComponent } from '../evaluation/component.js'
import { settingType } from '../values/type.js'
import type { ComponentValue, Value } from '../values/value.js'
import { isPoison } from '../values/value.js'
import { type FlatSection, type FlatSetting, report, type SettingsContext } from './context.js'
import { isOutput } from './outputs.js'

interface AnyValue {
  readonly component: string
  readonly parameters: object
}
type Draft<V extends AnyValue> = V extends AnyValue
  ? { readonly component: V['component']; readonly parameters: Partial<V['parameters']> }
  : never
/** Of the kinds that are declared in tables. */
type TabledKind = keyof typeof componentTables
type ComponentOf<K extends TabledKind> = ValueOf<(typeof componentTables)[K]>
type SectionValue<N extends keyof typeof sections> = {
  readonly component: N
  readonly parameters: ParametersOf<(typeof sections)[N]>
}

/** A call of a component after its checks. */
export interface CheckedCall<V extends AnyValue = AnyValue> {
  /** With defaults; a parameter whose mistake is reported has its default, or is absent where there is none. */
  readonly value: Draft<V>
  /** Where each value was written, by JSON pointer below the parameters (`/width/0`, `/validation/parameters/fraction`); defaults have no place. */
  readonly spans: ReadonlyMap<string, Span>
  /** Pointers of values whose mistake is reported: further checks of them are silent. */
  readonly poisoned: ReadonlySet<string>
  /** Of the component's name. */
  readonly nameSpan: Span
}

/** The value when all of its parameters are there. */
export function wholeValue<V extends AnyValue>({ value }: CheckedCall<V>, kind: ComponentKind): V | undefined {
  const component = findComponent(kind, value.component)
  // Every parameter was resolved by its declaration, which is where the type comes from.
  return component !== undefined && isWhole(component, value.parameters) ? (value as unknown as V) : undefined
}

function isWhole({ parameters }: Component, values: object): boolean {
  return Object.entries(parameters).every(([name, { optional }]) => optional === true || Object.hasOwn(values, name))
}

/** The value of a setting such as `data = hdmap(...)`. Undefined when it is no component of the kind, which is reported. */
export function checkComponent<K extends TabledKind>(
  kind: K,
  { binding, replaced }: FlatSetting,
  path: string,
  context: SettingsContext,
): CheckedCall<ComponentOf<K>> | undefined {
  const type = settingType({ form: 'component', kind, type: 'object' }, path)
  const value = argumentOf(binding.value, type, context.env, replaced)
  return value.kind === 'component'
    ? (new Resolver(context).component(value, path) as CheckedCall<ComponentOf<K>>)
    : undefined
}

/** A synthesis of faults, which a block declares. */
export function checkSynthesisCall(
  { binding, replaced }: FlatSetting,
  context: SettingsContext,
): { readonly written: ComponentValue; readonly call: CheckedCall<SettingComponent> } | undefined {
  const path = 'synthesis'
  const type = settingType({ form: 'component', kind: path, type: 'object' }, path)
  const written = argumentOf(binding.value, type, context.env, replaced)
  if (written.kind !== 'component') return undefined
  // The parameters are as their schemas have them.
  return { written, call: new Resolver(context).component(written, path) as CheckedCall<SettingComponent> }
}

/** What training images go through: augmentations in their order. */
export function checkAugmentationCalls(
  { binding, replaced }: FlatSetting,
  context: SettingsContext,
): readonly { readonly written: ComponentValue; readonly call: CheckedCall<SettingComponent> }[] | undefined {
  const path = 'augmentation'
  const items = { form: 'component', kind: path, type: 'object' } as const
  const type = settingType({ form: 'list', type: 'array', items }, path)
  const value = argumentOf(binding.value, type, context.env, replaced)
  if (value.kind !== 'list') return undefined
  return value.items.flatMap((written, place) => {
    if (written.kind !== 'component') return []
    const call = new Resolver(context).component(written, `${path}.${place}`)
    return [{ written, call: call as CheckedCall<SettingComponent> }]
  })
}

/** A component that stands for itself, where nothing has a use for its value yet. */
export function checkValue(value: ComponentValue, context: SettingsContext): void {
  new Resolver(context).component(value, undefined)
}

/** The settings of a section: the parameters of a component of its name. */
export function checkSection<N extends keyof typeof sections>(
  name: N,
  { span, settings, damaged, removed }: FlatSection,
  context: SettingsContext,
): CheckedCall<SectionValue<N>> {
  const component = findComponent('section', name)
  invariant(component !== undefined, `the section ${name} is not declared`)
  const args: Argument[] = []
  const replaced = new Map<string, Binding>()
  for (const [setting, { binding, replaced: inner }] of settings) {
    const identifier = binding.path.at(-1)
    if (identifier !== undefined && (binding.recovered !== true || Object.hasOwn(component.parameters, setting)))
      args.push({ name: identifier, value: binding.value, span: binding.span })
    for (const [path, replacement] of inner) replaced.set(`${setting}.${path}`, replacement)
  }
  const value = bindComponent(component, args, context.env, { span, replaced, damaged, removed })
  return new Resolver(context).section(value, name) as CheckedCall<SectionValue<N>>
}

/** `val.auroc(score)`, of outputs that there are. */
export function checkReference(expression: Expression, name: string, context: SettingsContext): Monitor | undefined {
  const type = settingType({ form: 'monitor', type: 'object' }, name)
  const value = argumentOf(expression, type, context.env)
  // A monitor is resolved by the declaration of its metric.
  return new Resolver(context).resolve(type.schema, value, '', undefined) as Monitor | undefined
}

/** Values of the language as what a plan carries. What can be wrong only then is reported: bounds, and outputs that the model lacks. */
class Resolver {
  readonly #spans = new Map<string, Span>()
  readonly #poisoned = new Set<string>()

  constructor(private readonly context: SettingsContext) {}

  component(value: ComponentValue, path: string | undefined): CheckedCall {
    this.#record(path, value.component.name, value.nameSpan)
    return this.section(value, path)
  }

  /** @param path of the setting, for origins; undefined where none is recorded. */
  section(value: ComponentValue, path: string | undefined): CheckedCall {
    const parameters = this.#parameters(value, '', path)
    const { component, nameSpan } = value
    return { value: { component: component.name, parameters }, spans: this.#spans, poisoned: this.#poisoned, nameSpan }
  }

  #parameters(value: ComponentValue, base: string, path: string | undefined): Readonly<Record<string, SettingValue>> {
    const { component } = value
    const values: Record<string, SettingValue> = {}
    for (const [name, schema] of Object.entries(component.parameters)) {
      const pointer = `${base}/${name}`
      const inner = path === undefined ? undefined : `${path}.${name}`
      const preset = own(value.base ?? {}, name) ?? schema.default
      const written = value.parameters.get(name)
      const given =
        written ?? defaultComponent({ ...schema, ...(preset === undefined ? {} : { default: preset }) }, value.nameSpan)
      const resolved = given && this.resolve(schema, given, pointer, inner, component)
      if (resolved !== undefined) setOwn(values, name, resolved)
      else if (preset !== undefined) setOwn(values, name, preset)
      if (given !== undefined && resolved === undefined) this.#poisoned.add(pointer)
      else if (resolved === undefined && preset !== undefined)
        this.#recordDefault(inner, showValue(schema, preset), component)
      else if (resolved !== undefined && schema.form !== 'component' && given !== undefined)
        this.#record(inner, showValue(schema, resolved), given.span)
    }
    this.#validate(component, values, base)
    return values
  }

  /** Undefined where a mistake is reported. @param owner what it is a parameter of. */
  resolve(
    schema: ValueSchema,
    value: Value,
    pointer: string,
    path: string | undefined,
    owner?: Component,
  ): SettingValue | undefined {
    const isWritten = !isPoison(value) && (value.kind !== 'component' || value.isDefault !== true)
    if (isWritten) this.#spans.set(pointer, value.span)
    switch (value.kind) {
      case 'component':
        return this.#nested(value, pointer, schema.form === 'monitor' ? undefined : path, owner)
      case 'list':
        return this.#items(schema, value.items, pointer)
      case 'range':
        return this.#items(schema, [value.low, value.high], pointer)
      case 'size':
        return [value.height, value.width]
      case 'number':
        if (schema.form === 'quantity') return { [value.unit ?? '']: value.value }
        return schema.form === 'fraction' && value.unit === 'percent' ? value.value / 100 : value.value
      case 'word':
        return schema.form !== 'output' || isOutput(value, this.context) ? value.name : undefined
      case 'string': {
        const { session } = this.context.env
        const from = session.modules.get(value.span.file)?.directory ?? session.workingDirectory
        return schema.form === 'path' && value.value !== '' ? resolve(from, value.value) : value.value
      }
      case 'boolean':
      case 'enum':
        return value.value
      default:
        invariant(isPoison(value), `a ${value.kind} is no value of a setting`)
        return undefined
    }
  }

  #items(schema: ValueSchema, items: readonly Value[], pointer: string): SettingValue | undefined {
    const values = items.map(
      (item, index) => schema.items && this.resolve(schema.items, item, `${pointer}/${index}`, undefined),
    )
    return values.every((each) => each !== undefined) ? values : undefined
  }

  /** Whole, or not there: what reads it needs no more questions. */
  #nested(
    value: ComponentValue,
    pointer: string,
    path: string | undefined,
    owner?: Component,
  ): SettingValue | undefined {
    const { component, split } = value
    if (value.isDefault === true && owner !== undefined) this.#recordDefault(path, component.name, owner)
    else this.#record(path, component.name, value.nameSpan)
    const parameters = this.#parameters(value, pointer === '' ? '' : `${pointer}/parameters`, path)
    if (!Object.entries(component.parameters).every(([name, of]) => !isRequired(of) || name in parameters))
      return undefined
    return { ...(split === undefined ? {} : { split }), component: component.name, parameters }
  }

  #validate(component: Component, values: Readonly<Record<string, SettingValue>>, base: string): void {
    const refused = new Set<string>()
    for (const { pointer, must, found } of violationsOf(component, values)) {
      const [, name = ''] = pointer.split('/')
      const span = this.#spanOf(`${base}${pointer}`)
      if (span === undefined || this.#poisoned.has(`${base}/${name}`)) continue
      refused.add(name)
      this.#poisoned.add(`${base}${pointer}`)
      report(this.context, tensorsDiagnostics.attribute, span, { callee: component.name, name, must, found })
    }
    for (const name of refused) this.#poisoned.add(`${base}/${name}`)
    const [low = '', high = ''] = component.ascending ?? []
    const [bottom, top] = [own(values, low), own(values, high)]
    const span = this.#spanOf(`${base}/${high}`)
    if (typeof bottom !== 'number' || typeof top !== 'number' || bottom < top || span === undefined) return
    if (this.#poisoned.has(`${base}/${high}`)) return
    this.#poisoned.add(`${base}/${high}`)
    report(this.context, typesDiagnostics.arithmetic, span, {
      problem: `\`${low}\` is ${bottom} and \`${high}\` is ${top}: the low end is not below the high end`,
      help:
        bottom === top
          ? 'Make the high end larger.'
          : `Write \`${component.name}(${low} = ${top}, ${high} = ${bottom})\`.`,
    })
  }

  /** Of the value itself, or of the nearest one around it that was written. */
  #spanOf(pointer: string): Span | undefined {
    for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
      const span = this.#spans.get(at)
      if (span !== undefined) return span
    }
    return undefined
  }

  #record(path: string | undefined, value: string, span: Span): void {
    if (path !== undefined) this.context.recordOrigin({ path, value, ...this.context.originOf(span) })
  }

  #recordDefault(path: string | undefined, value: string, { name }: Component): void {
    if (path !== undefined) this.context.recordOrigin({ path, value, origin: 'default', where: `default of ${name}` })
  }
}

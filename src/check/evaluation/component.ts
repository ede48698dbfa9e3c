import { metricNames, splits } from '../../components/metrics.js'
import { type Component, findComponent, isRequired } from '../../components/registry.js'
import { type BlockKind, isBlockKind, type JsonValue, type ValueSchema } from '../../components/schema.js'
import { describeForm, exampleOf, namesFor, writeOneOf } from '../../components/words.js'
import { namesDiagnostics } from '../../diagnostics/codes/names.js'
import { trainingDiagnostics } from '../../diagnostics/codes/training.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import { suggest } from '../../diagnostics/suggest.js'
import { own } from '../../source/own.js'
import type { Span } from '../../source/span.js'
import type { Argument, Binding, Expression } from '../../syntax/ast.js'
import { removedHere } from '../flattening/removal.js'
import { damageAt } from '../loading/damage.js'
import { mistakeBehind } from '../loading/forgotten.js'
import { lookUp } from '../loading/module.js'
import { conform } from '../values/conform.js'
import type { SettingType } from '../values/type.js'
import { settingType } from '../values/type.js'
import type { Cause, ComponentValue, PoisonedValue, Value } from '../values/value.js'
import { poison } from '../values/value.js'
import { bindArguments, reportDuplicates, type Signature } from './arguments.js'
import type { Env } from './env.js'
import { fail, report, whereWritten } from './env.js'
import { blockNames, blockOf, findBlock } from './syntheses.js'
import { describeExpression } from './written.js'

/** Bindings that stand for single parameters of a call (`synthesis.patches = 2`), by dotted path below it. */
export type Replacements = ReadonlyMap<string, Binding>
const nothing: Replacements = new Map()

/** Where a component is bound. */
export interface BindingPlace {
  /** Of its name: what is missing is reported there. */
  readonly span: Span
  readonly replaced?: Replacements
  /** What the arguments are laid over: a component that a param holds, or a default. */
  readonly over?: ComponentValue
  /** Parameters that may be given in what could not be read, each with the syntax error. */
  readonly damaged?: ReadonlyMap<string, Diagnostic>
  /** What a `remove` took away, with its place. */
  readonly removed?: ReadonlyMap<string, Span>
}

/** A call of a component, or its name alone. */
export function evaluateComponent(
  expression: Expression,
  { schema, what }: SettingType,
  env: Env,
  replaced = nothing,
): ComponentValue | PoisonedValue {
  const { kind = 'section' } = schema
  const callee = expression.kind === 'call' ? expression.callee : expression
  const known = isBlockKind(kind) ? blockNames(kind, env) : namesFor(schema)
  if (callee.recovered) return poison(expression.span, damageAt(env.session, callee.span))
  if (callee.kind !== 'identifier') {
    const found = describeExpression(expression)
    const facts = { what, expected: describeForm(schema), found, help: writeOneOf(known) }
    return fail(env, typesDiagnostics.typeMismatch, expression.span, facts)
  }
  const component = isBlockKind(kind) ? findBlock(kind, callee.name, env) : findComponent(kind, callee.name)
  const broken = component === undefined ? undefined : brokenBlock(component, env)
  if (broken !== undefined) return poison(expression.span, broken)
  if (component === undefined) {
    const behind = isBlockKind(kind) ? mistakeBehind(callee, 'block', env) : undefined
    if (behind !== undefined) return poison(expression.span, behind)
    if (isBlockKind(kind) && lookUp(env.module, callee.name)?.kind === 'block') {
      const help = whatItGives[kind]
      const facts = { what, expected: describeForm(schema), found: `the block \`${callee.name}\``, help }
      return fail(env, typesDiagnostics.typeMismatch, callee.span, facts)
    }
    const of = describeForm(schema).replace(/^an? /, '')
    const facts = { what: of, name: callee.name, known, suggestion: suggest(callee.name, known) }
    return fail(env, namesDiagnostics.unknownName, callee.span, facts)
  }
  const args = expression.kind === 'call' ? expression.args : []
  return { ...bindComponent(component, args, env, { span: callee.span, replaced }), span: expression.span }
}

const whatItGives: Readonly<Record<BlockKind, string>> = {
  synthesis: 'Let it give a fault: `-> fault`, an image, a mask and a severity.',
  augmentation: 'Let it give an augmented image: `-> augmented`.',
}

/** The mistake of the block that a synthesis is. */
function brokenBlock(component: Component, { session }: Env): Diagnostic | undefined {
  const block = blockOf(component)
  return block && session.blockFacts(block, session).broken
}

/** Every argument as a value of its parameter. What is wrong with one is reported, and it is poisoned. */
export function bindComponent(
  component: Component,
  args: readonly Argument[],
  env: Env,
  { span, replaced = nothing, over, damaged = new Map(), removed = new Map() }: BindingPlace,
): ComponentValue {
  const signature = signatureOf(component)
  const bound = bindArguments(signature, args, undefined, env)
  reportDuplicates(bound, component.name, env)
  const recovered = args.find((each) => each.recovered || each.name?.recovered)
  const parameters = new Map<string, Value>()
  const missing: string[] = []
  for (const [name, schema] of Object.entries(component.parameters)) {
    const type = settingType(schema, name, component.name)
    const inner = below(replaced, name)
    const source = bound.byName.get(name)
    const expression = replaced.get(name)?.value ?? (source?.kind === 'expression' ? source.expression : undefined)
    const before = over?.parameters.get(name) ?? (inner.size > 0 ? defaultComponent(schema, span) : undefined)
    const cause = causeOf(name, isRequired(schema))
    if (expression !== undefined) parameters.set(name, argumentOf(expression, type, env, inner))
    else if (before !== undefined) parameters.set(name, laidOver(before, inner, env))
    else if (cause !== undefined) parameters.set(name, poison(span, cause))
    else if (isRequired(schema) && own(over?.base ?? {}, name) === undefined) missing.push(name)
  }
  reportUnknown(component, replaced, signature, env)
  if (missing.length > 0) {
    const example = missing.map((name) => `\`${name} = ${exampleOf(own(component.parameters, name) as ValueSchema)}\``)
    const facts = { callee: component.name, missing, signature: signature.text, example: example.join(', ') }
    const related = missing.flatMap((name) => removedHere(removed.get(name)))
    const reported = report(env, typesDiagnostics.missingArgument, span, facts, related)
    for (const name of missing) parameters.set(name, poison(span, reported))
  }
  return { kind: 'component', component, nameSpan: span, span, ...over, parameters }

  /** Why nothing is known of a parameter that is not given. */
  function causeOf(name: string, mustBeGiven: boolean): Cause | undefined {
    const isMeant = bound.meant.has(name) || bound.meant.has(undefined)
    // An argument by place that none takes may be any.
    if (bound.broken !== undefined && (isMeant || bound.meant.size === 0)) return bound.broken
    const isLost = recovered !== undefined && mustBeGiven
    return damaged.get(name) ?? (isLost ? damageAt(env.session, recovered.span) : undefined)
  }
}

/** The value of an argument, with the parameters of its own that something else replaces. */
export function argumentOf(expression: Expression, type: SettingType, env: Env, replaced = nothing): Value {
  const inner: Env = { ...whereWritten(env, expression), statement: { layers: [] } }
  const isInPlace = type.schema.form === 'component' && isComponent(expression, inner)
  const value = isInPlace
    ? evaluateComponent(expression, type, inner, replaced)
    : laidOver(env.session.evaluate(expression, inner, type), replaced, inner)
  return conform(value, type, inner, type.what)
}

/** Whether a component is written out: a name of the scope, a field, an item and a choice hold one. */
export function isComponent(expression: Expression, env: Env): boolean {
  if (expression.recovered) return false
  if (expression.kind === 'identifier') return env.scope.find(expression.name) === undefined
  if (expression.kind !== 'call') return false
  return expression.callee.kind !== 'identifier' || expression.callee.name !== 'env'
}

function laidOver(value: Value, replaced: Replacements, env: Env): Value {
  if (replaced.size === 0 || value.kind !== 'component') return value
  return bindComponent(value.component, [], env, { span: value.nameSpan, replaced, over: value })
}

/** The component that a parameter has by default, none of its parameters given. */
export function defaultComponent(
  { kind, default: preset }: ValueSchema & { readonly default?: JsonValue },
  span: Span,
): ComponentValue | undefined {
  // The type of the declaration holds it to this shape.
  const value = preset as { readonly component: string; readonly parameters: ComponentValue['base'] } | undefined
  const component = kind === undefined || value === undefined ? undefined : findComponent(kind, value.component)
  if (component === undefined || value?.parameters === undefined) return undefined
  const base = value.parameters
  return { kind: 'component', component, parameters: new Map(), base, isDefault: true, nameSpan: span, span }
}

/** Replacements of what lies below a parameter. */
function below(replaced: Replacements, name: string): Replacements {
  const inner = [...replaced].filter(([path]) => path.startsWith(`${name}.`))
  return new Map(inner.map(([path, binding]) => [path.slice(name.length + 1), binding]))
}

function reportUnknown(
  { name: callee, parameters }: Component,
  replaced: Replacements,
  signature: Signature,
  env: Env,
): void {
  for (const [path, { path: names, span }] of replaced) {
    const [name = '', ...inner] = path.split('.')
    const schema = own(parameters, name)
    if (schema !== undefined && (inner.length === 0 || schema.form === 'component')) continue
    const known = schema === undefined ? Object.keys(parameters) : []
    const argument = schema === undefined ? name : inner.join('.')
    const facts = {
      callee: schema === undefined ? callee : name,
      argument,
      signature: signature.text,
      takes: known.length,
    }
    report(env, typesDiagnostics.unexpectedArgument, names.at(-1)?.span ?? span, {
      ...facts,
      suggestion: suggest(argument, known),
    })
  }
}

/** As the binder sees it. */
function signatureOf({ name, parameters, positional }: Component): Signature {
  const names = Object.entries(parameters).map(([each, schema]) => ({ name: each, required: isRequired(schema) }))
  const text = `${name}(${names.map((each) => each.name).join(', ')})`
  return { callee: name, parameters: names, positional, variadic: false, text }
}

/** `val.auroc(score)`: a metric of a split. */
export function evaluateMonitor(expression: Expression, { parameter }: SettingType, env: Env): Value {
  const { span } = expression
  const refuse = (found: string): PoisonedValue =>
    fail(env, trainingDiagnostics.notAMonitor, span, { parameter, found })
  if (expression.kind !== 'call') return refuse(describeExpression(expression))
  const { callee, args } = expression
  if (callee.kind !== 'member' || callee.object.kind !== 'identifier') return refuse(describeExpression(expression))
  const { object, member } = callee
  if (object.recovered || member.recovered) return poison(span, damageAt(env.session, callee.span))
  const split = splits.find((each) => each === object.name)
  if (split === undefined) {
    const facts = { name: object.name, suggestion: suggest(object.name, splits) }
    return fail(env, trainingDiagnostics.unknownSplit, object.span, facts)
  }
  const metric = findComponent('metric', member.name)
  if (metric === undefined) {
    const facts = { name: member.name, known: metricNames, suggestion: suggest(member.name, metricNames) }
    return fail(env, trainingDiagnostics.unknownMetric, member.span, facts)
  }
  if (args.length === 0 && !expression.recovered) return refuse('a metric without an output')
  return { ...bindComponent(metric, args, env, { span: member.span }), split, span }
}

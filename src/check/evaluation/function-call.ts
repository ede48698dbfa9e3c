import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import type { Span } from '../../source/span.js'
import type { Argument } from '../../syntax/ast.js'
import type { FunctionParameter, FunctionRule, ParameterType } from '../functions/rule.js'
import { FunctionCall, signatureText } from '../functions/rule.js'
import { abstractValue, conform, reportNoTensor } from '../values/conform.js'
import { describeValue } from '../values/describe.js'
import { isTensorType, isWhole, type Type } from '../values/type.js'
import type { Cause, Value } from '../values/value.js'
import { isPoison, poison } from '../values/value.js'
import type { ArgumentSource } from './arguments.js'
import { bindArguments, reportDuplicates } from './arguments.js'
import type { Env } from './env.js'
import { fail, failUse, pathBelow, report } from './env.js'
import { dottedName } from './written.js'

export function callFunction(
  rule: FunctionRule,
  args: readonly Argument[],
  piped: Value | undefined,
  span: Span,
  env: Env,
  expected?: Type,
): Value {
  const { kind } = env.graph
  if (rule.where !== 'both' && kind !== 'open' && rule.where !== kind) {
    for (const argument of args) if (argument.value.kind !== 'identifier') env.session.evaluate(argument.value, env)
    return fail(env, tensorsDiagnostics.functionElsewhere, span, { name: rule.name, where: rule.where })
  }
  const signature = {
    callee: rule.name,
    parameters: rule.parameters.map(({ name, default: preset }) => ({ name, required: preset === undefined })),
    variadic: rule.variadic === true,
    text: signatureText(rule),
  }
  const bound = bindArguments(signature, args, piped, env)
  const values = new Map<string, Value>()
  let broken: Cause | undefined = bound.broken
  // Arguments in the wrong order or number are one mistake: the types of the other operands follow from it.
  let confused = bound.broken !== undefined
  for (const parameter of rule.parameters) {
    const source = bound.byName.get(parameter.name)
    const given = source && givenValue(source, parameter.type, env, expected)
    const value =
      given === undefined
        ? presetValue(parameter, span)
        : confused && (isOperandType(parameter.type) || (source?.isByPlace && given.kind === 'tensor'))
          ? given
          : argumentValue(given, parameter.type, env, `\`${parameter.name}\` of \`${rule.name}\``)
    if (given && value && isPoison(value) && !isPoison(given) && isOperandType(parameter.type)) confused = true
    if (value === undefined) continue
    if (isPoison(value)) broken ??= value.cause
    values.set(parameter.name, value)
  }
  broken ??= reportDuplicates(bound, rule.name, env)
  const rest = rule.variadic ? variadicValues(rule, bound.rest, env) : []
  if (bound.missing.length > 0 && !bound.broken && !hasDotForComma(args, values)) {
    const facts = { callee: rule.name, missing: bound.missing, signature: signature.text }
    broken ??= report(env, typesDiagnostics.missingArgument, span, facts)
  }
  if (rule.variadic && rest.length < 2 && !rest.some(isPoison) && !bound.broken) {
    const missing = rest.length === 0 ? ['a', 'b'] : ['b']
    broken ??= report(env, typesDiagnostics.missingArgument, span, {
      callee: rule.name,
      missing,
      signature: signature.text,
    })
  }
  broken ??= rest.find(isPoison)?.cause
  if (broken !== undefined) return poison(span, broken)
  const tensors = rest.some((value) => value.kind !== 'number') ? rest.map((value) => asOperand(value, env)) : rest
  const folded = foldNumbers(rule.name, rest, span)
  if (folded !== undefined) return folded
  const operands = tensors.map((value) => asOperand(value, env))
  const apply = (inner: Env): Value => rule.apply(new FunctionCall(rule, inner, span, values, operands, expected))
  return rule.parametric ? withNamedWeights(rule.name, span, env, apply) : apply(env)
}

/** `smooth_l1(severity. fault_severity)`: what is missing stands behind the dot, and that is reported. */
function hasDotForComma(args: readonly Argument[], values: ReadonlyMap<string, Value>): boolean {
  return args.some(({ value }) => value.kind === 'member') && [...values.values()].some(isPoison)
}

/**
 * Evaluates a call that makes weights. They are named by the statement's binding (`conv1.kernel`), and below it by the operator
 * (`conv1.conv2d.kernel`) where the statement has several such calls: one that comes later names the first anew. Calls of
 * the same operator are not numbered, because a line in between would name all that follow anew.
 */
export function withNamedWeights(name: string, span: Span, env: Env, evaluate: (env: Env) => Value): Value {
  const { graph, path } = env
  const { layers } = env.statement
  const same = layers.find((layer) => layer.name === name)
  if (same !== undefined) {
    const related = [{ span: same.span, label: `\`${name}\` is called here too` }]
    return fail(env, tensorsDiagnostics.namesNeeded, span, { name }, related)
  }
  const [first] = layers
  // What is only checked makes both arms of a choice, and so the same names twice.
  const taken = first !== undefined && layers.length === 1 && !env.abstract ? graph.nest(path, first) : undefined
  if (first !== undefined && taken !== undefined)
    return fail(env, tensorsDiagnostics.namesNeeded, first.span, { name: first.name, taken })
  const own = first === undefined ? path : pathBelow(path, name)
  // `return g(x)` puts the weights of g beside the block's own.
  if (!env.abstract && graph.owners.has(own))
    return fail(env, tensorsDiagnostics.namesNeeded, span, { name, taken: own })
  const from = graph.nodes.length
  const value = evaluate(own === path ? env : { ...env, path: own })
  layers.push({ name, span, from, to: graph.nodes.length })
  return value
}

function presetValue(parameter: FunctionParameter, span: Span): Value | undefined {
  const { default: preset, type } = parameter
  if (preset === undefined || preset === 'none') return undefined
  if (typeof preset === 'number') return { kind: 'number', value: preset, isInteger: isWhole(type), span }
  if (typeof preset === 'boolean') return { kind: 'boolean', value: preset, span }
  return type.kind === 'enum' ? { kind: 'enum', declaration: type.declaration, value: preset, span } : undefined
}

function givenValue(source: ArgumentSource, type: ParameterType, env: Env, expected: Type | undefined): Value {
  switch (type.kind) {
    case 'tensor':
      return sourceValue(source, env)
    case 'any':
      return sourceValue(source, env, expected)
    case 'part': {
      const name = source.kind === 'expression' ? dottedName(source.expression) : undefined
      return name === undefined ? sourceValue(source, env) : { kind: 'word', name, span: source.span }
    }
    default:
      return sourceValue(source, env, type)
  }
}

export function sourceValue(source: ArgumentSource, env: Env, expected?: Type): Value {
  return source.kind === 'value' ? source.value : env.session.evaluate(source.expression, env, expected)
}

/** A block without its operands is most likely a call that lacks them. */
function lacksOperands(value: Value): string | undefined {
  return value.kind === 'block' ? `Give \`${value.block.name}\` its operands.` : undefined
}

function isOperandType(type: ParameterType): boolean {
  return type.kind === 'tensor' || (type.kind !== 'any' && type.kind !== 'part' && isTensorType(type))
}

function argumentValue(value: Value, type: ParameterType, env: Env, what: string): Value {
  if (type.kind === 'any' || isPoison(value)) return value
  if (type.kind === 'part') {
    const facts = { what, expected: 'a part of the model, by its name', found: describeValue(value) }
    return value.kind === 'word' ? value : failUse(env, typesDiagnostics.typeMismatch, value, facts)
  }
  if (type.kind !== 'tensor') return conform(value, type, env, what)
  if (isOperand(value)) return asOperand(value, env)
  return poison(value.span, reportNoTensor(value, anyOperand, env, what, lacksOperands(value)))
}

const anyOperand = 'a map, vector, value or scalar'

function isOperand(value: Value): boolean {
  if (value.kind === 'tensor') return true
  if (value.kind === 'number') return value.unit === undefined
  return value.kind === 'unknown' && (value.type?.kind === 'int' || value.type?.kind === 'float')
}

function asOperand(value: Value, env: Env): Value {
  if (value.kind === 'number') return env.graph.constant(value.value, { ...env, span: value.span })
  if (value.kind !== 'unknown') return value
  return env.graph.constant(undefined, { ...env, span: value.span })
}

/** A single list stands for its items: `concat(seg.features)`. */
function variadicValues(rule: FunctionRule, sources: readonly ArgumentSource[], env: Env): readonly Value[] {
  const values = sources.map((source) => sourceValue(source, env))
  const [only] = values
  if (values.length === 1 && only?.kind === 'unknown' && only.type?.kind === 'list') {
    const item = abstractValue(only.type.item, env, 'item', only.span)
    return [item, item]
  }
  const items = values.length === 1 && only?.kind === 'list' ? only.items : values
  return items.map((value) => {
    if (isPoison(value) || isOperand(value)) return value
    const what = `an operand of \`${rule.name}\``
    return poison(value.span, reportNoTensor(value, anyOperand, env, what, lacksOperands(value)))
  })
}

/** `maximum(a, b)` of numbers is a number, known before training. */
function foldNumbers(name: string, values: readonly Value[], span: Span): Value | undefined {
  if (name !== 'maximum' && name !== 'minimum') return undefined
  let best: Value | undefined
  for (const value of values) {
    if (value.kind !== 'number') return undefined
    if (best?.kind !== 'number' || (name === 'maximum' ? value.value > best.value : value.value < best.value))
      best = value
  }
  return best && ({ ...best, span, used: span } as Value)
}

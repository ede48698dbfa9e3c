import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import type { Span } from '../../source/span.js'
import type { Env } from '../evaluation/env.js'
import { failUse, reportUse } from '../evaluation/env.js'
import { textOf } from '../evaluation/session.js'
import { conformSetting } from './conform-setting.js'
import { describeValue } from './describe.js'
import type { StaticValue } from './static-value.js'
import type { Type } from './type.js'
import { describeType, isStaticType, isTensorType, isWhole, sameType } from './type.js'
import { resolveType } from './types.js'
import type { BlockValue, PoisonedValue, Tensor, Value } from './value.js'
import { isPoison, placeOfUse, poison, seenAt } from './value.js'

/** A value of a type of which nothing else is known: what a block is checked with when it is checked on its own. */
export function abstractValue(type: Type, env: Env, name: string, span: Span): Value {
  switch (type.kind) {
    case 'map':
      return input(env, 'pixel', 3, name, span, type.meaning)
    case 'vector':
      return input(env, 'image', 1, name, span)
    case 'value':
      return input(env, 'image', 0, name, span)
    case 'scalar':
      return input(env, 'batch', 0, name, span)
    case 'record':
      return {
        kind: 'record',
        span,
        fields: new Map(
          [...type.fields].map(([field, of]) => [field, abstractValue(of, env, `${name}.${field}`, span)]),
        ),
      }
    case 'unknown':
      return poison(span, type.cause)
    default:
      return { kind: 'unknown', type, span }
  }
}

/** A value of which no more is known than what kind it is: the result of a block that declares none. */
export function abstractLike(value: Value, env: Env, name: string, span: Span): Value {
  switch (value.kind) {
    case 'tensor':
      return input(env, value.per, value.shape.length, name, span, value.meaning)
    case 'record': {
      const fields = [...value.fields].map(
        ([field, of]) => [field, abstractLike(of, env, `${name}.${field}`, span)] as const,
      )
      return { kind: 'record', fields: new Map(fields), span }
    }
    case 'list':
      return { ...value, items: value.items.map((item, place) => abstractLike(item, env, `${name}.${place}`, span)) }
    default:
      return seenAt(value, span)
  }
}

function input(
  env: Env,
  per: Tensor['per'],
  rank: number,
  name: string,
  span: Span,
  meaning: Tensor['meaning'] = 'plain',
): Tensor {
  const shape = Array.from({ length: rank }, () => undefined)
  const range = meaning === 'probabilities' ? ([0, 1] as const) : undefined
  const request = {
    op: 'input',
    operands: [],
    attributes: { name },
    type: { per, shape },
    meaning,
    range,
  } as const
  const made = env.graph.add(request, { ...env, path: name, span })
  // It may be made of weights: only the pipeline knows.
  return { ...made, learned: true, made: { name, span } }
}

/** As which other types a value of a type passes. */
const widerKinds: { readonly [Kind in Type['kind']]?: readonly Type['kind'][] } = {
  int: ['float', 'sides'],
  size: ['sides'],
  shares: ['range'],
}

/**
 * The value as a value of the type: integers become floats, numbers scalars, maps logits.
 * `what` names the place for the message: `` `channels` of `conv2d` ``.
 */
export function conform(value: Value, type: Type, env: Env, what: string): Value {
  if (type.kind === 'unknown' || isPoison(value)) return value
  if (value.kind === 'unknown') {
    if (sameType(value.type, type) || widerKinds[value.type.kind]?.includes(type.kind)) return value
    return mismatch(value, type, env, what)
  }
  switch (type.kind) {
    case 'map':
      return value.kind === 'tensor' && value.per === 'pixel'
        ? withMeaning(value, type, env, what)
        : mismatch(value, type, env, what)
    case 'vector':
      return isTensor(value, 'image', 1) ? value : mismatch(value, type, env, what)
    case 'value':
      if (isTensor(value, 'image', 0)) return value
      return mismatch(
        value,
        type,
        env,
        what,
        isTensor(value, 'image', 1) ? 'Make one number of it by `|> squeeze`.' : undefined,
      )
    case 'scalar':
      if (value.kind === 'number' && value.unit === undefined)
        return env.graph.constant(value.value, { ...env, span: value.span })
      return isTensor(value, 'batch', 0) ? value : mismatch(value, type, env, what)
    case 'int':
    case 'float':
    case 'length':
    case 'share':
    case 'epochs':
      return conformNumber(value, type, env, what)
    case 'bool':
      return value.kind === 'boolean' ? value : mismatch(value, type, env, what)
    case 'string':
    case 'size':
      return value.kind === type.kind ? value : mismatch(value, type, env, what)
    case 'sides':
      return value.kind === 'size' ? value : conformNumber(value, type, env, what)
    case 'path':
      return value.kind === 'string' ? value : mismatch(value, type, env, what)
    case 'range':
    case 'lengths':
    case 'shares':
      return value.kind === 'range' ? conformRange(value, type, env, what) : mismatch(value, type, env, what)
    case 'setting':
      return conformSetting(value, type, env, what)
    case 'enum':
      return value.kind === 'enum' && value.declaration === type.declaration ? value : mismatch(value, type, env, what)
    case 'list':
      if (value.kind !== 'list') return mismatch(value, type, env, what)
      return {
        ...value,
        items: value.items.map((item, index) => conform(item, type.item, env, `item ${index} of ${what}`)),
      }
    case 'record': {
      if (value.kind !== 'record') return mismatch(value, type, env, what)
      const fields = new Map(value.fields)
      for (const [name, field] of type.fields) {
        const found = value.fields.get(name)
        if (found === undefined) return mismatch(value, type, env, what, `Add the field \`${name}\`.`)
        fields.set(name, conform(found, field, env, `the field \`${name}\` of ${what}`))
      }
      return { ...value, fields }
    }
    case 'block':
      return value.kind === 'block' ? conformBlock(value, type, env, what) : mismatch(value, type, env, what)
  }
}

function isTensor(value: Value, per: Tensor['per'], rank: number): value is Tensor {
  return value.kind === 'tensor' && value.per === per && value.shape.length === rank
}

/** What is in a record or list; itself for any other value. */
export function contentOf(value: Value): unknown {
  return value.kind === 'record' ? value.fields : value.kind === 'list' ? value.items : value
}

/** A record or list where a tensor is due. Its maker is most likely mistaken, so it is reported once; the fix takes a tensor out of it. */
export function reportNoTensor(value: Value, expected: string, env: Env, what: string, help?: string): Diagnostic {
  const content = contentOf(value)
  const known = env.graph.misused.get(content)
  if (known !== undefined) return known
  const facts = { what, expected, found: describeValue(value) }
  const fix = help ?? takenOut(value, env)
  const all = fix === undefined ? facts : { ...facts, help: fix }
  const reported = reportUse(env, typesDiagnostics.typeMismatch, value, all)
  env.graph.misused.set(content, reported)
  return reported
}

function takenOut(value: Value, env: Env): string | undefined {
  const text = textOf(env.session, placeOfUse(value))
  if (!/^[\w.]+$/.test(text)) return undefined
  if (value.kind === 'list') return `Take one of it: \`${text}[0]\`.`
  if (value.kind !== 'record') return undefined
  const field = [...value.fields].find(([, of]) => of.kind === 'tensor')
  return field && `Write \`${text}.${field[0]}\`.`
}

export function mismatch(value: Value, type: Type, env: Env, what: string, help?: string): PoisonedValue {
  const tensorDue = isTensorType(type) && type.kind !== 'record' && type.kind !== 'list'
  if (tensorDue && (value.kind === 'record' || value.kind === 'list')) {
    return poison(value.span, reportNoTensor(value, describeType(type), env, what, help))
  }
  const found = describeValue(value)
  if (isStaticType(type) && value.kind === 'tensor')
    return failUse(env, typesDiagnostics.notStatic, value, { what, found })
  const facts = { what, expected: describeType(type), found, ...(help === undefined ? {} : { help }) }
  return failUse(env, typesDiagnostics.typeMismatch, value, facts)
}

/** Shares may stand where numbers are due: they are numbers from 0 to 1. */
function conformRange(value: Extract<StaticValue, { kind: 'range' }>, type: Type, env: Env, what: string): Value {
  for (const end of [value.low, value.high]) {
    const unit = end.kind === 'number' ? end.unit : undefined
    const isZero = end.kind === 'number' && end.value === 0
    const fits =
      type.kind === 'lengths'
        ? unit === 'px' || unit === 'percent'
        : unit === 'percent' || (unit === undefined && (type.kind === 'range' || isZero))
    if (fits) continue
    const expected = describeType(type)
    return failUse(env, typesDiagnostics.wrongUnit, value, { what, expected, found: describeValue(end) })
  }
  return value
}

function conformNumber(value: Value, type: Type, env: Env, what: string): Value {
  if (value.kind !== 'number') return mismatch(value, type, env, what)
  const fits =
    type.kind === 'length'
      ? value.unit === 'px' || value.unit === 'percent'
      : type.kind === 'share'
        ? value.unit === 'percent'
        : type.kind === 'epochs'
          ? value.unit === 'epoch' && value.isInteger
          : value.unit === undefined
  if (!fits) {
    const expected = type.kind === 'float' || isWhole(type) ? 'a number without a unit' : describeType(type)
    return failUse(env, typesDiagnostics.wrongUnit, value, { what, expected, found: describeValue(value) })
  }
  if (isWhole(type) && !value.isInteger) return mismatch(value, type, env, what)
  return type.kind === 'float' ? { ...value, isInteger: false } : value
}

function withMeaning(value: Tensor, type: Extract<Type, { kind: 'map' }>, env: Env, what: string): Value {
  if (type.meaning === 'plain' || value.meaning === type.meaning) return value
  if (value.meaning === 'plain') {
    return type.meaning === 'probabilities' ? { ...value, meaning: 'probabilities' } : { ...value, meaning: 'logits' }
  }
  return failUse(env, tensorsDiagnostics.wrongMeaning, value, {
    callee: what.replaceAll('`', ''),
    expected: type.meaning,
    found: value.meaning.replace('_', ' '),
    help: type.meaning === 'logits' ? 'Give what comes before the softmax.' : 'Put a `softmax` before it.',
  })
}

/** Operands agree by place and type; every other parameter of the block is bound or has a default. */
function conformBlock(value: BlockValue, type: Extract<Type, { kind: 'block' }>, env: Env, what: string): Value {
  const inner = { ...env, module: value.block.module }
  const unbound = value.block.declaration.parameters.filter((parameter) => !value.bound.has(parameter.name.name))
  // A type that is not known is reported where it stands.
  if (unbound.some((parameter) => resolveType(parameter.type, inner).kind === 'unknown')) return value
  const operands = unbound.filter((parameter) => isTensorType(resolveType(parameter.type, inner)))
  const others = unbound.filter((parameter) => !operands.includes(parameter) && parameter.value === undefined)
  const agrees =
    operands.length === type.operands.length &&
    operands.every((operand, index) => {
      const wanted = type.operands[index]
      return wanted !== undefined && sameType(resolveType(operand.type, inner), wanted.type)
    })
  const result = value.block.declaration.result
  const resultAgrees = result === undefined || sameType(resolveType(result, inner), type.result)
  const first = others[0]
  if (first !== undefined && agrees && resultAgrees) {
    const missing = first.name.name
    return failUse(env, typesDiagnostics.missingArgument, value, {
      callee: value.block.name,
      missing: others.map((parameter) => parameter.name.name),
      signature: `${value.block.name}(${missing} = ...)`,
    })
  }
  if (agrees && resultAgrees) return value
  if (agrees && result !== undefined) {
    const help = `\`${value.block.name}\` gives ${describeType(resolveType(result, inner))}: let it give ${describeType(type.result)}.`
    return mismatch(value, type, env, what, help)
  }
  const signature = `(${operands.map((operand) => operand.name.name).join(', ')})`
  return mismatch(
    value,
    type,
    env,
    what,
    `\`${value.block.name}\` takes ${signature}: give its operands the types of the block type, in its order.`,
  )
}

import { namesDiagnostics } from '../../diagnostics/codes/names.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import { suggest } from '../../diagnostics/suggest.js'
import type { IndexExpression, MemberExpression } from '../../syntax/ast.js'
import { channel } from '../functions/channels.js'
import { damageAt } from '../loading/damage.js'
import { pixelClass } from '../values/builtin-enums.js'
import { abstractValue } from '../values/conform.js'
import { describeValue } from '../values/describe.js'
import type { Value } from '../values/value.js'
import { isPoison, poison, seenAt } from '../values/value.js'
import type { Env } from './env.js'
import { fail, failUse, reportUse } from './env.js'
import { textOf } from './session.js'

export function evaluateMember(expression: MemberExpression, env: Env): Value {
  return memberOf(env.session.evaluate(expression.object, env), expression, env)
}

export function memberOf(object: Value, expression: MemberExpression, env: Env): Value {
  const { member, span } = expression
  if (isPoison(object)) return poison(span, object)
  if (member.recovered) return poison(span, damageAt(env.session, member.span))
  const field = object.kind === 'record' ? object.fields.get(member.name) : undefined
  if (field !== undefined) return seenAt(byField(field, expression, env), span)
  const fields = object.kind === 'record' ? [...object.fields.keys()] : []
  const of = `\`${textOf(env.session, expression.object.span)}\``
  const isName = object.kind !== 'record' && env.scope.find(member.name) !== undefined
  if (isName) {
    const of = `${textOf(env.session, expression.object.span)}`
    const help = `Write a comma for the dot: \`${of}, ${member.name}\`.`
    return fail(env, namesDiagnostics.unknownField, member.span, {
      name: member.name,
      of: `\`${of}\` (${describeValue(object)})`,
      fields,
      help,
    })
  }
  return fail(env, namesDiagnostics.unknownField, member.span, {
    name: member.name,
    of: object.kind === 'record' ? of : `${of} (${describeValue(object)})`,
    fields,
    suggestion: suggest(member.name, fields),
  })
}

/** A field of a record that is bound goes by the names that its user knows, not by the binding of the block that made it. */
function byField(field: Value, { object, span }: MemberExpression, env: Env): Value {
  const slot = object.kind === 'identifier' && !env.module.library ? env.scope.find(object.name) : undefined
  if (slot === undefined || field.kind !== 'tensor') return field
  return { ...field, made: { name: textOf(env.session, span), span: slot.span } }
}

export function evaluateIndex(expression: IndexExpression, env: Env): Value {
  return indexOf(env.session.evaluate(expression.object, env), expression, env)
}

/** `features[4]`, `x[anomaly]`, `x[2]`: an item of a list, a channel of a tensor. */
export function indexOf(object: Value, expression: IndexExpression, env: Env): Value {
  const { span } = expression
  const isOfTensor = object.kind === 'tensor' || isPoison(object)
  const index = env.session.evaluate(
    expression.index,
    env,
    isOfTensor ? { kind: 'enum', declaration: pixelClass } : undefined,
  )
  if (isPoison(object)) return poison(span, object)
  if (isPoison(index)) return poison(span, index)
  if (object.kind === 'tensor' && index.kind === 'enum') {
    const place = pixelClass.values.findIndex((value) => value.name === index.value)
    if (index.declaration === pixelClass && place >= 0) return channel(object, place, index.value, span, env)
  }
  const isUnknownInt = index.kind === 'unknown' && index.type?.kind === 'int'
  if (!isUnknownInt && (index.kind !== 'number' || !index.isInteger || index.unit !== undefined)) {
    const facts = { what: 'an index', found: describeValue(index) }
    const cause =
      index.kind === 'tensor'
        ? reportUse(env, typesDiagnostics.notStatic, index, facts)
        : reportUse(env, typesDiagnostics.typeMismatch, index, { ...facts, expected: 'an int' })
    return poison(span, cause)
  }
  if (object.kind === 'tensor') {
    if (index.kind === 'number') return channel(object, index.value, undefined, span, env, index.span)
    return channel(object, 0, undefined, span, env)
  }
  if (object.kind === 'unknown' && object.type?.kind === 'list') {
    return abstractValue(object.type.item, env, textOf(env.session, span), span)
  }
  if (object.kind !== 'list') {
    return fail(env, typesDiagnostics.typeMismatch, object.span, {
      what: 'what is indexed',
      expected: 'a list, map or vector',
      found: describeValue(object),
    })
  }
  if (index.kind !== 'number' && object.items[0] !== undefined) return object.items[0]
  const place = index.kind === 'number' ? index.value : 0
  const item = object.items[place]
  if (item !== undefined) return seenAt(item, span)
  return failUse(env, typesDiagnostics.indexOutOfRange, index, { index: place, length: object.items.length })
}

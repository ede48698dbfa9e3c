import { namesDiagnostics } from '../../diagnostics/codes/names.js'
import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { isOf } from '../../diagnostics/define.js'
import { assertNever } from '../../diagnostics/invariant.js'
import { suggest } from '../../diagnostics/suggest.js'
import type { Span } from '../../source/span.js'
import type { TypeExpression } from '../../syntax/ast.js'
import type { Env } from '../evaluation/env.js'
import { report } from '../evaluation/env.js'
import { circleKey, reportOnce } from '../evaluation/session.js'
import { damageAt } from '../loading/damage.js'
import { mistakeBehind } from '../loading/forgotten.js'
import type { Module } from '../loading/module.js'
import { lookUp, namesOfKind } from '../loading/module.js'
import { builtinEnums } from './builtin-enums.js'
import type { Type } from './type.js'
import { builtinTypes } from './type.js'

/** Resolves a type as it is written; what is unknown is reported once and poisoned. */
export function resolveType(expression: TypeExpression, env: Env, open: readonly string[] = []): Type {
  switch (expression.kind) {
    case 'named_type':
      return resolveName(expression, env, open)
    case 'list_type':
      return { kind: 'list', item: resolveType(expression.item, env, open) }
    case 'record_type': {
      const fields = new Map<string, Type>()
      for (const field of expression.fields) {
        if (fields.has(field.name.name)) duplicate(env, 'field', field.name)
        fields.set(field.name.name, resolveType(field.type, env, open))
      }
      return { kind: 'record', fields }
    }
    case 'block_type': {
      const operands = expression.operands.map(({ name, type }) => ({
        name: name.name,
        type: resolveType(type, env, open),
      }))
      return { kind: 'block', operands, result: resolveType(expression.result, env, open) }
    }
    default:
      return assertNever(expression)
  }
}

function duplicate(env: Env, what: string, identifier: { name: string; span: Env['module']['source']['span'] }): void {
  report(env, namesDiagnostics.duplicateName, identifier.span, { what, name: identifier.name, of: `another ${what}` })
}

function resolveName(
  expression: Extract<TypeExpression, { kind: 'named_type' }>,
  env: Env,
  open: readonly string[],
): Type {
  const { name } = expression.name
  if (expression.recovered || name === '') return { kind: 'unknown', cause: damageAt(env.session, expression.span) }
  const ambiguous = env.module.ambiguous.get(name)
  if (ambiguous !== undefined) return { kind: 'unknown', cause: ambiguous }
  const entity = lookUp(env.module, name)
  if (entity?.kind === 'type') {
    if (open.includes(name)) {
      const chain = [...open.slice(open.indexOf(name)), name]
      const cause = reportOnce(env.session, circleKey(chain), () =>
        report(env, namesDiagnostics.cyclicBinding, expression.name.span, { name, chain }),
      )
      return { kind: 'unknown', cause }
    }
    const known = env.session.types.get(entity.declaration)
    if (known !== undefined) return known
    const before = env.session.sink.all.length
    const found = resolveType(entity.declaration.type, { ...env, module: entity.module }, [...open, name])
    const size = sizeOf(found)
    const broken = size <= mostParts ? partsOf(found).find(isTooLarge) : undefined
    const type = broken ?? (size <= mostParts ? found : tooLarge(name, entity.declaration.name.span, env))
    // What is reported of it is reported in each check.
    if (env.session.sink.all.length === before) env.session.types.set(entity.declaration, type)
    return type
  }
  if (entity?.kind === 'enum') return { kind: 'enum', declaration: entity.declaration }
  const builtin = builtinTypes.get(name)
  if (builtin) return builtin
  const enumeration = builtinEnums.get(name)
  if (enumeration) return { kind: 'enum', declaration: enumeration }
  const behind = mistakeBehind(expression.name, 'type', env)
  if (behind !== undefined) return { kind: 'unknown', cause: behind }
  const known = typeNames(env.module)
  const facts = { what: 'type', name, known, suggestion: suggest(name, known) }
  return { kind: 'unknown', cause: report(env, namesDiagnostics.unknownName, expression.name.span, facts) }
}

/** Parts that a type may have: with types of types in types there are soon too many to compare. */
const mostParts = 1000
const sizes = new WeakMap<Type, number>()

function tooLarge(name: string, span: Span, env: Env): Type {
  const help = 'Put fewer types into each other.'
  const facts = { what: `the type \`${name}\``, limit: '1,000 parts', help }
  return { kind: 'unknown', cause: report(env, tensorsDiagnostics.expandsTooFar, span, facts) }
}

function sizeOf(type: Type): number {
  const known = sizes.get(type)
  if (known !== undefined) return known
  const size = partsOf(type).reduce((sum, part) => sum + sizeOf(part), 1)
  sizes.set(type, size)
  return size
}

function partsOf(type: Type): readonly Type[] {
  switch (type.kind) {
    case 'list':
      return [type.item]
    case 'record':
      return [...type.fields.values()]
    case 'block':
      return [...type.operands.map((operand) => operand.type), type.result]
    default:
      return []
  }
}

const isTooLarge = (type: Type): boolean =>
  type.kind === 'unknown' && isOf(tensorsDiagnostics.expandsTooFar, type.cause)

function typeNames(module: Module): readonly string[] {
  return [...namesOfKind(module, 'type'), ...namesOfKind(module, 'enum'), ...builtinTypes.keys()]
}

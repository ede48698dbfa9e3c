import { type BlockKind, isBlockKind } from '../../components/schema.js'
import { namesDiagnostics } from '../../diagnostics/codes/names.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import { suggest } from '../../diagnostics/suggest.js'
import { own } from '../../source/own.js'
import type { Span } from '../../source/span.js'
import type { Argument, CallExpression, Expression, Identifier, PipeExpression } from '../../syntax/ast.js'
import { functionsIn } from '../functions/table.js'
import { damageAt } from '../loading/damage.js'
import { mistakeBehind } from '../loading/forgotten.js'
import { lookUp, namesOfKind } from '../loading/module.js'
import { describeValue } from '../values/describe.js'
import { faultType, type Type } from '../values/type.js'
import type { BlockValue, Value } from '../values/value.js'
import { isPoison, poison } from '../values/value.js'
import { indexOf, memberOf } from './access.js'
import { callBlock, callBlockType } from './block-call.js'
import type { Env } from './env.js'
import { fail, report } from './env.js'
import { callFunction } from './function-call.js'

export function evaluateCall(expression: CallExpression, env: Env, expected?: Type): Value {
  return call(expression.callee, expression.args, undefined, expression.span, env, expected)
}

/** `x |> f(a)` is `f(x, a)`, `x |> f` is `f(x)`; `x |> f[0]` and `x |> f.mask` take from its result. */
export function evaluatePipe(expression: PipeExpression, env: Env, expected?: Type): Value {
  const input = env.session.evaluate(expression.input, env)
  return stage(expression.stage, input, expression.span, env, expected)
}

function stage(expression: Expression, input: Value, span: Span, env: Env, expected?: Type): Value {
  if (expression.recovered || expression.kind === 'missing') return poison(span, damageAt(env.session, expression.span))
  switch (expression.kind) {
    case 'identifier':
      return call(expression, [], input, expression.span, env, expected)
    case 'call':
      return call(expression.callee, expression.args, input, expression.span, env, expected)
    case 'index':
      return indexOf(stage(expression.object, input, span, env), expression, env)
    case 'member':
      return memberOf(stage(expression.object, input, span, env), expression, env)
    default: {
      const facts = {
        what: 'what follows `|>`',
        expected: 'a function or block',
        found: 'something else',
        help: 'Write `x |> f` or `x |> f(a)`.',
      }
      return fail(env, typesDiagnostics.typeMismatch, expression.span, facts)
    }
  }
}

function call(
  callee: Expression,
  args: readonly Argument[],
  piped: Value | undefined,
  span: Span,
  env: Env,
  expected?: Type,
): Value {
  const recovered = [callee, ...args].find((part) => part.recovered)
  if (recovered !== undefined) return poison(span, damageAt(env.session, recovered.span))
  if (callee.kind !== 'identifier') return callValue(env.session.evaluate(callee, env), callee, args, piped, span, env)
  const { name } = callee
  const slot = env.scope.find(name)
  const entity = lookUp(env.module, name)
  const rule = functionsIn(env).get(name)
  const isFunction = entity?.kind === 'block' || rule !== undefined
  if (slot !== undefined && (!isFunction || slot.what.includes('param'))) {
    const value = env.session.evaluate(callee, env)
    if (!isFunction || value.kind === 'block' || (value.kind === 'unknown' && value.type?.kind === 'block')) {
      return callValue(value, callee, args, piped, span, env)
    }
  }
  const ambiguous = env.module.ambiguous.get(name)
  if (ambiguous !== undefined) return argumentsOnly(callee, ambiguous, args, env)
  if (entity?.kind === 'block') {
    return callBlock({ kind: 'block', block: entity, bound: new Map(), span }, args, piped, span, env)
  }
  if (rule?.givesBlock && piped !== undefined)
    return callValue(callFunction(rule, args, undefined, span, env), callee, [], piped, span, env)
  if (rule !== undefined) return callFunction(rule, args, piped, span, env, expected)
  if (entity !== undefined) return notCallable(callee, `the ${entity.kind} \`${name}\``, env)
  return unknownFunction(callee, args, env)
}

const image = { name: 'image', type: { kind: 'map', meaning: 'plain' } } as const

/** What is a component as a setting, as a block. */
const pixelBlocks = {
  synthesis: { kind: 'block', operands: [image], result: faultType },
  augmentation: { kind: 'block', operands: [image], result: image.type },
} as const satisfies Readonly<Record<BlockKind, Type>>

function callValue(
  value: Value,
  callee: Expression,
  args: readonly Argument[],
  piped: Value | undefined,
  span: Span,
  env: Env,
): Value {
  if (value.kind === 'block') return callBlock(value as BlockValue, args, piped, span, env)
  if (value.kind === 'component' && isBlockKind(value.component.kind))
    return env.session.callPixelBlock(value, args, piped, span, env)
  const kind = value.kind === 'unknown' && value.type?.kind === 'setting' ? value.type.schema.kind : undefined
  if (isBlockKind(kind)) return callBlockType(pixelBlocks[kind], callee, args, piped, span, env)
  if (value.kind === 'unknown' && value.type?.kind === 'block')
    return callBlockType(value.type, callee, args, piped, span, env)
  if (isPoison(value)) {
    for (const argument of args) env.session.evaluate(argument.value, env)
    return poison(span, value)
  }
  return notCallable(callee, describeValue(value), env)
}

function notCallable(callee: Expression, found: string, env: Env): Value {
  const name = env.session.sources.get(callee.span.file)?.text.slice(callee.span.start, callee.span.end) ?? ''
  return fail(env, typesDiagnostics.notCallable, callee.span, { name, found })
}

function unknownFunction(callee: Identifier, args: readonly Argument[], env: Env): Value {
  const reported = mistakeBehind(callee, 'block or function', env)
  if (reported !== undefined) return argumentsOnly(callee, reported, args, env)
  const known = env.scope.isLost
    ? []
    : [...blockNames(env), ...namesOfKind(env.module, 'block'), ...functionsIn(env).keys()]
  const suggestion = meant(callee.name, args.length) ?? suggest(callee.name, known)
  const facts = { what: 'block or function', name: callee.name, known, suggestion }
  const unknown = report(env, namesDiagnostics.unknownName, callee.span, facts)
  env.scope.unknown.set(callee.name, unknown)
  return argumentsOnly(callee, unknown, args, env)
}

/** Params and parameters that hold a block. */
function blockNames(env: Env): readonly string[] {
  return env.scope.names().filter((name) => {
    const value = env.scope.find(name)?.value
    return value?.kind === 'block' || (value?.kind === 'unknown' && value.type?.kind === 'block')
  })
}

/** What other languages call otherwise, where the nearest name here is that of something else: of one map, and of several. */
const foreignNames: Readonly<Record<string, readonly [string, string]>> = {
  max: ['image_max', 'maximum'],
  amax: ['image_max', 'maximum'],
  min: ['minimum', 'minimum'],
  avg: ['image_mean', 'average'],
  sum: ['image_sum', 'image_sum'],
  cat: ['concat', 'concat'],
  topk: ['top_mean', 'top_mean'],
  bce: ['cross_entropy', 'cross_entropy'],
}

function meant(name: string, operands: number): string | undefined {
  return own(foreignNames, name.toLowerCase())?.[operands === 1 ? 0 : 1]
}

function argumentsOnly(callee: Identifier, cause: Diagnostic, args: readonly Argument[], env: Env): Value {
  // Words among the arguments belong to a signature that nobody knows.
  for (const argument of args) if (argument.value.kind !== 'identifier') env.session.evaluate(argument.value, env)
  return poison(callee.span, cause)
}

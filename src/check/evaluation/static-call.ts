import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import type { Span } from '../../source/span.js'
import type { Argument } from '../../syntax/ast.js'
import { conform } from '../values/conform.js'
import { describeValue } from '../values/describe.js'
import type { Type } from '../values/type.js'
import type { Value } from '../values/value.js'
import { isPoison, poison } from '../values/value.js'
import { bindArguments, binderOf, reportDuplicates } from './arguments.js'
import type { Env } from './env.js'
import { report, reportUse } from './env.js'
import { isLiteral, sourceOf } from './environment.js'
import { sourceValue } from './function-call.js'
import { spanKey } from './session.js'

/** `div_int(a, b)` and `env("NAME", default)`. */
export function callStatic(
  name: string,
  args: readonly Argument[],
  piped: Value | undefined,
  span: Span,
  env: Env,
  expected?: Type,
): Value {
  return name === 'env' ? readEnvironment(args, piped, span, env, expected) : divideIntegers(args, piped, span, env)
}

function divideIntegers(args: readonly Argument[], piped: Value | undefined, span: Span, env: Env): Value {
  const text = 'div_int(a, b)'
  const parameters = [
    { name: 'a', required: true },
    { name: 'b', required: true },
  ]
  const bound = bindArguments({ callee: 'div_int', parameters, variadic: false, text }, args, piped, binderOf(env))
  const [a, b] = ['a', 'b'].map((parameter) => {
    const source = bound.byName.get(parameter)
    return source === undefined
      ? undefined
      : conform(sourceValue(source, env), { kind: 'int' }, env, `\`${parameter}\` of \`div_int\``)
  })
  const broken = reportDuplicates(bound, 'div_int', binderOf(env)) ?? bound.broken
  if (broken !== undefined) return poison(span, broken)
  if (a === undefined || b === undefined) {
    return poison(
      span,
      report(env, typesDiagnostics.missingArgument, span, {
        callee: 'div_int',
        missing: bound.missing,
        signature: text,
      }),
    )
  }
  if (isPoison(a)) return poison(span, a)
  if (isPoison(b)) return poison(span, b)
  if (a.kind !== 'number' || b.kind !== 'number') return { kind: 'unknown', type: { kind: 'int' }, span }
  if (b.value === 0) {
    return poison(
      span,
      reportUse(env, typesDiagnostics.arithmetic, b, {
        problem: 'this divides by zero',
        help: 'Divide by something other than 0.',
      }),
    )
  }
  const given = a.given ?? b.given
  const value = Math.floor(a.value / b.value)
  return { kind: 'number', value, isInteger: true, span, ...(given === undefined ? {} : { given }) }
}

/** The variable's text, read as source of the kind that its default has; a number takes its default's unit, but for percent: 0.5 is no 0.5%. */
function readEnvironment(
  args: readonly Argument[],
  piped: Value | undefined,
  span: Span,
  env: Env,
  expected?: Type,
): Value {
  const text = 'env("NAME", default)'
  const parameters = [
    { name: 'name', required: true },
    { name: 'default', required: false },
  ]
  const bound = bindArguments({ callee: 'env', parameters, variadic: false, text }, args, piped, binderOf(env))
  const broken = reportDuplicates(bound, 'env', binderOf(env)) ?? bound.broken
  if (broken !== undefined) return poison(span, broken)
  const nameSource = bound.byName.get('name')
  if (nameSource === undefined) {
    return poison(
      span,
      report(env, typesDiagnostics.missingArgument, span, { callee: 'env', missing: ['name'], signature: text }),
    )
  }
  const name = conform(sourceValue(nameSource, env), { kind: 'string' }, env, '`name` of `env`')
  const presetSource = bound.byName.get('default')
  const preset = presetSource === undefined ? undefined : sourceValue(presetSource, env, expected)
  if (preset !== undefined && isPoison(preset)) return poison(span, preset)
  if (isPoison(name)) return poison(span, name)
  // In a block that is checked on its own a parameter may hold the name.
  if (name.kind !== 'string') return preset ?? { kind: 'unknown', type: { kind: 'string' }, span }
  const value = env.session.environment[name.value]
  if (value === undefined) {
    if (preset !== undefined) return preset
    return poison(
      span,
      report(env, typesDiagnostics.missingArgument, span, {
        callee: 'env',
        missing: ['default'],
        signature: `${text}, since the variable ${name.value} is not set`,
      }),
    )
  }
  env.session.environmentReads.set(spanKey(span), name.value)
  const refuse = (expected: string): Value =>
    poison(
      span,
      report(env, typesDiagnostics.typeMismatch, span, {
        what: `the environment variable ${name.value}`,
        expected,
        found: JSON.stringify(value),
        help: `Set ${name.value} to another value, or unset it.`,
      }),
    )
  const source = sourceOf(value, span)
  if (expected?.kind === 'setting') {
    const { form } = expected.schema
    // A name may hold what no word of the language can.
    if (form === 'name') return { kind: 'string', value, span }
    if (form === 'choice') return { kind: 'word', name: value, span }
    if (form === 'component' || form === 'list')
      return source === undefined ? refuse('written as in a file') : env.session.evaluate(source, env, expected)
  }
  const kind = preset?.kind ?? 'string'
  if (kind === 'string') return { kind: 'string', value, span }
  if (kind === 'number') {
    const number = Number(value)
    if (value.trim() !== '' && Number.isFinite(number)) {
      const isUnit = preset?.kind === 'number' && preset.unit !== undefined && preset.unit !== 'percent'
      const unit = isUnit ? { unit: preset.unit } : {}
      return { kind: 'number', value: number, isInteger: /^[+-]?\d+$/.test(value.trim()), span, ...unit }
    }
  }
  if (source !== undefined && isLiteral(source)) {
    const found = env.session.evaluate(source, env, expected)
    if (found.kind === kind || isPoison(found)) return found
  }
  if (preset?.kind === 'enum') {
    if (preset.declaration.values.some((word) => word.name === value)) return { ...preset, value, span }
  }
  return refuse(preset === undefined ? 'a string' : `of the kind of its default (${describeValue(preset)})`)
}

import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import type { EnumDeclaration, Expression, IfExpression, MatchExpression } from '../../syntax/ast.js'
import { damageAt } from '../loading/damage.js'
import { describeValue, staticText } from '../values/describe.js'
import type { Type } from '../values/type.js'
import { sameType } from '../values/type.js'
import type { Cause, Dim, Value } from '../values/value.js'
import { asStatic, isPoison, poison, typeOf } from '../values/value.js'
import type { Env } from './env.js'
import { failUse, report, reportUse } from './env.js'
import { GraphBuilder } from './graph.js'
import { textOf } from './session.js'

export function evaluateIf(expression: IfExpression, env: Env, expected?: Type): Value {
  const condition = env.session.evaluate(expression.condition, env, { kind: 'bool' })
  const branches = [expression.then, expression.otherwise]
  if (condition.kind === 'boolean')
    return choose(condition.value ? expression.then : expression.otherwise, branches, env, expected)
  const cause = notACondition(condition, env)
  const values = branches.map((branch) => evaluateAside(branch, env, expected))
  return cause === undefined ? join(values, expression.span) : poison(expression.span, cause)
}

function notACondition(condition: Value, env: Env): Cause | undefined {
  if (isPoison(condition)) return condition.cause
  if (condition.kind === 'unknown' && condition.type.kind === 'bool') return undefined
  const facts = { what: 'the condition', found: describeValue(condition) }
  return condition.kind === 'tensor'
    ? reportUse(env, typesDiagnostics.notStatic, condition, facts)
    : reportUse(env, typesDiagnostics.typeMismatch, condition, { ...facts, expected: 'a bool' })
}

export function evaluateMatch(expression: MatchExpression, env: Env, expected?: Type): Value {
  const { span } = expression
  const subject = env.session.evaluate(expression.subject, env)
  const subjectType = typeOf(subject)
  const declaration = subjectType?.kind === 'enum' ? subjectType.declaration : undefined
  const values = expression.arms.map((arm) => arm.value)
  if (isPoison(subject)) {
    for (const value of values) evaluateAside(value, env, expected)
    return poison(span, subject)
  }
  if (subject.kind === 'tensor' || subject.kind === 'record') {
    return failUse(env, typesDiagnostics.notStatic, subject, {
      what: 'the subject of a match',
      found: describeValue(subject),
    })
  }
  const known = asStatic(subject)
  const seen = new Set<string>()
  let rest = false
  let taken: number | undefined
  let broken: Cause | undefined
  for (const [index, arm] of expression.arms.entries()) {
    if (arm.recovered) {
      broken ??= damageAt(env.session, arm.span)
      continue
    }
    if (arm.pattern.kind === 'wildcard') {
      if (rest || covers(seen, declaration, subject)) unreachable(arm.pattern.span, env)
      rest = true
      taken ??= known === undefined ? undefined : index
      continue
    }
    const value = env.session.evaluate(arm.pattern, env, subjectType)
    const pattern = asStatic(value)
    if (pattern === undefined) {
      const facts = { what: 'the pattern', found: describeValue(value) }
      broken ??= isPoison(value) ? value.cause : reportUse(env, typesDiagnostics.notStatic, value, facts)
      continue
    }
    if (known !== undefined && pattern.kind !== known.kind) {
      const reported = report(env, typesDiagnostics.typeMismatch, arm.pattern.span, {
        what: 'the pattern',
        expected: `of the kind of ${describeValue(subject)}`,
        found: describeValue(value),
      })
      broken ??= reported
      continue
    }
    const text = staticText(pattern)
    if (rest || seen.has(text)) unreachable(arm.pattern.span, env)
    seen.add(text)
    if (known !== undefined && staticText(known) === text) taken ??= index
  }
  if (broken === undefined && !rest && !covers(seen, declaration, subject)) {
    const missing = declaration
      ? declaration.values.map((value) => value.name).filter((name) => !seen.has(name))
      : isBool(subject)
        ? ['true', 'false'].filter((name) => !seen.has(name))
        : ['_']
    broken = report(
      env,
      typesDiagnostics.matchNotExhaustive,
      { ...span, end: expression.subject.span.end },
      { missing },
    )
  }
  const branch = taken === undefined ? undefined : values[taken]
  if (branch !== undefined) return choose(branch, values, env, expected)
  if (known !== undefined && broken !== undefined) return poison(span, broken)
  return join(
    values.map((value) => evaluateAside(value, env, expected)),
    span,
  )
}

function unreachable(span: Expression['span'], env: Env): void {
  report(env, typesDiagnostics.unreachableArm, span, { pattern: textOf(env.session, span) })
}

function isBool(subject: Value): boolean {
  return subject.kind === 'boolean' || (subject.kind === 'unknown' && subject.type?.kind === 'bool')
}

function covers(seen: ReadonlySet<string>, declaration: EnumDeclaration | undefined, subject: Value): boolean {
  if (declaration) return declaration.values.every((value) => seen.has(value.name))
  return isBool(subject) && seen.has('true') && seen.has('false')
}

/** The branch that is taken; outside blocks (which are checked on their own) the others are looked at for their mistakes. */
function choose(branch: Expression, branches: readonly Expression[], env: Env, expected?: Type): Value {
  if (env.frames.length === 0 && !env.abstract) {
    for (const other of branches) if (other !== branch) evaluateAside(other, env, expected)
  }
  return env.session.evaluate(branch, env, expected)
}

/** For its mistakes and its type; it makes no part of the graph. */
function evaluateAside(expression: Expression, env: Env, expected?: Type): Value {
  if (env.abstract) return env.session.evaluate(expression, { ...env, statement: { layers: [] } }, expected)
  return env.session.evaluate(
    expression,
    { ...env, abstract: true, graph: new GraphBuilder(env.graph.kind, env.graph.canvas), statement: { layers: [] } },
    expected,
  )
}

/** What is known of a value that is one of several. */
function join(values: readonly Value[], span: Expression['span']): Value {
  const poisoned = values.find(isPoison)
  const [first, ...others] = values.filter((value) => !isPoison(value))
  if (first === undefined) return poison(span, poisoned ?? 'undecided')
  let joined: Value = first
  for (const other of others) {
    if (
      joined.kind === 'tensor' &&
      other.kind === 'tensor' &&
      joined.per === other.per &&
      joined.shape.length === other.shape.length
    ) {
      const shape: Dim[] = joined.shape.map((size, axis) => (size === other.shape[axis] ? size : undefined))
      const { range: _, made: __, ...rest } = joined
      joined = { ...rest, shape, meaning: joined.meaning === other.meaning ? joined.meaning : 'plain' }
    } else if (joined.kind === 'record' && other.kind === 'record') {
      const fields = new Map<string, Value>()
      for (const [name, field] of joined.fields) {
        const against = other.fields.get(name)
        if (against !== undefined) fields.set(name, join([field, against], span))
      }
      joined = { kind: 'record', fields, span }
    } else {
      const [a, b]: readonly (Type | undefined)[] = [typeOf(joined), typeOf(other)]
      if (a === undefined || b === undefined || !sameType(a, b)) return poison(span, 'undecided')
      joined = { kind: 'unknown', type: a, span }
    }
  }
  return joined
}

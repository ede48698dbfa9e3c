import { namesDiagnostics } from '../../diagnostics/codes/names.js'
import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import { isOf } from '../../diagnostics/define.js'
import { assertNever } from '../../diagnostics/invariant.js'
import { byParts, bySpelling, isOpposite, suggest } from '../../diagnostics/suggest.js'
import type { Expression, Identifier, ListExpression, RangeExpression, RecordExpression } from '../../syntax/ast.js'
import { removedHere } from '../flattening/removal.js'
import { functions } from '../functions/table.js'
import { damageAt } from '../loading/damage.js'
import { mistakeBehind } from '../loading/forgotten.js'
import { lookUp, namesOfKind } from '../loading/module.js'
import { describeValue } from '../values/describe.js'
import type { Type } from '../values/type.js'
import { isStaticType, itemType } from '../values/type.js'
import type { ListValue, RecordValue, Value } from '../values/value.js'
import { asStatic, isPoison, poison, seenAt } from '../values/value.js'
import { evaluateIndex, evaluateMember } from './access.js'
import { evaluateCall, evaluatePipe } from './call.js'
import { evaluateIf, evaluateMatch } from './choice.js'
import type { Env } from './env.js'
import { fail, failUse, report, reportUse } from './env.js'
import { evaluateBinary, evaluateUnary } from './operators.js'
import type { Slot } from './scope.js'
import { evaluateSetting } from './setting.js'

/** Value of an expression. `expected` gives bare words of an enum their meaning; whether the value conforms is the caller's to check. */
export function evaluate(expression: Expression, env: Env, expected?: Type): Value {
  if (expression.recovered) return poison(expression.span, damageAt(env.session, expression.span))
  const ofSetting = expected?.kind === 'setting' ? evaluateSetting(expression, env, expected) : undefined
  if (ofSetting !== undefined) return ofSetting
  switch (expression.kind) {
    case 'identifier':
      return evaluateName(expression, env, expected)
    case 'number':
      return {
        kind: 'number',
        value: expression.value,
        isInteger: expression.isInteger,
        span: expression.span,
        ...(expression.unit === undefined ? {} : { unit: expression.unit }),
      }
    case 'size':
      return { kind: 'size', height: expression.height, width: expression.width, span: expression.span }
    case 'string':
    case 'boolean':
      return { kind: expression.kind, value: expression.value, span: expression.span } as Value
    case 'list':
      return evaluateList(expression, env, expected)
    case 'record':
      return evaluateRecord(expression, env, expected)
    case 'range':
      return evaluateRange(expression, env, expected)
    case 'call':
      return evaluateCall(expression, env, expected)
    case 'pipe':
      return evaluatePipe(expression, env, expected)
    case 'member':
      return evaluateMember(expression, env)
    case 'index':
      return evaluateIndex(expression, env)
    case 'unary':
      return evaluateUnary(expression, env, expected)
    case 'binary':
      return evaluateBinary(expression, env, expected)
    case 'match':
      return evaluateMatch(expression, env, expected)
    case 'if':
      return evaluateIf(expression, env, expected)
    case 'missing':
      return poison(expression.span, damageAt(env.session, expression.span))
    default:
      return assertNever(expression)
  }
}

function evaluateName(identifier: Identifier, env: Env, expected?: Type): Value {
  const { name, span } = identifier
  const word: Value | undefined =
    expected?.kind === 'enum' && expected.declaration.values.some((value) => value.name === name)
      ? { kind: 'enum', declaration: expected.declaration, value: name, span }
      : undefined
  const slot = env.scope.find(name)
  if (slot !== undefined) {
    if (slot.what === 'label') {
      const help = `Use \`${name}\` in \`loss\`; the model sees \`image\` alone, since prediction has nothing else.`
      const facts = { name, where: 'the model', phases: 'in training only', help }
      report(env, tensorsDiagnostics.outsidePhase, span, facts)
    }
    const value = slotValue(slot, env, identifier)
    if (word && value.kind !== 'enum' && !(value.kind === 'unknown' && value.type?.kind === 'enum')) return word
    slot.used = true
    // A bare block in a binding is a call that lacks its operands: the mistake is there, and not where the name is used.
    return value.kind === 'block' && slot.what === 'binding' ? value : seenAt(value, span)
  }
  if (word) return word
  const ambiguous = env.module.ambiguous.get(name)
  if (ambiguous !== undefined) return poison(span, ambiguous)
  const entity = lookUp(env.module, name)
  if (entity?.kind === 'block') return { kind: 'block', block: entity, bound: new Map(), span }
  if (functions.has(name) || entity?.kind === 'pipeline' || entity?.kind === 'study') {
    const found = entity === undefined ? `the function \`${name}\`` : `the ${entity.kind} \`${name}\``
    return fail(env, typesDiagnostics.typeMismatch, span, {
      what: `\`${name}\` here`,
      expected: 'a value',
      found,
      ...(entity === undefined ? { help: `Call it: \`${name}(...)\`.` } : {}),
    })
  }
  return unknownName(identifier, env, expected)
}

function unknownName(identifier: Identifier, env: Env, expected?: Type): Value {
  const { name, span } = identifier
  if (expected?.kind === 'enum') {
    const known = expected.declaration.values.map((value) => value.name)
    const others = known.filter((value) => !isOpposite(name, value))
    const [only] = others
    const contrary = others.length === 1 && known.length === 2 ? only : undefined
    const suggestion = contrary ?? suggest(name, [...known, ...namesFor(expected, env)])
    const facts = { what: `value of ${expected.declaration.name.name}`, name, known }
    return fail(env, namesDiagnostics.unknownName, span, { ...facts, suggestion })
  }
  const word = name.toLowerCase()
  if (word === 'true' || word === 'false') {
    return fail(env, namesDiagnostics.unknownName, span, { what: 'name', name, suggestion: word })
  }
  const reported = mistakeBehind(identifier, 'name', env)
  if (reported !== undefined) return poison(span, reported)
  const known = env.scope.isLost ? [] : namesFor(expected, env)
  const isBlockMeant = !env.scope.isLost && (expected === undefined || !isStaticType(expected))
  const candidates = isBlockMeant ? [...known, ...namesOfKind(env.module, 'block')] : known
  const suggestion = bySpelling(name, candidates) ?? byParts(name, known)
  const all = { what: 'name', name, known, suggestion }
  const unknown = report(env, namesDiagnostics.unknownName, span, all, removedHere(env.scope.placeOfRemoval(name)))
  env.scope.unknown.set(name, unknown)
  return poison(span, unknown)
}

/** Names that could stand here: of values of the kind that is due, without those that are being defined. */
function namesFor(expected: Type | undefined, env: Env): readonly string[] {
  const names = env.scope.names().filter((name) => !env.session.running.includes(name))
  if (expected === undefined || expected.kind === 'unknown') return names
  return names.filter((name) => {
    const slot = env.scope.find(name)
    if (slot?.value === undefined) return true
    const isKnown = slot.value.kind !== 'unknown'
    if (expected.kind === 'block') return !isKnown || slot.value.kind === 'block'
    if (expected.kind === 'enum') return slot.value.kind === 'enum' && slot.value.declaration === expected.declaration
    return !isStaticType(expected) || !isKnown || asStatic(slot.value) !== undefined
  })
}

/** Evaluates what a name stands for, once; a name that needs itself is reported where it is used. */
export function slotValue(slot: Slot, env: Env, use?: Identifier): Value {
  if (slot.state === 'done' && slot.value !== undefined) return slot.value
  const { running } = env.session
  if (slot.state === 'running') {
    const chain = [...running.slice(running.indexOf(slot.name)), slot.name]
    return fail(env, namesDiagnostics.cyclicBinding, use?.span ?? slot.span, { name: slot.name, chain })
  }
  slot.state = 'running'
  running.push(slot.name)
  const value = slot.evaluate()
  running.pop()
  slot.state = 'done'
  slot.value = value
  return value
}

function evaluateList(expression: ListExpression, env: Env, expected?: Type): Value {
  const item = expected?.kind === 'list' ? expected.item : expected?.kind === 'setting' ? itemType(expected) : undefined
  const items = expression.items.map((each) => env.session.evaluate(each, env, item))
  return limited({ kind: 'list', items, span: expression.span }, env)
}

function evaluateRecord(expression: RecordExpression, env: Env, expected?: Type): Value {
  const fields = new Map<string, Value>()
  for (const { name, value } of expression.fields) {
    if (fields.has(name.name)) {
      report(env, namesDiagnostics.duplicateName, name.span, { what: 'field', name: name.name, of: 'another field' })
      continue
    }
    const type = expected?.kind === 'record' ? expected.fields.get(name.name) : undefined
    fields.set(name.name, env.session.evaluate(value, env, type))
  }
  return limited({ kind: 'record', fields, span: expression.span }, env)
}

/** Values that a list or a record may hold, in all its parts: of lists in lists there are soon more than there are atoms. */
const mostValues = 10_000
const sizes = new WeakMap<object, number>()

function limited(value: ListValue | RecordValue, env: Env): Value {
  for (const part of value.kind === 'list' ? value.items : value.fields.values())
    if (isPoison(part) && part.cause !== 'undecided' && isOf(tensorsDiagnostics.expandsTooFar, part.cause))
      return poison(value.span, part)
  if (sizeOf(value) <= mostValues) return value
  const what = env.path === '' ? 'this' : `\`${env.path}\``
  const help = 'Put fewer lists or records into each other.'
  return fail(env, tensorsDiagnostics.expandsTooFar, value.span, { what, limit: '10,000 values', help })
}

function sizeOf(value: Value): number {
  if (value.kind !== 'list' && value.kind !== 'record') return 1
  const content = value.kind === 'list' ? value.items : value.fields
  const known = sizes.get(content)
  if (known !== undefined) return known
  let size = 1
  for (const each of content.values()) size += sizeOf(each)
  sizes.set(content, size)
  return size
}

function evaluateRange(expression: RangeExpression, env: Env, expected?: Type): Value {
  const { span } = expression
  const ends = [expression.low, expression.high].map((end) => env.session.evaluate(end, env))
  const poisoned = ends.find(isPoison)
  if (poisoned !== undefined) return poison(span, poisoned)
  const [low, high] = ends.map(asStatic)
  for (const end of ends) {
    if (end.kind === 'number' || (end.kind === 'unknown' && end.type !== undefined)) continue
    const facts = { what: 'the end of a range', found: describeValue(end) }
    const cause =
      end.kind === 'tensor'
        ? reportUse(env, typesDiagnostics.notStatic, end, facts)
        : reportUse(env, typesDiagnostics.typeMismatch, end, { ...facts, expected: 'a number' })
    return poison(span, cause)
  }
  if (low?.kind !== 'number' || high?.kind !== 'number') return { kind: 'unknown', type: { kind: 'range' }, span }
  // Its parameter says what ends it takes.
  if (expected?.kind === 'setting') return { kind: 'range', low, high, span }
  if (low.unit !== high.unit && !(low.value === 0 && low.unit === undefined)) {
    const expected = low.unit === undefined ? 'a number without a unit, as its low end' : 'in the unit of its low end'
    return failUse(env, typesDiagnostics.wrongUnit, high, {
      what: 'the high end of the range',
      expected,
      found: describeValue(high),
      help: 'Give both ends the same unit.',
    })
  }
  if (low.value > high.value) {
    const help = 'Write the smaller end first.'
    return fail(env, typesDiagnostics.arithmetic, span, {
      problem: `the range goes down, from ${low.value} to ${high.value}`,
      help,
    })
  }
  return { kind: 'range', low, high, span }
}

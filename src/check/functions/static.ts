import { boundsInWords } from '../../components/words.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import { own } from '../../source/own.js'
import { fail, failUse } from '../evaluation/env.js'
import { isLiteral, sourceOf } from '../evaluation/environment.js'
import { spanKey } from '../evaluation/session.js'
import { describeValue } from '../values/describe.js'
import type { Value } from '../values/value.js'
import { isPoison } from '../values/value.js'
import { isWithin } from './bounds.js'
import { type Declared, declareFunction, int, optional, range } from './declare.js'
import type { FunctionCall } from './rule.js'

const string = (doc: string): Declared<string | undefined> => ({
  type: { kind: 'string' },
  doc,
  read: (value) => (value?.kind === 'string' ? value.value : undefined),
})

const any = (doc: string): Declared<Value | undefined> => ({
  type: { kind: 'any', shown: 'a value' },
  doc,
  read: (value) => value,
})

/** Functions on what is known while checking. */
export const staticFunctions = [
  declareFunction('div_int', {
    doc: 'The integer part of a quotient, rounded down.',
    parameters: { a: int('Dividend.', {}), b: int('Divisor, not 0.', {}) },
    result: 'int',
    example: 'div_int(7, 2)',
    where: 'both',
    apply: (_, { values, env, span }) => {
      const [a, b] = [values.get('a'), values.get('b')]
      if (a?.kind !== 'number' || b?.kind !== 'number') return { kind: 'unknown', type: { kind: 'int' }, span }
      if (b.value === 0) {
        const help = 'Divide by something other than 0.'
        return failUse(env, typesDiagnostics.arithmetic, b, { problem: 'this divides by zero', help })
      }
      const given = a.given ?? b.given
      const value = Math.floor(a.value / b.value)
      return { kind: 'number', value, isInteger: true, span, ...(given === undefined ? {} : { given }) }
    },
  }),
  declareFunction('bounded', {
    doc: 'The number itself, which is refused outside the range: for the parameters of a block.',
    parameters: { x: any('A number.'), range: range('What it may be, both ends included.') },
    result: 'as x',
    example: 'bounded(2, 1 .. 3)',
    where: 'both',
    apply: (_, call) => bounded(call),
  }),
  declareFunction('env', {
    doc: 'An environment variable, read as a value of the kind of its default.',
    parameters: {
      name: string('Name of the variable.'),
      default: optional(any('Value where it is not set; without it that is an error.')),
    },
    result: 'as the default, or a string',
    example: 'env("HIDDEN", 64)',
    where: 'both',
    apply: ({ name, default: preset }, call) => {
      // In a block that is checked on its own a parameter may hold the name.
      if (name === undefined) return preset ?? { kind: 'unknown', type: { kind: 'string' }, span: call.span }
      const text = own(call.env.session.environment, name)
      if (text !== undefined) return readVariable(name, text, preset ?? undefined, call)
      const why = `the variable ${name} is not set`
      const facts = { callee: 'env', missing: ['default'], signature: `env("${name}", default)`, why }
      return preset ?? fail(call.env, typesDiagnostics.missingArgument, call.span, facts)
    },
  }),
] as const

function bounded(call: FunctionCall<'x' | 'range'>): Value {
  const [x, range] = [call.values.get('x'), call.values.get('range')]
  if (x?.kind !== 'number') return x ?? { kind: 'unknown', type: { kind: 'float' }, span: call.span }
  if (range?.kind !== 'range' || range.low.kind !== 'number' || range.high.kind !== 'number') return x
  const bounds = { minimum: range.low.value, maximum: range.high.value }
  return isWithin(x.value, bounds) ? x : call.refuse('x', boundsInWords(bounds), String(x.value))
}

/** The variable's text, read as source of the kind that its default has; a number takes its default's unit, but for percent: 0.5 is no 0.5%. */
function readVariable(
  name: string,
  text: string,
  preset: Value | undefined,
  { env, span, expected }: FunctionCall<string>,
): Value {
  env.session.environmentReads.set(spanKey(span), name)
  const refuse = (expected: string): Value =>
    fail(env, typesDiagnostics.typeMismatch, span, {
      what: `the environment variable ${name}`,
      expected,
      found: JSON.stringify(text),
      help: `Set ${name} to another value, or unset it.`,
    })
  const source = sourceOf(text, span)
  const form = expected?.kind === 'setting' ? expected.schema.form : undefined
  // A name may hold what no word of the language can.
  if (form === 'name') return { kind: 'string', value: text, span }
  if (form === 'choice') return { kind: 'word', name: text, span }
  if (form === 'component' || form === 'list')
    return source === undefined ? refuse('written as in a file') : env.session.evaluate(source, env, expected)
  const kind = preset?.kind ?? 'string'
  if (kind === 'string') return { kind, value: text, span }
  const value = Number(text)
  if (preset?.kind === 'number' && text.trim() !== '' && Number.isFinite(value)) {
    const unit = preset.unit === undefined || preset.unit === 'percent' ? {} : { unit: preset.unit }
    return { kind: 'number', value, isInteger: /^[+-]?\d+$/.test(text.trim()), span, ...unit }
  }
  if (source !== undefined && isLiteral(source)) {
    const found = env.session.evaluate(source, env, expected)
    if (found.kind === kind || isPoison(found)) return found
  }
  if (preset?.kind === 'enum' && preset.declaration.values.some((word) => word.name === text))
    return { ...preset, value: text, span }
  return refuse(preset === undefined ? 'a string' : `of the kind of its default (${describeValue(preset)})`)
}

/** Those that only the condition of an `expect` may call. */
export const expectFunctions = [
  declareFunction('parameters', {
    doc: 'Number of weights of the model or of a part of it, in the condition of an `expect`.',
    parameters: {
      part: {
        type: { kind: 'part' },
        doc: '`model`, or a binding of the model and what is below it: `recon.encoder`.',
        read: (value) => (value?.kind === 'word' ? value : undefined),
      } satisfies Declared<Extract<Value, { kind: 'word' }> | undefined>,
    },
    result: 'int',
    example: 'parameters(model)',
    apply: ({ part }, { env, span }) => {
      const count = part && env.countParameters?.(part, span)
      return count ?? { kind: 'unknown', type: { kind: 'int' }, span }
    },
  }),
] as const

import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import { suggest } from '../../diagnostics/suggest.js'
import type { Span } from '../../source/span.js'
import type { Argument, Expression } from '../../syntax/ast.js'
import type { Value } from '../values/value.js'
import { readCompared } from './compared.js'
import type { Env } from './env.js'
import { report } from './env.js'

/** What can be called, as far as the binding of arguments sees it. */
export interface Signature {
  readonly callee: string
  readonly parameters: readonly { readonly name: string; readonly required: boolean }[]
  /** Those that may be given by place, in order; all of them where it is left out. */
  readonly positional?: readonly string[]
  /** Positional arguments beyond the parameters are collected (`concat(a, b, c)`); then none is bound by place. */
  readonly variadic: boolean
  /** For help: `conv2d(x, channels, kernel = 3)`. */
  readonly text: string
}

export type ArgumentSource = { readonly isByPlace: boolean; readonly span: Span } & (
  | { readonly kind: 'expression'; readonly expression: Expression }
  | { readonly kind: 'value'; readonly value: Value }
)

/** A parameter that is given by its place and again by its name, or twice by its name. */
export interface DuplicateArgument {
  readonly name: string
  readonly span: Span
  readonly first: ArgumentSource
}

export interface BoundArguments {
  readonly byName: ReadonlyMap<string, ArgumentSource>
  readonly rest: readonly ArgumentSource[]
  /** Required parameters without an argument: not reported here, since a block without its operands is a value. */
  readonly missing: readonly string[]
  /** Not reported here either: what stands in the parameter's place may not be meant for it. */
  readonly duplicates: readonly DuplicateArgument[]
  /** Parameters that unknown names most likely mean; undefined for a name that is near none. */
  readonly meant: ReadonlySet<string | undefined>
  /** The first mistake that was reported. */
  readonly broken: Diagnostic | undefined
}

/** Arguments to parameters, by place and name; a piped value is the first by place. */
export function bindArguments(
  signature: Signature,
  given: readonly Argument[],
  piped: Value | undefined,
  env: Env,
): BoundArguments {
  const names = signature.parameters.map(({ name }) => name)
  const { callee, text, positional: byPlace } = signature
  const takes = names.length
  const args = given.map((argument) => readCompared(argument, names, env))
  const meant = new Set<string | undefined>()
  const byName = new Map<string, ArgumentSource>()
  const rest: ArgumentSource[] = []
  const duplicates: DuplicateArgument[] = []
  let broken: Diagnostic | undefined
  let place = 0
  const positional: ArgumentSource[] =
    piped === undefined ? [] : [{ kind: 'value', value: piped, span: piped.span, isByPlace: true }]
  for (const argument of args) {
    if (argument.name === undefined) positional.push(sourceOf(argument, true))
  }
  if (signature.variadic) rest.push(...positional)
  else {
    for (const source of positional) {
      const name = (byPlace ?? names)[place++]
      if (name !== undefined) byName.set(name, source)
      else {
        const facts = { callee, signature: text, takes, ...(byPlace === undefined ? {} : { positional: byPlace }) }
        broken ??= report(env, typesDiagnostics.unexpectedArgument, source.span, facts)
      }
    }
  }
  for (const argument of args) {
    if (argument.name === undefined) continue
    const { name, span } = argument.name
    const source = sourceOf(argument, false)
    if (!names.includes(name)) {
      const suggestion = suggest(
        name,
        names.filter((each) => !byName.has(each)),
      )
      meant.add(suggestion)
      const facts = { callee, argument: name, signature: text, takes, suggestion }
      const reported = report(env, typesDiagnostics.unexpectedArgument, span, facts)
      broken ??= reported
      continue
    }
    const first = byName.get(name)
    if (first !== undefined) duplicates.push({ name, span, first })
    else byName.set(name, source)
  }
  const missing = signature.parameters.filter((parameter) => parameter.required && !byName.has(parameter.name))
  return { byName, rest, missing: missing.map((parameter) => parameter.name), duplicates, meant, broken }
}

function sourceOf({ value }: Argument, isByPlace: boolean): ArgumentSource {
  return { kind: 'expression', expression: value, span: value.span, isByPlace }
}

/** Parameters that are given twice, once the arguments are evaluated: the first report of one. */
export function reportDuplicates(
  { duplicates }: Pick<BoundArguments, 'duplicates'>,
  callee: string,
  env: Env,
): Diagnostic | undefined {
  let first: Diagnostic | undefined
  for (const { name, span, first: given } of duplicates) {
    const related = [{ span: given.span, label: 'first given here' }]
    const reported = report(env, typesDiagnostics.duplicateArgument, span, { callee, argument: name }, related)
    first ??= reported
  }
  return first
}

/**
 * A tensor by place beyond the operands of a call is one operand too many, whatever static parameter has that place. `texts`: the
 * operands as they are written.
 */
export function reportExtraOperand(
  source: ArgumentSource,
  signature: Signature,
  texts: readonly string[],
  env: Env,
): Diagnostic {
  return report(env, typesDiagnostics.unexpectedArgument, source.span, {
    callee: signature.callee,
    signature: signature.text,
    takes: texts.length - 1,
    joined: texts,
  })
}

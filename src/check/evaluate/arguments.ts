import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import { suggest } from '../../diagnostics/suggest.js'
import type { Span } from '../../source/span.js'
import type { Argument, Expression } from '../../syntax/ast.js'
import type { Env } from '../env.js'
import { report } from '../env.js'
import type { Value } from '../value.js'

/** What can be called, as far as the binding of arguments sees it. */
export interface Signature {
  readonly callee: string
  readonly parameters: readonly { readonly name: string; readonly required: boolean }[]
  /** Positional arguments beyond the parameters are collected (`concat(a, b, c)`); then none is bound by place. */
  readonly variadic: boolean
  /** For help: `conv2d(x, channels, kernel = 3)`. */
  readonly text: string
}

export type ArgumentSource =
  | { readonly kind: 'expression'; readonly expression: Expression; readonly span: Span }
  | { readonly kind: 'value'; readonly value: Value; readonly span: Span }

export interface BoundArguments {
  readonly byName: ReadonlyMap<string, ArgumentSource>
  readonly rest: readonly ArgumentSource[]
  /** Required parameters without an argument: not reported here, since a block without its operands is a value. */
  readonly missing: readonly string[]
  /** A mistake was reported. */
  readonly broken: boolean
}

/** Arguments to parameters, by place and name; a piped value is the first by place. */
export function bindArguments(
  signature: Signature,
  args: readonly Argument[],
  piped: Value | undefined,
  env: Env,
): BoundArguments {
  const byName = new Map<string, ArgumentSource>()
  const rest: ArgumentSource[] = []
  let broken = false
  let place = 0
  const positional: ArgumentSource[] = piped === undefined ? [] : [{ kind: 'value', value: piped, span: piped.span }]
  for (const argument of args) {
    if (argument.name === undefined)
      positional.push({ kind: 'expression', expression: argument.value, span: argument.value.span })
  }
  if (signature.variadic) rest.push(...positional)
  else {
    for (const source of positional) {
      const parameter = signature.parameters[place++]
      if (parameter !== undefined) byName.set(parameter.name, source)
      else if (!broken) {
        broken = true
        const takes = signature.parameters.length
        report(env, typesDiagnostics.unexpectedArgument, source.span, {
          callee: signature.callee,
          signature: signature.text,
          takes,
        })
      }
    }
  }
  for (const argument of args) {
    if (argument.name === undefined) continue
    const { name, span } = argument.name
    const source: ArgumentSource = { kind: 'expression', expression: argument.value, span: argument.value.span }
    if (!signature.parameters.some((parameter) => parameter.name === name)) {
      broken = true
      const unbound = signature.parameters.filter((parameter) => !byName.has(parameter.name))
      const suggestion = suggest(
        name,
        unbound.map((parameter) => parameter.name),
      )
      const facts = {
        callee: signature.callee,
        argument: name,
        signature: signature.text,
        takes: signature.parameters.length,
      }
      report(
        env,
        typesDiagnostics.unexpectedArgument,
        span,
        suggestion === undefined ? facts : { ...facts, suggestion },
      )
    } else if (byName.has(name)) {
      broken = true
      const first = byName.get(name)
      const related = first === undefined ? [] : [{ span: first.span, label: 'first given here' }]
      report(env, typesDiagnostics.duplicateArgument, span, { callee: signature.callee, argument: name }, related)
    } else byName.set(name, source)
  }
  const missing = signature.parameters.filter((parameter) => parameter.required && !byName.has(parameter.name))
  return { byName, rest, missing: missing.map((parameter) => parameter.name), broken }
}

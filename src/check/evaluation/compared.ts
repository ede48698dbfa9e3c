import { syntaxDiagnostics } from '../../diagnostics/codes/syntax.js'
import { diagnose } from '../../diagnostics/define.js'
import type { Argument } from '../../syntax/ast.js'
import type { Env } from './env.js'

/** `adamw(lr == 1e-4)`: a comparison with the name of a parameter is reported, and read as `lr = 1e-4`. */
export function readCompared(argument: Argument, parameters: readonly string[], { scope, session }: Env): Argument {
  const { name, value } = argument
  if (name !== undefined || value.kind !== 'binary' || value.operator !== '==' || value.left.kind !== 'identifier') {
    return argument
  }
  const { left, right, operatorSpan } = value
  if (!parameters.includes(left.name) || scope.find(left.name) !== undefined) return argument
  const facts = { expected: '`=`', found: '`==`', help: `a named argument is written \`${left.name} = ...\`` }
  session.sink.report(diagnose(syntaxDiagnostics.unexpected, operatorSpan, facts))
  return { ...argument, name: left, value: right }
}

import type { Form } from '../../components/schema.js'
import { trainingDiagnostics } from '../../diagnostics/codes/training.js'
import type { Expression } from '../../syntax/ast.js'
import type { SettingType } from '../values/type.js'
import { itemType } from '../values/type.js'
import type { Value } from '../values/value.js'
import { evaluateComponent, evaluateMonitor, isComponent } from './component.js'
import type { Env } from './env.js'
import { fail } from './env.js'
import { textOf } from './session.js'
import { describeExpression, dottedName } from './written.js'

/** A word that is no name, where a number is due, is a misspelt param: it is unknown. */
const numericForms: ReadonlySet<Form> = new Set(['number', 'fraction', 'count', 'quantity', 'size', 'range'])

/** What only settings have: components, monitors, names of outputs and bare words. Undefined for any other expression. */
export function evaluateSetting(expression: Expression, env: Env, type: SettingType): Value | undefined {
  const { form } = type.schema
  if (isIndirect(expression)) return undefined
  switch (form) {
    case 'component':
      return isComponent(expression, env) ? evaluateComponent(expression, type, env) : undefined
    case 'monitor':
      return isParam(expression, env) ? undefined : evaluateMonitor(expression, type, env)
    case 'output':
      return outputName(expression, env)
    case 'list': {
      const item = itemType(type)
      // One that lacks its brackets.
      const isAlone = item?.schema.form === 'component' && expression.kind === 'call' && isComponent(expression, env)
      return isAlone ? evaluateComponent(expression, item, env) : word(expression, form, env)
    }
    default:
      return numericForms.has(form) ? undefined : word(expression, form, env)
  }
}

/** What gives its value to what stands around it. */
function isIndirect(expression: Expression): boolean {
  return (
    expression.kind === 'if' ||
    expression.kind === 'match' ||
    (expression.kind === 'call' && expression.callee.kind === 'identifier' && expression.callee.name === 'env')
  )
}

function isParam(expression: Expression, env: Env): boolean {
  if (expression.kind === 'member' || expression.kind === 'index') return isParam(expression.object, env)
  return expression.kind === 'identifier' && env.scope.find(expression.name) !== undefined
}

/** `bilinear`, `source.test`; a name with a hyphen, and a path without its quotes, are read as one, to be refused as one. */
function word(expression: Expression, form: Form, env: Env): Value | undefined {
  const { span } = expression
  const isPath = form === 'path' && ['binary', 'member', 'unary'].includes(expression.kind)
  const isName = expression.kind === 'identifier' || expression.kind === 'member'
  if (isParam(expression, env)) return undefined
  const name = isPath ? textOf(env.session, span) : isName ? dottedName(expression) : hyphenated(expression, env)
  return name === undefined ? undefined : { kind: 'word', name, span }
}

/** `domain-A`, which reads as a difference; undefined where one of its sides is a param. */
function hyphenated(expression: Expression, env: Env): string | undefined {
  if (expression.kind !== 'binary' || expression.operator !== '-') return undefined
  const left = hyphenated(expression.left, env) ?? nameOf(expression.left, env)
  const { right } = expression
  const end = right.kind === 'number' && right.unit === undefined ? String(right.value) : nameOf(right, env)
  return left === undefined || end === undefined ? undefined : `${left}-${end}`
}

function nameOf(expression: Expression, env: Env): string | undefined {
  return expression.kind === 'identifier' && !isParam(expression, env) ? expression.name : undefined
}

/** The name of a model's output: whether there is one is known where it is measured. */
function outputName(expression: Expression, env: Env): Value {
  const { span } = expression
  const name = dottedName(expression)
  if (name !== undefined) return { kind: 'word', name, span }
  const facts = { found: describeExpression(expression) }
  return fail(env, trainingDiagnostics.outputExpected, span, facts)
}

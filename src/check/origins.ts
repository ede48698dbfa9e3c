import { basename } from 'node:path'
import type { Form } from '../components/schema.js'
import { typesDiagnostics } from '../diagnostics/codes/types.js'
import type { SettingOrigin } from '../plan/settings.js'
import type { Span } from '../source/span.js'
import type { Expression } from '../syntax/ast.js'
import type { Env } from './evaluation/env.js'
import { report, whereWritten } from './evaluation/env.js'
import { environmentCall, sourceOf } from './evaluation/environment.js'
import { requireStatic } from './evaluation/expression.js'
import type { Session } from './evaluation/session.js'
import { spanKey } from './evaluation/session.js'
import { optionFile } from './loading/overrides.js'
import type { SettingsContext } from './settings/context.js'
import { isPoison } from './values/value.js'

/** Where a setting's value was written: the option, the variable of the environment, or file, line and column. */
export function originOf(span: Span, session: Session): Pick<SettingOrigin, 'origin' | 'where'> {
  const variable = session.environmentReads.get(spanKey(span))
  if (variable !== undefined) return { origin: 'environment', where: variable }
  const source = session.sources.get(span.file)
  const position = source?.position(span.start)
  if (source === undefined || position === undefined) return { origin: 'file', where: span.file }
  if (span.file === optionFile) return { origin: 'option', where: `--set ${source.lineText(position.line)}` }
  return { origin: 'file', where: `${basename(span.file)}:${position.line}:${position.column}` }
}

/** Forms whose values are no values of expressions, so that `env(...)` cannot be evaluated for them. */
const wordForms: ReadonlySet<Form> = new Set(['choice', 'name', 'list', 'component'])

/** A component, or a list of them, that a param holds: as if it were written in its place. */
function written(expression: Expression, base: Env): Expression {
  if (!isOfParam(expression, base)) return expression
  const value = base.session.evaluate(expression, { ...whereWritten(base, expression), statement: {} })
  if (value.kind === 'component') return written(value.expression, base)
  if (isPoison(value)) return { kind: 'missing', span: expression.span, recovered: true }
  if (value.kind !== 'list' || !value.items.some((item) => item.kind === 'component')) return expression
  const items = value.items.flatMap((item) => (item.kind === 'component' ? [written(item.expression, base)] : []))
  return { kind: 'list', items, span: expression.span }
}

function isOfParam(expression: Expression, base: Env): boolean {
  switch (expression.kind) {
    case 'identifier':
      return base.scope.find(expression.name) !== undefined
    case 'member':
    case 'index':
      return isOfParam(expression.object, base)
    default:
      return false
  }
}

function substitute(given: Expression, form: Form, base: Env): Expression {
  const expression = form === 'component' || form === 'list' ? written(given, base) : given
  const call = wordForms.has(form) ? environmentCall(expression) : undefined
  if (call === undefined) return expression
  const { session } = base
  const { span } = expression
  const text = session.environment[call.name]
  if (text === undefined) return call.preset
  session.environmentReads.set(spanKey(span), call.name)
  // A name may hold what no word of the language can.
  if (form === 'choice' || form === 'name') return { kind: 'identifier', name: text, span }
  const source = sourceOf(text, span)
  if (source !== undefined) return source
  report(base, typesDiagnostics.typeMismatch, span, {
    what: `the environment variable ${call.name}`,
    expected: 'written as in a file',
    found: JSON.stringify(text),
    help: `Set ${call.name} to another value, or unset it.`,
  })
  return { kind: 'missing', span, recovered: true }
}

/** What the checks of settings see of the pipeline. The model's outputs are added when they are known. */
export function settingsContext(base: Env, origins: SettingOrigin[]): SettingsContext {
  const { session } = base
  return {
    sink: session.sink,
    evaluate: (expression) =>
      requireStatic(
        session.evaluate(expression, { ...whereWritten(base, expression), statement: {} }),
        base,
        'a setting',
      ),
    substitute: (expression, form) => substitute(expression, form, base),
    directoryOf: ({ file }) => session.modules.get(file)?.directory ?? session.workingDirectory,
    originOf: (span) => originOf(span, session),
    recordOrigin: (origin) => origins.push(origin),
    ...(session.disk === undefined ? {} : { disk: session.disk }),
    isParameter: (name) => base.scope.find(name) !== undefined,
    mistakeOf: () => undefined,
    unknownOutputs: new Map(),
    outOfReach: new Map(),
  }
}

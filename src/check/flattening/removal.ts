import type { RelatedSpan } from '../../diagnostics/diagnostic.js'
import type { Span } from '../../source/span.js'
import type { Expression } from '../../syntax/ast.js'
import type { FlatSetting } from '../settings/context.js'

/** The place of the `remove` that took away what is missing, beside the report of that. */
export function removedHere(span: Span | undefined): readonly RelatedSpan[] {
  return span === undefined ? [] : [{ span, label: 'removed here' }]
}

/** The setting with a parameter of its call back at its default; undefined where the parameter was not given. */
export function withoutParameter(setting: FlatSetting, path: readonly string[]): FlatSetting | undefined {
  const key = path.join('.')
  const replaced = new Map([...setting.replaced].filter(([each]) => each !== key && !each.startsWith(`${key}.`)))
  const value = withoutArgument(setting.binding.value, path)
  if (value === undefined && replaced.size === setting.replaced.size) return undefined
  return { binding: value === undefined ? setting.binding : { ...setting.binding, value }, replaced }
}

function withoutArgument(value: Expression, [name, ...rest]: readonly string[]): Expression | undefined {
  if (value.kind !== 'call' || name === undefined) return undefined
  const argument = value.args.find((each) => each.name?.name === name)
  if (argument === undefined) return undefined
  if (rest.length === 0) return { ...value, args: value.args.filter((each) => each !== argument) }
  const inner = withoutArgument(argument.value, rest)
  if (inner === undefined) return undefined
  return { ...value, args: value.args.map((each) => (each === argument ? { ...each, value: inner } : each)) }
}

import { diagnosticRow } from '../../diagnostics/codes/index.js'
import { namesDiagnostics } from '../../diagnostics/codes/names.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import type { Span } from '../../source/span.js'
import { within } from '../../source/span.js'
import type { Binding, Expression, PipelineDeclaration } from '../../syntax/ast.js'
import type { FlatSetting } from '../settings/context.js'
import type { FlatPipeline } from './flat.js'

/** A base may lack what is given by those that extend it. */
const completed: ReadonlySet<string> = new Set([
  namesDiagnostics.missingPart.code,
  typesDiagnostics.paramWithoutValue.code,
  typesDiagnostics.missingArgument.code,
])

/**
 * What a base has wrong in text that none of the other pipelines takes over: nothing else would tell it. What they take over is
 * told there, what can be allowed is for the pipeline that is run to decide.
 */
export function mistakesOfBase(
  base: PipelineDeclaration,
  diagnostics: readonly Diagnostic[],
  others: readonly FlatPipeline[],
): readonly Diagnostic[] {
  const kept = others.flatMap((flat) => [
    ...[...flat.params.values()].flatMap(({ value }) => value ?? []),
    ...flat.settings.values(),
    ...[...flat.sections.values()].flatMap(({ settings }) => [...settings.values()]),
  ])
  const written = bindingsOf(base)
  return diagnostics.filter(({ code, severity, span }) => {
    if (severity !== 'error' || completed.has(code) || diagnosticRow(code)?.allowable === true) return false
    const binding = written.find((each) => within(span, each.span))
    return binding !== undefined && !kept.some((setting) => reads(setting, binding.value, span))
  })
}

function bindingsOf({ items }: PipelineDeclaration): readonly Pick<Binding, 'value' | 'span'>[] {
  return items.flatMap((item) => {
    if (item.kind === 'binding') return [item]
    if (item.kind === 'section') return item.items.filter((each) => each.kind === 'binding')
    return item.kind === 'param' && item.value !== undefined ? [{ value: item.value, span: item.span }] : []
  })
}

/** Whether the setting is the value as it is written, with the place in it. */
function reads({ binding, replaced }: FlatSetting, value: Expression, span: Span): boolean {
  if ([...replaced.values()].some((each) => each.value === value)) return true
  if (binding.value !== value) return false
  if (value.kind !== 'call') return true
  return !value.args.some(({ name, span: at }) => name !== undefined && replaced.has(name.name) && within(span, at))
}

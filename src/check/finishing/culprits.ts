import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import type { Span } from '../../source/span.js'
import { within } from '../../source/span.js'
import type { Binding, PipelineDeclaration } from '../../syntax/ast.js'
import { spanKey } from '../evaluation/session.js'
import { pathSpan } from '../flattening/paths.js'

/** What is laid over a base: an option of the command line, a dotted setting or a `remove` of a derived pipeline. */
interface Change {
  readonly span: Span
  readonly label: string
  readonly declaration: PipelineDeclaration
  readonly overrides: readonly Binding[]
}

/** Of more changes than these none is searched: each costs one more check. */
const mostSearched = 12

/**
 * An error in text of the base that comes with a single change names that change: without it the error is not there. `check`
 * gives what is told of the pipeline with other items and options.
 */
export function withCulprits(
  diagnostics: readonly Diagnostic[],
  declaration: PipelineDeclaration,
  overrides: readonly Binding[],
  check: (declaration: PipelineDeclaration, overrides: readonly Binding[]) => readonly Diagnostic[],
): readonly Diagnostic[] {
  const changes = changesOf(declaration, overrides)
  if (changes.length === 0 || changes.length > mostSearched) return diagnostics
  const without = new Map<Change, ReadonlySet<string>>()
  const isGone = (diagnostic: Diagnostic, change: Change): boolean => {
    const left = without.get(change) ?? new Set(check(change.declaration, change.overrides).map(keyOf))
    without.set(change, left)
    return !left.has(keyOf(diagnostic))
  }
  return diagnostics.map((diagnostic) => {
    if (diagnostic.severity !== 'error') return diagnostic
    const places = [diagnostic.span, ...diagnostic.related.map(({ span }) => span)]
    if (changes.some((change) => places.some((place) => within(place, change.span)))) return diagnostic
    const culprits = changes.filter((change) => isGone(diagnostic, change))
    const related = culprits.map(({ span, label }) => ({ span, label }))
    return related.length === 0 ? diagnostic : { ...diagnostic, related: [...diagnostic.related, ...related] }
  })
}

function changesOf(declaration: PipelineDeclaration, overrides: readonly Binding[]): readonly Change[] {
  const options = overrides.map((override) => ({
    span: override.span,
    label: 'since this option',
    declaration,
    overrides: overrides.filter((each) => each !== override),
  }))
  if (declaration.base === undefined) return options
  const items = declaration.items.flatMap((item): readonly Change[] => {
    if (item.recovered || (item.kind !== 'remove' && item.kind !== 'binding')) return []
    const rest = { ...declaration, items: declaration.items.filter((each) => each !== item) }
    const label = item.kind === 'remove' ? 'since this is removed' : 'since this is set'
    return [{ span: item.kind === 'remove' ? pathSpan(item.path) : item.span, label, declaration: rest, overrides }]
  })
  return [...options, ...items]
}

const keyOf = ({ code, span }: Diagnostic): string => `${code} ${spanKey(span)}`

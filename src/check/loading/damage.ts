import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import { invariant } from '../../diagnostics/invariant.js'
import type { Span } from '../../source/span.js'
import { lastWhere } from '../../syntax/damage.js'
import type { Session } from '../evaluation/session.js'
import type { Module } from './module.js'

/** The syntax error in whose statement the span stands. */
export function damageHolding({ damage }: Pick<Module, 'damage'>, { start, end }: Span): Diagnostic | undefined {
  const before = damage[lastWhere(damage, (each) => each.extent.start <= start)]
  return before !== undefined && end <= before.extent.end ? before.diagnostic : undefined
}

/** The syntax error that recovered text follows from. */
export function damageAt({ modules }: Session, span: Span): Diagnostic {
  const damage = modules.get(span.file)?.damage ?? []
  const holding = damageHolding({ damage }, span)
  const nearest =
    holding ?? damage[lastWhere(damage, (each) => each.extent.start <= span.end)]?.diagnostic ?? damage[0]?.diagnostic
  invariant(nearest, 'recovered text has a syntax error in its file')
  return nearest
}

/** The syntax errors that the names stand in: what is said of them may follow from these. */
export function damaging({ damaged }: Module, ...names: readonly string[]): readonly Diagnostic[] {
  return names.flatMap((name) => damaged.get(name) ?? [])
}

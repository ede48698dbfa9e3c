import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import { invariant } from '../../diagnostics/invariant.js'
import type { Span } from '../../source/span.js'
import { lastWhere } from '../../syntax/damage.js'
import type { Program } from '../evaluation/session.js'
import type { Module } from './module.js'

/** The syntax error in whose statement the span stands. */
export function damageHolding({ damage }: Pick<Module, 'damage'>, { start, end }: Span): Diagnostic | undefined {
  const before = damage[lastWhere(damage, (each) => each.extent.start <= start)]
  return before !== undefined && end <= before.extent.end ? before.diagnostic : undefined
}

/** What is said of text that could not be read follows from that. */
export function withDamage(diagnostics: readonly Diagnostic[], { modules }: Program): readonly Diagnostic[] {
  const syntax = new Set([...modules.values()].flatMap(({ damage }) => damage.map(({ diagnostic }) => diagnostic)))
  return diagnostics.map((diagnostic) => {
    const module = modules.get(diagnostic.span.file)
    const damage = module && !syntax.has(diagnostic) ? damageHolding(module, diagnostic.span) : undefined
    return damage === undefined ? diagnostic : { ...diagnostic, causes: [...diagnostic.causes, damage] }
  })
}

/** The syntax error that recovered text follows from. */
export function damageAt({ modules }: Program, span: Span): Diagnostic {
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

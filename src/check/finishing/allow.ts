import { diagnosticRow, diagnosticTable } from '../../diagnostics/codes/index.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import { diagnose } from '../../diagnostics/define.js'
import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import { suggest } from '../../diagnostics/suggest.js'
import type { RecordedAllow } from '../../plan/settings.js'
import { within } from '../../source/span.js'
import { modulesBlocks } from '../evaluation/block-facts.js'
import type { Session } from '../evaluation/session.js'
import type { FlatAllow } from '../flattening/flat.js'
import type { Module } from '../loading/module.js'

export interface Allowed {
  readonly diagnostics: readonly Diagnostic[]
  readonly recorded: readonly RecordedAllow[]
}

/** Those in the bodies of blocks, each for the statement that it stands before. They hold wherever the block is used. */
export function blockAllows(modules: readonly Module[]): readonly FlatAllow[] {
  return modules.flatMap((module) =>
    modulesBlocks(module).flatMap(({ declaration }) =>
      declaration.body.flatMap((statement, place): readonly FlatAllow[] => {
        if (statement.kind !== 'allow') return []
        const next = declaration.body.slice(place + 1).find(({ kind }) => kind !== 'allow')
        return [{ statement, over: next?.span ?? declaration.span, inherited: true }]
      }),
    ),
  )
}

/** Takes out what an `allow` covers, records it, and reports allows that are wrong or cover nothing. */
export function applyAllows(allows: readonly FlatAllow[], reported: readonly Diagnostic[], session: Session): Allowed {
  const extra: Diagnostic[] = []
  const recorded: RecordedAllow[] = []
  const covered = new Set<Diagnostic>()
  const hadErrors = reported.some((diagnostic) => diagnostic.severity === 'error')
  for (const { statement, over, inherited } of allows) {
    const { name: code, span } = statement.code
    if (statement.code.recovered) continue
    const allowable = diagnosticRow(code)?.allowable
    const covers = (diagnostic: Diagnostic): boolean =>
      diagnostic.code === code && (over === undefined || places(diagnostic).some((place) => within(place, over)))
    // Its own mistake is reported: what it was meant to allow is not reported as well.
    if (statement.recovered) {
      for (const hit of reported.filter(covers)) covered.add(hit)
      continue
    }
    if (allowable === undefined) {
      const codes = diagnosticTable.map((row) => row.code)
      const facts = { code, reason: 'unknown', suggestion: suggest(code, codes) } as const
      extra.push(diagnose(typesDiagnostics.wrongAllow, span, facts))
      continue
    }
    if (!allowable) {
      extra.push(diagnose(typesDiagnostics.wrongAllow, span, { code, reason: 'not allowable' }))
      continue
    }
    const because = statement.reason?.value.trim() ?? ''
    if (because === '') {
      for (const hit of reported.filter(covers)) covered.add(hit)
      if (statement.reason?.recovered === undefined)
        extra.push(diagnose(typesDiagnostics.wrongAllow, span, { code, reason: 'no reason given' }))
      continue
    }
    const hits = reported.filter(covers)
    for (const hit of hits) {
      covered.add(hit)
      recorded.push({ code, because, where: session.sources.describe(statement.span), message: hit.message })
    }
    if (hits.length === 0 && !inherited && !hadErrors)
      extra.push(diagnose(typesDiagnostics.unusedAllow, span, { code }))
  }
  return { diagnostics: [...reported.filter((diagnostic) => !covered.has(diagnostic)), ...extra], recorded }
}

function places(diagnostic: Diagnostic): readonly Diagnostic['span'][] {
  return [diagnostic.span, ...diagnostic.related.map((related) => related.span)]
}

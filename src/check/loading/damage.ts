import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import { invariant } from '../../diagnostics/invariant.js'
import type { Span } from '../../source/span.js'
import type { Session } from '../evaluation/session.js'

/** The syntax error that recovered text follows from: the one within it, or else the nearest. */
export function damageAt(session: Session, { file, start, end }: Span): Diagnostic {
  let nearest: Diagnostic | undefined
  let least = Number.POSITIVE_INFINITY
  for (const diagnostic of session.modules.get(file)?.syntaxErrors ?? []) {
    const distance = Math.max(start - diagnostic.span.end, diagnostic.span.start - end, 0)
    if (distance >= least) continue
    least = distance
    nearest = diagnostic
  }
  invariant(nearest, 'recovered text has a syntax error in its file')
  return nearest
}

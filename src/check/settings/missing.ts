import { namesDiagnostics } from '../../diagnostics/codes/names.js'
import { diagnose } from '../../diagnostics/define.js'
import type { DiagnosticSink } from '../../diagnostics/diagnostic.js'
import type { Span } from '../../source/span.js'

/** What a pipeline cannot do without, as a message names it, and how it is written. */
const parts = [
  ['data', 'data', 'data = hdmap(root = "maps", source = domain_A, image = 256x256)'],
  ['synthesis', 'synthesis', 'synthesis = additive()'],
  ['model', '`model` section', 'model { ... }'],
  ['loss', '`loss` section', 'loss { total = ... }'],
  ['train', '`train` section', 'train { ... }'],
  ['evaluate', '`evaluate` section', 'evaluate { image = [auroc(score)] }'],
] as const

/**
 * Told in one report, at the name of the pipeline; what the checks of single parts tell at the same place is then known
 * already.
 *
 * @param there Names of the settings and sections that the pipeline has.
 */
export function reportMissingParts(there: ReadonlySet<string>, sink: DiagnosticSink, at: Span): void {
  const missing = parts.filter(([name]) => !there.has(name))
  if (missing.length === 0) return
  sink.report(
    diagnose(namesDiagnostics.missingPart, at, {
      what: listed(missing.map(([, what]) => what)),
      example: listed(missing.map(([, , example]) => `\`${example}\``)),
    }),
  )
}

function listed(words: readonly string[]): string {
  return words.length <= 1 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

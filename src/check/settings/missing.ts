import { namesDiagnostics } from '../../diagnostics/codes/names.js'
import { diagnose } from '../../diagnostics/define.js'
import type { DiagnosticSink } from '../../diagnostics/diagnostic.js'
import { suggest } from '../../diagnostics/suggest.js'
import type { PipelineDeclaration } from '../../syntax/ast.js'

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
 * Told in one report, at the name of the pipeline. A part whose name is misspelt is told there, and not missing.
 *
 * @param there Names of the settings and sections that the pipeline has, inherited ones too.
 */
export function reportMissingParts(
  declaration: PipelineDeclaration,
  there: ReadonlySet<string>,
  sink: DiagnosticSink,
): void {
  const names = parts.map(([name]) => name)
  const misspelt = new Set(
    declaration.items.flatMap((item) => {
      const name = item.kind === 'section' ? item.name.name : item.kind === 'binding' ? item.path[0]?.name : undefined
      if (name === undefined || there.has(name)) return []
      // Its text is torn: the parser has told it.
      return names.some((known) => known === name) ? [name] : [suggest(name, names)]
    }),
  )
  const missing = parts.filter(([name]) => !there.has(name) && !misspelt.has(name))
  if (missing.length === 0) return
  sink.report(
    diagnose(namesDiagnostics.missingPart, declaration.name.span, {
      what: listed(missing.map(([, what]) => what)),
      example: listed(missing.map(([, , example]) => `\`${example}\``)),
    }),
  )
}

function listed(words: readonly string[]): string {
  return words.length <= 1 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

import { namesDiagnostics } from '../../diagnostics/codes/names.js'
import { diagnose } from '../../diagnostics/define.js'
import type { DiagnosticSink } from '../../diagnostics/diagnostic.js'
import { suggest } from '../../diagnostics/suggest.js'
import type { FlatPipeline } from '../flattening/flat.js'
import { removedHere } from '../flattening/removal.js'

/** What a pipeline cannot do without, as a message names it, and how it is written. */
const parts = [
  ['data', 'data', 'data = hdmap(root = "maps", source = domain_A, image = 256x256)'],
  ['synthesis', 'synthesis', 'synthesis = additive()'],
  ['model', '`model` section', 'model { ... }'],
  ['loss', '`loss` section', 'loss { total = ... }'],
  ['train', '`train` section', 'train { ... }'],
  ['evaluate', '`evaluate` section', 'evaluate { image = [auroc(score)] }'],
] as const

/** Reported at once, at the name of the pipeline. A part whose name is misspelt is reported there, and not missing. */
export function reportMissingParts(
  { declaration, module, settings, sections, removed }: FlatPipeline,
  sink: DiagnosticSink,
): void {
  const names = parts.map(([name]) => name)
  const misspelt = new Set(
    declaration.items.flatMap((item) => {
      const name = item.kind === 'section' ? item.name.name : item.kind === 'binding' ? item.path[0]?.name : undefined
      return name === undefined ? [] : [names.find((known) => known === name) ?? suggest(name, names)]
    }),
  )
  const missing = parts.filter(([name]) => !settings.has(name) && !sections.has(name) && !misspelt.has(name))
  if (missing.length === 0) return
  const facts = {
    what: listed(missing.map(([, what]) => what)),
    example: listed(missing.map(([, , example]) => `\`${example}\``)),
  }
  // What is missing may stand in what could not be read.
  const causes = module.damage.map(({ diagnostic }) => diagnostic)
  const related = missing.flatMap(([name]) => removedHere(removed.get(name)))
  sink.report(diagnose(namesDiagnostics.missingPart, declaration.name.span, facts, related, causes))
}

function listed(words: readonly string[]): string {
  return words.length <= 1 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

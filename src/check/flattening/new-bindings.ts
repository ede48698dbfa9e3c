import { namesDiagnostics } from '../../diagnostics/codes/names.js'
import { diagnose } from '../../diagnostics/define.js'
import type { DiagnosticSink } from '../../diagnostics/diagnostic.js'
import { bySpelling } from '../../diagnostics/suggest.js'
import type { Binding } from '../../syntax/ast.js'
import { namesIn } from '../loading/names-in.js'
import type { FlatSetting } from '../settings/context.js'
import { pathSpan } from './paths.js'

interface GraphSection {
  readonly settings: Map<string, FlatSetting>
  readonly damaged: ReadonlyMap<string, unknown>
}

interface NewBinding {
  readonly section: GraphSection
  readonly name: string
  readonly item: Binding
  /** The path up to the name, where it is dotted. */
  readonly before: string
  readonly suggestion: string
}

/** Bindings that a derived pipeline adds to `model` and `loss` under names that are nearly those of its base. */
export class NewBindings {
  readonly #noted: NewBinding[] = []

  note(section: GraphSection, name: string, item: Binding, before: string): void {
    if (name === 'total' || section.settings.has(name) || section.damaged.has(name)) return
    const near = bySpelling(name, section.settings.keys())
    // `recon2` beside `recon` is meant.
    if (near === undefined || near.replace(/\d+$/, '') === name.replace(/\d+$/, '')) return
    this.#noted.push({ section, name, item, before, suggestion: `${before}${near}` })
  }

  /** What nothing reads was meant to replace, and is taken out again. */
  report(sections: readonly { readonly settings: ReadonlyMap<string, FlatSetting> }[], sink: DiagnosticSink): void {
    if (this.#noted.length === 0) return
    const read = namesIn(sections.map(({ settings }) => [...settings.values()].map(valuesOf)))
    for (const { section, name, item, before, suggestion } of this.#noted) {
      if (read.has(name)) continue
      section.settings.delete(name)
      const facts = { path: `${before}${name}`, what: 'this sets', suggestion }
      sink.report(diagnose(namesDiagnostics.unknownPath, pathSpan(item.path), facts))
    }
  }
}

const valuesOf = ({ binding, replaced }: FlatSetting) => [
  binding.value,
  ...[...replaced.values()].map(({ value }) => value),
]

import { namesDiagnostics } from '../../diagnostics/codes/names.js'
import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { diagnose } from '../../diagnostics/define.js'
import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import { suggest } from '../../diagnostics/suggest.js'
import type { PipelineDeclaration } from '../../syntax/ast.js'
import type { Session } from '../evaluation/session.js'
import { circleKey, reportOnce } from '../evaluation/session.js'
import type { Module } from '../loading/module.js'
import { lookUp, namesOfKind } from '../loading/module.js'

/** One pipeline of a chain, with the file that it stands in. */
export interface Link {
  readonly declaration: PipelineDeclaration
  readonly module: Module
  /** It extends another. */
  readonly derived: boolean
  /** Nothing of the chain extends it. */
  readonly last: boolean
}

/** Pipelines that may extend each other, one after the other: each is laid over all before it. */
const longestChain = 100

/** From the base at the root to the pipeline itself; not whole where a base is not there, which is reported. */
export function chainOf(
  declaration: PipelineDeclaration,
  module: Module,
  session: Session,
): { readonly links: readonly Link[]; readonly isWhole: boolean } {
  const chain = [{ declaration, module }]
  const passed = new Set([declaration])
  const end = (isWhole: boolean) => ({
    links: chain
      .toReversed()
      .map((link, index, { length }) => ({ ...link, derived: index > 0, last: index === length - 1 })),
    isWhole,
  })
  for (let link = chain.at(-1); link?.declaration.base !== undefined; link = chain.at(-1)) {
    const { base } = link.declaration
    if (base.recovered) break
    const entity = lookUp(link.module, base.name)
    if (entity?.kind !== 'pipeline') {
      if (link.module.damaged.has(base.name)) return end(false)
      const { name } = link.declaration.name
      const known = namesOfKind(link.module, 'pipeline').filter((each) => each !== name)
      const facts = { what: 'pipeline', name: base.name, known, suggestion: suggest(base.name, known) }
      session.sink.report(diagnose(namesDiagnostics.unknownName, base.span, facts))
      return end(false)
    }
    if (passed.has(entity.declaration)) {
      const names = [base.name, ...chain.map((each) => each.declaration.name.name).reverse()]
      const facts = { name: declaration.name.name, chain: names }
      reportOnce(session, circleKey(names), () =>
        session.sink.report(diagnose(namesDiagnostics.cyclicBinding, base.span, facts)),
      )
      return end(false)
    }
    if (chain.length === longestChain) {
      reportOnce(session, `long chain in ${base.span.file}`, () => tooLong(declaration, session))
      return { links: [], isWhole: false }
    }
    passed.add(entity.declaration)
    chain.push({ declaration: entity.declaration, module: entity.module })
  }
  return end(true)
}

/** Of the first in the file: those that extend it are as long. */
function tooLong({ name, base }: PipelineDeclaration, { sink }: Session): Diagnostic {
  const facts = {
    what: `\`${name.name}\``,
    limit: `${longestChain} pipelines that extend each other`,
    help: 'Extend a pipeline that is nearer to the first one.',
  }
  const diagnostic = diagnose(tensorsDiagnostics.expandsTooFar, base?.span ?? name.span, facts)
  sink.report(diagnostic)
  return diagnostic
}

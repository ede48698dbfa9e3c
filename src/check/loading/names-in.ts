import type { Identifier, PipelineDeclaration } from '../../syntax/ast.js'

/** Every name that an expression reads, in the order of the text; names of arguments, fields and members are not read. */
export function identifiersIn(node: unknown): readonly Identifier[] {
  if (Array.isArray(node)) return node.flatMap(identifiersIn)
  if (node === null || typeof node !== 'object') return []
  if ('kind' in node && node.kind === 'identifier') return [node as Identifier]
  return Object.entries(node).flatMap(([key, child]) =>
    key === 'name' || key === 'member' ? [] : identifiersIn(child),
  )
}

/** What is called in an expression, by a call or behind a `|>`. */
export function calleesIn(node: unknown): readonly unknown[] {
  if (Array.isArray(node)) return node.flatMap(calleesIn)
  if (node === null || typeof node !== 'object') return []
  const called = 'callee' in node ? [node.callee] : 'stage' in node ? [node.stage] : []
  return [...called, ...Object.values(node).flatMap(calleesIn)]
}

export function namesIn(node: unknown): ReadonlySet<string> {
  return new Set(identifiersIn(node).map(({ name }) => name))
}

/** What the texts of pipelines read, whether something replaces it or not. */
export function namesRead(declarations: readonly PipelineDeclaration[]): ReadonlySet<string> {
  const bindings = declarations.flatMap(({ items }) =>
    items.flatMap((item) => (item.kind === 'section' ? item.items : [item])),
  )
  return namesIn(bindings.map((item) => (item.kind === 'binding' || item.kind === 'param' ? item.value : [])))
}

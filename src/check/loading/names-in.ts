import type { PipelineDeclaration } from '../../syntax/ast.js'

/** Every name that an expression reads; names of arguments, fields and members are not read. */
export function namesIn(node: unknown, found: Set<string> = new Set()): ReadonlySet<string> {
  if (Array.isArray(node)) for (const item of node) namesIn(item, found)
  else if (node !== null && typeof node === 'object') {
    if ('kind' in node && node.kind === 'identifier' && 'name' in node) found.add(String(node.name))
    else for (const [key, child] of Object.entries(node)) if (key !== 'name' && key !== 'member') namesIn(child, found)
  }
  return found
}

/** What the texts of pipelines read, whether something replaces it or not. */
export function namesRead(declarations: readonly PipelineDeclaration[]): ReadonlySet<string> {
  const found = new Set<string>()
  for (const { items } of declarations)
    for (const item of items) {
      if (item.kind === 'binding' || item.kind === 'param') namesIn(item.value, found)
      if (item.kind === 'section')
        for (const each of item.items) if (each.kind === 'binding') namesIn(each.value, found)
    }
  return found
}

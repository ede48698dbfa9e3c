import type { CstElement, CstNode, IToken } from 'chevrotain'

/** The parts of a CST node by the name that the grammar gives them; a recovered node may lack any of them. */

function isNode(element: CstElement): element is CstNode {
  return 'children' in element
}

export function nodes(parent: CstNode, name: string): readonly CstNode[] {
  return (parent.children[name] ?? []).filter(isNode)
}

export function node(parent: CstNode, name: string): CstNode | undefined {
  return nodes(parent, name)[0]
}

export function tokens(parent: CstNode, name: string): readonly IToken[] {
  return (parent.children[name] ?? []).filter((element): element is IToken => !isNode(element))
}

export function token(parent: CstNode, name: string): IToken | undefined {
  return tokens(parent, name)[0]
}

/** The child of a node that has exactly one, whatever its name. */
export function only(parent: CstNode): CstElement | undefined {
  for (const elements of Object.values(parent.children)) if (elements[0] !== undefined) return elements[0]
  return undefined
}

/** Start offset; undefined for a node that holds no text. */
export function startOf(element: CstElement): number | undefined {
  const offset = isNode(element) ? element.location?.startOffset : element.startOffset
  return offset === undefined || Number.isNaN(offset) ? undefined : offset
}

/** Offset after the last character; undefined for a node that holds no text. */
export function endOfElement(element: CstElement): number | undefined {
  if (!isNode(element)) return element.startOffset + element.image.length
  const offset = element.location?.endOffset
  return offset === undefined || Number.isNaN(offset) ? undefined : offset + 1
}

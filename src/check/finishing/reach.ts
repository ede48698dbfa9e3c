import type { DraftNode, GraphBuilder } from '../evaluation/graph.js'

const constantValue = (node: DraftNode | undefined): number | undefined =>
  node?.op === 'constant' && typeof node.attributes.value === 'number' ? node.attributes.value : undefined

/** What a weighted sum leaves of its terms: those of weight 0 are pruned. */
export interface Reach {
  /** Nodes that a gradient of the total reaches. */
  readonly gradient: ReadonlySet<number>
  /** Nodes that the total is made of, terms of weight 0 left out. */
  readonly used: ReadonlySet<number>
  /** Operands that are multiplied by 0, with the node that multiplies. */
  readonly zeroed: readonly { readonly product: number; readonly term: number }[]
}

export function reachOf(graph: GraphBuilder, total: number): Reach {
  const used = new Set<number>()
  const gradient = new Set<number>()
  const zeroed: { product: number; term: number }[] = []
  const visit = (root: number, withGradient: boolean): void => {
    const stack = [{ id: root, flows: withGradient }]
    for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
      const { id, flows } = item
      if (flows ? gradient.has(id) : used.has(id)) continue
      const first = !used.has(id)
      used.add(id)
      if (flows) gradient.add(id)
      const node = graph.nodes[id]
      if (node === undefined) continue
      const zero = zeroOperand(graph, node)
      if (zero !== undefined) {
        if (first) zeroed.push({ product: id, term: zero })
        continue
      }
      for (const operand of node.operands) stack.push({ id: operand, flows: flows && node.op !== 'stop_gradient' })
    }
  }
  visit(total, true)
  return { gradient, used, zeroed }
}

/** The operand that a product with the constant 0 makes vanish. */
function zeroOperand(graph: GraphBuilder, node: DraftNode): number | undefined {
  if (node.op !== 'mul' && node.op !== 'div') return undefined
  const [left, right] = node.operands
  if (left === undefined || right === undefined) return undefined
  if (constantValue(graph.nodes[left]) === 0) return right
  return node.op === 'mul' && constantValue(graph.nodes[right]) === 0 ? left : undefined
}

/** Everything that a node is made of, itself included. */
export function ancestors(graph: GraphBuilder, roots: Iterable<number>): ReadonlySet<number> {
  const found = new Set<number>()
  const stack = [...roots]
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (found.has(id)) continue
    found.add(id)
    stack.push(...(graph.nodes[id]?.operands ?? []))
  }
  return found
}

/** Terms of the sum that a node is: through additions, subtractions and products with constants. */
export function additiveTerms(graph: GraphBuilder, total: number): readonly number[] {
  const node = graph.nodes[total]
  if (node === undefined) return []
  const [left, right] = node.operands
  if (left === undefined) return [total]
  if (node.op === 'neg') return additiveTerms(graph, left)
  if (right === undefined) return [total]
  if (node.op === 'add' || node.op === 'sub') return [...additiveTerms(graph, left), ...additiveTerms(graph, right)]
  if (node.op === 'mul' && constantValue(graph.nodes[left]) !== undefined) return additiveTerms(graph, right)
  if ((node.op === 'mul' || node.op === 'div') && constantValue(graph.nodes[right]) !== undefined)
    return additiveTerms(graph, left)
  return [total]
}

/** Names of the weights that nodes own and that may be trained. */
export function weightsOf(graph: GraphBuilder, ids: Iterable<number>): ReadonlySet<string> {
  const names = new Set<string>()
  for (const id of ids) {
    for (const name of graph.nodes[id]?.parameters ?? []) {
      const parameter = graph.parameters.get(name)
      if (parameter?.kind === 'weight' && !parameter.frozen) names.add(name)
    }
  }
  return names
}

import { invariant } from '../../diagnostics/invariant.js'
import type { CheckedNode, CheckedParameter, LossTerm, NamedOutput, PhaseInput } from '../checked.js'
import type { DraftNode, GraphBuilder } from '../evaluation/graph.js'
import { finishNode, finishShape } from '../evaluation/graph.js'
import type { OutputValue } from '../evaluation/model.js'
import type { Scope } from '../evaluation/scope.js'
import { isModelPrimitive, type PrimitiveName } from '../primitives/table.js'
import type { Reach } from './reach.js'
import type { Fate } from './training.js'

export interface FinishedGraph {
  readonly nodes: readonly CheckedNode[]
  readonly parameters: readonly CheckedParameter[]
  readonly inputs: Readonly<Partial<Record<PhaseInput, number>>>
  readonly outputs: readonly NamedOutput[]
  readonly lossTerms: readonly LossTerm[]
  readonly total: number
}

/** The graph without what terms of weight 0 alone used, nodes numbered anew in their order. */
export function finishGraph(
  graph: GraphBuilder,
  reach: Reach,
  fate: Fate,
  values: readonly OutputValue[],
  loss: Scope,
  total: number,
): FinishedGraph {
  const gone = goneNodes(graph, reach, fate)
  const products = new Set(reach.zeroed.filter(({ term }) => gone.has(term)).map(({ product }) => product))
  const nodeOf = (id: number): DraftNode => {
    const node = graph.nodes[id]
    invariant(node !== undefined, `there is no node ${id}`)
    return products.has(id) ? { ...node, op: 'constant', operands: [], attributes: { value: 0 }, parameters: [] } : node
  }
  const outputs = values.flatMap(({ name, tensor }) =>
    tensor === undefined || gone.has(tensor.node) ? [] : [{ name, node: tensor.node }],
  )
  const lossTerms: LossTerm[] = []
  for (const slot of loss.slots.values()) {
    const { value } = slot
    if (slot.what !== 'binding' || value?.kind !== 'tensor' || value.per !== 'batch' || gone.has(value.node)) continue
    lossTerms.push({ name: slot.name, node: value.node })
  }
  const kept = keep(nodeOf, [...outputs, ...lossTerms].map(({ node }) => node).concat(total))
  const numbers = new Map<number, number>()
  const nodes: CheckedNode[] = []
  const owned = new Set<string>()
  for (const { id } of graph.nodes) {
    if (!kept.has(id)) continue
    const node = finishNode(nodeOf(id))
    invariant(isOfModel(node), `${node.op} is in a model`)
    numbers.set(id, nodes.length)
    nodes.push({ ...node, id: nodes.length, operands: node.operands.map((operand) => numbers.get(operand) ?? -1) })
    for (const name of node.parameters) owned.add(name)
  }
  const number = (id: number): number => numbers.get(id) ?? -1
  const inputs: Partial<Record<PhaseInput, number>> = {}
  for (const [name, id] of graph.inputs) if (kept.has(id)) inputs[name] = number(id)
  const parameters: CheckedParameter[] = []
  for (const { frozen, ...parameter } of graph.parameters.values()) {
    if (!owned.has(parameter.name)) continue
    const trainable = parameter.kind === 'weight' && !frozen && !fate.frozen.has(parameter.name)
    parameters.push({ ...parameter, shape: finishShape(parameter.shape), trainable })
  }
  return {
    nodes,
    parameters,
    inputs,
    outputs: outputs.map(({ name, node }) => ({ name, node: number(node) })),
    lossTerms: lossTerms.map(({ name, node }) => ({ name, node: number(node) })),
    total: number(total),
  }
}

function isOfModel(node: CheckedNode<PrimitiveName>): node is CheckedNode {
  return isModelPrimitive(node.op)
}

/** Nodes that are made with weights that are gone; a product with 0 ends the spread. */
function goneNodes(graph: GraphBuilder, reach: Reach, fate: Fate): ReadonlySet<number> {
  const products = new Set(reach.zeroed.map(({ product }) => product))
  const gone = new Set<number>()
  for (const node of graph.nodes) {
    if (products.has(node.id)) continue
    if (node.parameters.some((name) => fate.gone.has(name)) || node.operands.some((operand) => gone.has(operand)))
      gone.add(node.id)
  }
  return gone
}

function keep(nodeOf: (id: number) => DraftNode, roots: readonly number[]): ReadonlySet<number> {
  const kept = new Set<number>()
  const stack = [...roots]
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (kept.has(id)) continue
    kept.add(id)
    stack.push(...nodeOf(id).operands)
  }
  return kept
}
